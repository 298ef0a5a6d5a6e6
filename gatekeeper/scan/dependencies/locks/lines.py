"""The lines of requirements, taken apart as pip and setuptools do."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from gatekeeper.scan.dependencies.locks.interface import UnreadableError

_COMMENT = re.compile(r"(?:^|\s)#.*$")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^]]*\])?")
_VIA = re.compile(r"(?:^|\s)#\s*via\b(.*)$")
_MORE = re.compile(r"^\s*#\s+(.*)$")
_ENCODING = re.compile(r"#.*?coding[:=]\s*([-\w.]+)")
_PLAIN = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"})


def must_be_utf8(text: str) -> None:
    """Refuse a file that declares another encoding, in which pip would read other lines."""
    for line in text.split("\n")[:2]:
        declared = _ENCODING.match(line)
        if declared and declared[1].lower().replace("_", "-") not in _PLAIN:
            raise UnreadableError(f"declares the encoding {declared[1]}; save it as UTF-8")


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (first line's number, text) with continuations joined and comments removed."""
    # what stands before a comment never ends its line with a continuation
    lines = [_COMMENT.sub(" ", line) for line in text.splitlines()]
    start, joined = 1, ""
    for number, line in enumerate([*lines, ""], 1):
        joined += " " + line.removesuffix("\\")
        if line.endswith("\\"):
            continue
        if joined.strip():
            yield start, joined.strip()
        start, joined = number + 1, ""


def origins(text: str) -> dict[int, tuple[str, ...]]:
    """Return what asks for each requirement, by its first line, from comments of pip-compile.

    Names only; nothing for what a file or a project asks for directly.
    """
    found: dict[int, list[str]] = {}
    starts = [number for number, _ in logical_lines(text)]
    told: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if via := _VIA.search(line):
            place = bisect_right(starts, number)
            told = found.setdefault(starts[place - 1], []) if place else None
            _take(told, via[1])
        elif more := _MORE.match(line):
            _take(told, more[1])
        else:
            told = None
    return {start: tuple(sorted(names)) for start, names in found.items() if _are_names(names)}


def _take(told: list[str] | None, text: str) -> None:
    if told is not None:
        told += filter(None, map(str.strip, text.split(",")))


def _are_names(names: list[str]) -> bool:
    """False when one of them is a file (`-r needs.in`) or a project (`shop (pyproject.toml)`)."""
    return all(map(_NAME.fullmatch, names))
