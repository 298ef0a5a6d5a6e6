"""What a rule's fix changes, and no more: the evidence holds no source text that stays."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.core.digest import digest
from gatekeeper.scan.code.facts import Mend

Point = tuple[int, int]


def mend(source: bytes, start: Point, end: Point, fix: str) -> Mend | None:
    """Return the smallest change that makes the matched text the fixed one.

    Args:
        source: the file.
        start: line and column (1-based) of the first matched character.
        end: line and column of the first character after the match.
        fix: what should stand there instead.

    Returns:
        None where nothing changes, or where the columns could be of bytes or of characters.
    """
    lines = source.split(b"\n")
    rows = range(start[0] - 1, end[0])
    if not 0 <= rows.start < rows.stop <= len(lines) or not all(lines[n].isascii() for n in rows):
        return None
    text = "\n".join(lines[n].decode("ascii") for n in rows)
    first = start[1] - 1
    last = sum(len(lines[n]) + 1 for n in rows[:-1]) + end[1] - 1
    old = text[first:last]
    if old == fix or last > len(text) or "\r" in old:
        return None
    same = _alike(old, fix)
    tail = _alike(old[same:][::-1], fix[same:][::-1])
    return Mend(
        start=_point(text, first + same, start[0]),
        end=_point(text, last - tail, start[0]),
        text=fix[same : len(fix) - tail],
        digest=digest(source),
    )


def _alike(one: str, other: str) -> int:
    """Return how many characters are the same from the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _point(text: str, offset: int, line: int) -> Point:
    before: Sequence[str] = text[:offset].split("\n")
    return line + len(before) - 1, len(before[-1]) + 1
