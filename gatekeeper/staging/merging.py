"""What parts give is merged by `+`, in any order and grouping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, Self, TypeVar


class Addable(Protocol):
    """What is merged by `+`."""

    def __add__(self, other: Self, /) -> Self: ...


T = TypeVar("T", bound=Addable)


def merged(mine: Mapping[str, T], theirs: Mapping[str, T]) -> dict[str, T]:
    """Return the entries of both; those of one name are added."""
    both = dict(mine)
    for name, value in theirs.items():
        both[name] = both[name] + value if name in both else value
    return both
