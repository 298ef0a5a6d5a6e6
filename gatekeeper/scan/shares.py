"""Cuts files into shares that take about as long as each other."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from pathlib import Path

# What looking at a file costs besides its bytes, in bytes.
_EACH = 1500


def dealt(root: Path, paths: Sequence[str], count: int) -> list[list[str]]:
    """Return at most `count` shares of the files, none empty, each file in one.

    The largest file goes first and each to the share that has the least; within a share the order
    is that of `paths`.
    """
    sizes = {path: weight(root / path) for path in paths}
    loads = [(0, number) for number in range(min(count, len(sizes)))]
    owner: dict[str, int] = {}
    for path in sorted(sizes, key=lambda path: -sizes[path]):
        load, owner[path] = heapq.heappop(loads)
        heapq.heappush(loads, (load + sizes[path], owner[path]))
    shares: list[list[str]] = [[] for _ in loads]
    for path in sizes:
        shares[owner[path]].append(path)
    return shares


def weight(path: Path) -> int:
    """Return how much work a file is, in bytes."""
    try:
        return path.stat().st_size + _EACH
    except OSError:
        return _EACH
