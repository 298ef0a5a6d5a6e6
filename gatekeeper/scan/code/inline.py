"""Comments in the code that ask for a finding to be accepted: seen, and told as what they are.

The tools themselves are run without regard to them; whether they count is the policy's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gatekeeper.scan.code.facts import Hit, ScannerRun
from gatekeeper.scan.scanners.interface import in_words

_NOSEC = re.compile(r"#\s*nosec\b(.*)")
_NOSEMGREP = re.compile(r"(?:#|//|/\*)\s*nosem(?:grep)?\b(?::\s*([\w.,\- ]+))?")
_TEST = re.compile(r"\bB\d{3}\b")
_ALONE = re.compile(r"\s*(#|//|/\*)")
_LONGEST = 120


def noted(run: ScannerRun, root: Path) -> ScannerRun:
    """Return the run, each hit with the comment that asks for its acceptance."""
    lines: dict[str, list[str]] = {}
    for path in {hit.path for hit in run.hits}:
        lines[path] = (root / path).read_text("utf-8", "replace").splitlines()
    hits = tuple(replace(hit, inline=_inline(hit, lines[hit.path])) for hit in run.hits)
    return replace(run, hits=hits)


def _inline(hit: Hit, lines: list[str]) -> str:
    ask = _bandit if hit.rule.startswith("bandit-") else _ours
    return next(filter(None, (ask(hit, line) for line in _lines(hit, lines))), "")


def _lines(hit: Hit, lines: list[str]) -> Iterator[str]:
    """Yield the lines of the hit, and the one before it when that holds a comment alone."""
    yield from lines[hit.line - 1 : hit.end_line]
    before = "".join(lines[hit.line - 2 : hit.line - 1]) if hit.line > 1 else ""
    if _ALONE.match(before) and not hit.rule.startswith("bandit-"):
        yield before


def _bandit(hit: Hit, line: str) -> str:
    found = _NOSEC.search(line)
    named = set(_TEST.findall(found[1])) if found else set()
    counts = found and (not named or hit.rule.removeprefix("bandit-") in named)
    return _words(found[0]) if found and counts else ""


def _ours(hit: Hit, line: str) -> str:
    found = _NOSEMGREP.search(line)
    named = {name.strip() for name in (found[1] or "").split(",")} - {""} if found else set()
    return _words(found[0]) if found and (not named or hit.rule in named) else ""


def _words(comment: str) -> str:
    return in_words(comment)[:_LONGEST]
