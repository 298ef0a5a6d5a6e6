"""zizmor, offline, on one file at a time: no configuration, no `ignore` comment, no token.

Given several files it leaves out those that it cannot parse, with a warning and the exit status
of success; given one it must say what became of it.
"""

from __future__ import annotations

import sysconfig
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gatekeeper.scan import processes
from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.scanners.answers import Answer
from gatekeeper.scan.scanners.interface import LATE, Contexts, in_words
from gatekeeper.scan.workflows.facts import AuditHit

_NAME = "zizmor"
_FLAGS = (
    *("--offline", "--no-config", "--no-ignores", "--strict-collection", "--persona", "auditor"),
    *("--format", "json-v1", "--no-progress", "--color", "never", "--quiet"),
)
# nothing found; then something found, of rising severity
_FINISHED = frozenset({0, 10, 11, 12, 13, 14})
_GRADES = {"informational": "low", "unknown": "medium"}


class _Point(Answer):
    row: int
    column: int


class _Span(Answer):
    start_point: _Point
    end_point: _Point


class _Concrete(Answer):
    location: _Span


class _Symbolic(Answer):
    kind: str


class _Location(Answer):
    symbolic: _Symbolic
    concrete: _Concrete


class _Determined(Answer):
    confidence: str
    severity: str
    persona: str


class _Found(Answer):
    ident: str
    desc: str
    determinations: _Determined
    locations: tuple[_Location, ...]
    ignored: bool

    @property
    def span(self) -> _Span:
        """The place that is meant; the others explain it."""
        primary = (one for one in self.locations if one.symbolic.kind == "Primary")
        return next(primary, self.locations[0]).concrete.location


_REPORT = TypeAdapter(tuple[_Found, ...])


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the files.

    Attributes:
        version: of zizmor.
        scanned: files that were audited.
        failed: files that could not be.
        hits: in the order of the files.
    """

    version: str
    scanned: tuple[str, ...]
    failed: tuple[Unseen, ...]
    hits: tuple[AuditHit, ...]


def audit(root: Path, paths: Sequence[str], deadline: float) -> Account:
    """Audit each file.

    Args:
        root: absolute; the tree under judgement, which may be hostile.
        paths: relative to it.
        deadline: on the monotonic clock, seconds.

    Raises:
        ToolError: zizmor is missing.
    """
    program = Path(sysconfig.get_path("scripts")) / _NAME
    processes.require(_NAME, program.exists())

    def one(path: str) -> tuple[_Found, ...] | Unseen:
        return _look(program, root, path, deadline)

    with ThreadPoolExecutor(processes.cores()) as pool:
        answers = dict(zip(paths, pool.map(one, paths), strict=True))
    contexts = Contexts(root)
    told = {path: found for path, found in answers.items() if not isinstance(found, Unseen)}
    return Account(
        version=version(_NAME),
        scanned=tuple(told),
        failed=tuple(found for found in answers.values() if isinstance(found, Unseen)),
        hits=tuple(hit for path, found in told.items() for hit in _hits(path, found, contexts)),
    )


def _look(program: Path, root: Path, path: str, deadline: float) -> tuple[_Found, ...] | Unseen:
    command = [str(program), *_FLAGS, "--", str(root / path)]
    try:
        done = processes.run(_NAME, command, timeout=deadline - time.monotonic())
    except processes.OutOfTimeError:
        return Unseen(path, LATE)
    if done.status not in _FINISHED:
        return Unseen(path, "could not be parsed as what its place says that it is")
    try:
        found = _REPORT.validate_json(done.output)
    except ValidationError:
        return Unseen(path, "zizmor's answer cannot be read")
    lost = any(not one.locations for one in found)
    return Unseen(path, "zizmor names no place of what it found") if lost else found


def _hits(path: str, found: Sequence[_Found], contexts: Contexts) -> Iterator[AuditHit]:
    for one in found:
        start, end = one.span.start_point, one.span.end_point
        # a block ends at the beginning of the line after it
        end_line = max(start.row + 1, end.row + (end.column > 0))
        grade = one.determinations.severity.lower()
        yield AuditHit(
            audit=in_words(one.ident),
            words=in_words(one.desc),
            path=path,
            line=start.row + 1,
            column=start.column + 1,
            end_line=end_line,
            context=contexts.digest(path, start.row + 1, end_line),
            severity=_GRADES.get(grade, grade),
            unsure=one.determinations.confidence.lower() == "low",
            persona=one.determinations.persona.lower(),
            ignored=one.ignored,
        )
