"""Times the whole code gate on a folder beside its scanners run one after the other.

    python scripts/bench/scan/full.py FOLDER

Prints wall and CPU seconds of `gatekeeper check FOLDER --gate code`, and of `bandit -r` followed by
`semgrep scan -j 2` with the same rules: once as it comes, leaving out tests and what else its
defaults name, and once on all files, as the gate looks at them. Compare the figures of one run
only: other work on the machine moves all of them.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.scan.scanners.semgrep_rules import bundle

_RULES = Path(__file__).parents[3] / "rules"
_FLAGS = ("--metrics", "off", "--disable-version-check", "--json", "--quiet")
_ALL_FILES = ("--no-git-ignore", "--x-ignore-semgrepignore-files", "--max-target-bytes", "0")
_BESIDE = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a command took."""

    wall: float
    cpu: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


def main() -> None:
    """Run everything once and print a line for each."""
    parser = argparse.ArgumentParser(description="Times the code gate beside its scanners.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["GATEKEEPER_CACHE_DIR"] = cache
        rules = bundle(_RULES, Path(cache))
        ours = _timed("gatekeeper", "check", str(folder), "--gate", "code", "--format", "json")
        _print("gatekeeper check --gate code", ours)
        bandit = _timed("bandit", "-r", str(folder), "-f", "json", "-q")
        _print("bandit -r", bandit)
        scan = ("semgrep", "scan", "-j", "2", "--config", str(rules), *_FLAGS, str(folder))
        _print("semgrep scan -j 2, as it comes", _timed(*scan))
        semgrep = _timed(*scan, *_ALL_FILES)
        _print("semgrep scan -j 2, all files", semgrep)
    theirs = bandit + semgrep
    _print("bandit, then semgrep, all files", theirs)
    print(f"ours / theirs: wall {ours.wall / theirs.wall:.2f}, CPU {ours.cpu / theirs.cpu:.2f}")


def _timed(program: str, *arguments: str) -> Cost:
    before, start = _spent(), time.monotonic()
    command = [str(_BESIDE / program), *arguments]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in {0, 1, 3}:  # clean, findings, or files that could not be parsed
        sys.exit(f"{program} broke down: {done.stderr.decode(errors='replace')[-500:]}")
    return Cost(time.monotonic() - start, _spent() - before)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _print(name: str, cost: Cost) -> None:
    print(f"{name:32} wall {cost.wall:7.1f} s   CPU {cost.cpu:7.1f} s", flush=True)


if __name__ == "__main__":
    main()
