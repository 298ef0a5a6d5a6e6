"""Times the code gate on a folder beside its scanners run one after the other.

    python scripts/bench/scan/full.py FOLDER [--changed 10]

A copy of FOLDER is committed to a repository of its own. Prints wall and CPU seconds and the
largest memory of one process of
- `gatekeeper check --gate code` with an empty cache, then with nothing changed, then with some
  files changed and the rest known;
- the same change alone, with an empty cache, where only new findings count (`--diff HEAD`);
- `bandit -r`, then `semgrep scan -j 2` with the same rules on all files, then `pip-audit` on the
  folder's own environment.
Compare the figures of one run only: other work on the machine moves all of them.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.scan.scanners.semgrep_rules import bundle

_RULES = Path(__file__).parents[3] / "rules"
_BESIDE = Path(sys.executable).parent
_SEMGREP = (
    *("--metrics", "off", "--disable-version-check", "--json", "--quiet"),
    *("--no-git-ignore", "--x-ignore-semgrepignore-files", "--max-target-bytes", "0"),
)
_POLICY = "version: 1\nstages: {merge: [code]}\n"
_NEW_ONLY = f"{_POLICY}gates: {{code: {{new_only: true}}}}\n"
_ENDS = {0, 1, 3}  # clean, findings, or files that could not be parsed


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: seconds, and mebibytes of its largest process so far."""

    wall: float
    cpu: float
    memory: float

    def __add__(self, other: Cost) -> Cost:
        most = max(self.memory, other.memory)
        return Cost(self.wall + other.wall, self.cpu + other.cpu, most)

    def __str__(self) -> str:
        return f"wall {self.wall:7.1f} s   CPU {self.cpu:7.1f} s   {self.memory:6.0f} MiB"


class Bench:
    """A repository that holds a copy of the folder, and a cache of its own."""

    def __init__(self, folder: Path, place: Path) -> None:
        self.tree = place / "tree"
        self.place = place
        shutil.copytree(folder, self.tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        who = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
        for command in (("init", "-q"), ("add", "-A", "-f"), (*who, "commit", "-q", "-m", "base")):
            subprocess.run(["git", "-C", self.tree, *command], check=True)
        (place / "all.yml").write_text(_POLICY)
        (place / "new.yml").write_text(_NEW_ONLY)

    def check(self, name: str, cache: str, policy: str, *more: str) -> Cost:
        os.environ["GATEKEEPER_CACHE_DIR"] = str(self.place / cache)
        given = ("--gate", "code", "--policy", str(self.place / policy), "--deadline", "7200")
        out = ("--format", "json", "--output", str(self.place / "report.json"), "--quiet")
        return run(name, "gatekeeper", "check", str(self.tree), *given, *out, *more)

    def change(self, count: int) -> None:
        """Add a line to files from all over the tree."""
        files = sorted(self.tree.rglob("*.py"))
        for path in files[:: max(1, len(files) // count)][:count]:
            path.write_bytes(path.read_bytes() + b"\n# touched\n")


def main() -> None:
    """Run everything once and print a line for each."""
    parser = argparse.ArgumentParser(description="Times the code gate beside its scanners.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--changed", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(given.folder.resolve(), Path(place))
        ours = bench.check("cold", "cache", "all.yml")
        same = bench.check("nothing changed", "cache", "all.yml")
        bench.change(given.changed)
        warm = bench.check(f"{given.changed} changed", "cache", "all.yml")
        bench.check(f"{given.changed} changed, empty cache", "empty", "new.yml", "--diff", "HEAD")
        theirs = others(bench)
    print(f"ours / theirs: wall {ours.wall / theirs.wall:.2f}, CPU {ours.cpu / theirs.cpu:.2f}")
    print(
        f"cold / changed: CPU {ours.cpu / warm.cpu:.0f}; cold / nothing: {ours.cpu / same.cpu:.0f}"
    )


def others(bench: Bench) -> Cost:
    """Run the scanners as one would without us."""
    tree = str(bench.tree)
    rules = bundle(_RULES, bench.place)
    scan = ("scan", "-j", "2", "--config", str(rules), *_SEMGREP, tree)
    bandit = run("bandit -r", "bandit", "-r", tree, "-f", "json", "-q")
    semgrep = run("semgrep scan -j 2", "semgrep", *scan)
    return bandit + semgrep + run("pip-audit", "pip-audit", "-f", "json")


def run(name: str, program: str, *arguments: str) -> Cost:
    """Run a program and print what it took."""
    before, start = _spent(), time.monotonic()
    command = [str(_BESIDE / program), *arguments]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in _ENDS:
        sys.exit(f"{program} broke down: {done.stderr.decode(errors='replace')[-500:]}")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    cost = Cost(time.monotonic() - start, _spent() - before, memory)
    print(f"{name:28} {cost}", flush=True)
    return cost


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
