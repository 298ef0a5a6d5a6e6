"""The lines of requirements, taken apart as pip and setuptools do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatekeeper.scan.dependencies.locks.interface import UnreadableError

_COMMENT = re.compile(r"(?:^|\s)#.*$")
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
