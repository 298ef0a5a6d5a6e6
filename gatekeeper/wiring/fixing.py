"""Puts replacements into files: exactly those that were scanned, each whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.core.digest import digest
from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.model import Replacement, Report
from gatekeeper.wiring import rewriting


@dataclass(frozen=True, slots=True)
class Fix:
    """A file's text before and after.

    Attributes:
        name: of the file, relative to the root.
        path: of the file.
        before: its text.
        after: its text with the replacements.
        count: how many replacements were put in.
    """

    name: str
    path: Path
    before: str
    after: str
    count: int

    def write(self) -> None:
        """Write the new text. Raises EvidenceError when the file has changed since."""
        if self.path.is_symlink() or self.path.read_bytes() != self.before.encode():
            raise EvidenceError(f"{self.name} has changed meanwhile", "run it again")
        rewriting.replace(self.path, self.after.encode())


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be mended, and what cannot.

    Attributes:
        fixes: one for each file.
        left: why a replacement is not put in.
    """

    fixes: tuple[Fix, ...]
    left: tuple[str, ...]


def plan(root: Path, report: Report) -> Plan:
    """Return the fixes of all findings that are open and have a replacement."""
    found = (one for result in report.results for one in result.findings)
    by_file: dict[str, list[Replacement]] = defaultdict(list)
    for one in found:
        if one.replacement:
            by_file[one.replacement.path].append(one.replacement)
    fixes: list[Fix] = []
    left: list[str] = []
    for name, replacements in sorted(by_file.items()):
        try:
            fixes.append(_fix(root, name, replacements, left))
        except EvidenceError as error:
            left.append(f"{error.reason}; {error.next_step}")
    return Plan(tuple(fix for fix in fixes if fix.count), tuple(left))


def _fix(root: Path, name: str, replacements: Sequence[Replacement], left: list[str]) -> Fix:
    path = rewriting.require_own(root, name)
    data = path.read_bytes()
    if {digest(data)} != {one.digest for one in replacements}:
        raise EvidenceError(f"{name} is not the file that was scanned", "it is left as it is")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise EvidenceError(f"{name} is not UTF-8 text", "it is left as it is") from None
    spans = sorted(_span(text, name, one) for one in dict.fromkeys(replacements))
    apart = list(_apart(spans, name, left))
    return Fix(name, path, text, _replaced(text, apart), len(apart))


def _span(text: str, name: str, one: Replacement) -> tuple[int, int, str]:
    """Return first and last offset in code points, and the text in the file's own line ends."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    end = "\r\n" if "\r\n" in text else "\n"
    try:
        first, last = (starts[line - 1] + column - 1 for line, column in (one.start, one.end))
    except IndexError:
        first, last = 1, 0
    if not 0 <= first <= last <= len(text):
        raise EvidenceError(f"{name} has no such place as its replacement names", "report a bug")
    return first, last, one.text.replace("\r\n", "\n").replace("\n", end)


def _apart(
    spans: Iterable[tuple[int, int, str]], name: str, left: list[str]
) -> Iterable[tuple[int, int, str]]:
    """Yield the replacements that touch none before; the others wait for the next run."""
    reached = -1
    for first, last, text in spans:
        if first <= reached:
            left.append(f"{name}: two replacements touch each other; run it again for the second")
        else:
            reached = last
            yield first, last, text


def _replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for first, last, new in spans:
        parts += [text[at:first], new]
        at = last
    return "".join((*parts, text[at:]))
