"""CODEOWNERS, read as GitHub reads it. Pure.

The last line that matches a path says who owns it; one that names nobody leaves the path without
an owner. A line that GitHub cannot read is skipped, and told here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gatekeeper.review.owners.patterns import is_supported, matches

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
# GitHub loads no larger file.
MAX_BYTES = 3_000_000
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?|[^\s@]+@[^\s@]+")
# a backslash keeps a space, or anything else, in the pattern
_WORD = re.compile(r"(?:\\.|[^\s\\])+|\\")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that names a pattern.

    Attributes:
        number: 1-based.
        pattern: as written.
        owners: `@login`, `@organisation/team` or an e-mail address; empty for nobody.
    """

    number: int
    pattern: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The file, as far as GitHub heeds it.

    Attributes:
        lines: that count, in order.
        skipped: numbers of the lines that do not.
    """

    lines: tuple[Line, ...]
    skipped: tuple[int, ...]

    def line_for(self, path: str) -> Line | None:
        """Return the line that says who owns a path, or None when none does."""
        found = (line for line in reversed(self.lines) if matches(line.pattern, path))
        return next(found, None)


def parse(text: str) -> CodeOwners:
    """Read the file."""
    lines = tuple(_lines(text))
    good = tuple(filter(_is_valid, lines))
    return CodeOwners(good, tuple(line.number for line in lines if line not in good))


def _lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(_split(text), start=1):
        if words := _words(line):
            yield Line(number, words[0], tuple(words[1:]))


def is_team(owner: str) -> bool:
    """Whether an owner is written as a team."""
    return owner.startswith("@") and "/" in owner


def _split(text: str) -> Iterable[str]:
    return re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))


def _words(line: str) -> list[str]:
    """Return the pattern and the owners, without a comment."""
    words: list[str] = []
    for word in _WORD.findall(line):
        if word.startswith("#"):
            break
        words.append(word)
    return words


def _is_valid(line: Line) -> bool:
    return is_supported(line.pattern) and all(map(_OWNER.fullmatch, line.owners))
