"""The phrases of a verdict, fit to paste to a colleague."""

from __future__ import annotations

from collections.abc import Iterable

_NAMED = 3


def short(oid: str | None, unknown: str = "") -> str:
    """Return a commit's name as people write it, or other words where it is not known."""
    return oid[:7] if oid else unknown


def listed(things: Iterable[object]) -> str:
    """Return `a, b and c`, or `a, b, c and 4 more`, each thing once."""
    names = list(dict.fromkeys(str(thing) for thing in things))
    if len(names) > _NAMED:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def count(number: int, thing: str) -> str:
    """Return `1 commit` or `2 commits`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
