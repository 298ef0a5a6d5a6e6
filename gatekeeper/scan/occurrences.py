"""Tells equal things apart, so that accepting one never accepts another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def numbered(items: Iterable[T], name: Callable[[T], Hashable]) -> Iterator[tuple[T, int]]:
    """Yield each item with the number of items of the same name before it: 0 for the first."""
    seen: Counter[Hashable] = Counter()
    for item in items:
        yield item, seen[name(item)]
        seen[name(item)] += 1
