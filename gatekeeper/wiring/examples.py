"""What a rule finds and what it leaves alone, from the very code that its tests run on."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.core.catalog import Rule
from gatekeeper.wiring.environment import rules_folder

_MARK = re.compile(r"^\s*(?:#|//|/\*|\{/\*)\s*(ruleid|ok|todoruleid|todook):\s*([\w, -]+)")
_SUFFIXES = (".py", ".js", ".ts", ".tsx", ".jsx")
_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Examples:
    """Code of a rule's tests.

    Attributes:
        bad: what it finds; empty where its tests hold no code.
        good: what it leaves alone.
    """

    bad: str
    good: str


def of(rule: Rule) -> Examples:
    """Return the first example of each kind."""
    return Examples(_first(rule, "ruleid"), _first(rule, "ok"))


def _first(rule: Rule, kind: str) -> str:
    source = rules_folder() / rule.source
    files = (source.with_suffix(suffix) for suffix in _SUFFIXES)
    found = (text for file in files for text in _marked(file, kind, rule.id))
    return next(found, "")


def _marked(file: Path, kind: str, rule_id: str) -> Iterator[str]:
    """Yield what follows each mark of this kind for this rule, up to the next mark."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    for number, line in enumerate(lines, 1):
        mark = _MARK.match(line)
        if mark and mark[1] == kind and rule_id in re.split(r"[,\s]+", mark[2].strip()):
            yield textwrap.dedent("\n".join(_block(lines[number:])))


def _block(lines: list[str]) -> Iterator[str]:
    """Yield the statement that follows: up to a blank line, a mark or a smaller indentation."""
    width = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    for line in lines[:_LONGEST]:
        shallow = len(line) - len(line.lstrip()) < width
        if not line.strip() or shallow or _MARK.match(line):
            return
        yield line
