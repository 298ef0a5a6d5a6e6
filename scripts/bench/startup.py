"""How long gatekeeper takes to start, next to a bare interpreter and to importing everything.

    .venv/bin/python scripts/bench/startup.py [RUNS]

Prints CPU seconds (user + system, median of RUNS child processes) and the ratio to the bare start.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

EVERYTHING = "from gatekeeper.wiring import run; import github, ldclient, pyarrow, sqlalchemy"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "gatekeeper --help": ["-m", "gatekeeper.cli.main", "--help"],
    "gatekeeper check --help": ["-m", "gatekeeper.cli.main", "check", "--help"],
    "importing everything": ["-c", EVERYTHING],
}


def cpu(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    medians = {}
    for name, arguments in COMMANDS.items():
        cpu(arguments)
        medians[name] = statistics.median(cpu(arguments) for _ in range(runs))
    bare = medians["python -c pass"]
    for name, seconds in medians.items():
        print(f"{name:26} {seconds:6.3f} s CPU   {seconds / bare:5.1f} x a bare start")


if __name__ == "__main__":
    main()
