"""Times the database of advisories: compiling it, opening it, and matching pins against it.

    python scripts/bench/scan/advisories.py FOLDER [PINS]

FOLDER holds OSV records. A tenth of the PINS (500) are of packages that have advisories, as in the
lock of a large application; a second figure asks only for such packages, which is the worst case.
Prints CPU seconds, the best of nine for what takes less than one.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gatekeeper.scan.dependencies.database import build, index, reading
from gatekeeper.scan.dependencies.database.ecosystems import PYPI

_KEY = b"k" * 32
_VERSIONS = ("0.5", "1.0", "2.1.3", "4.2.1")
_KNOWN = 10


def main() -> None:
    """Run everything and print a line for each figure."""
    parser = argparse.ArgumentParser(description="Times the database of advisories.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("pins", type=int, nargs="?", default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "pypi.sqlite"
        began = time.process_time()
        found = build.gather(reading.of_folder(asked.folder), PYPI)
        build.write(path, found, build.about(found, "a folder", None), _KEY)
        _print("compile", time.process_time() - began, f"{found.standing} advisories")
        _print("open", _best(lambda: _ask(path, [])), f"{path.stat().st_size:,} bytes")
        names = sorted(found.packages)
        for told, every in (("a tenth known", _KNOWN), ("all known", 1)):
            pins = _pins(names, asked.pins, every)
            seconds = _best(lambda pins=pins: _ask(path, pins)) - _best(lambda: _ask(path, []))
            _print(f"match, {told}", seconds, f"{len(pins)} pins, {_ask(path, pins)} matches")


def _pins(names: list[str], count: int, every: int) -> list[tuple[str, str]]:
    chosen = random.Random(1)
    known = chosen.choices(names, k=count)
    return [
        (name if place % every == 0 else f"no-such-package-{place}", chosen.choice(_VERSIONS))
        for place, name in enumerate(known)
    ]


def _ask(path: Path, pins: list[tuple[str, str]]) -> int:
    with index.opened(path, _KEY) as found:
        return sum(len(found.affecting(*pin)) for pin in pins)


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(9):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def _print(what: str, seconds: float, more: str) -> None:
    print(f"{what:24} {seconds * 1000:9.1f} ms CPU   {more}")


if __name__ == "__main__":
    main()
