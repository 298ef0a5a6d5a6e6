"""Reads the lock files and asks what is known of every version in them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.core.errors import GatekeeperError
from gatekeeper.core.gate import Request
from gatekeeper.scan.dependencies.facts import (
    Database,
    DependencyEvidence,
    LockFile,
    Pin,
    Problem,
    Skipped,
    Unpinned,
    Vulnerability,
)
from gatekeeper.scan.dependencies.settings import OSV, DependencySettings

if TYPE_CHECKING:
    from gatekeeper.scan.code.facts import Unseen
    from gatekeeper.scan.dependencies.locks.interface import LockFormat, Requirements
    from gatekeeper.scan.dependencies.source import Source
    from gatekeeper.scan.scanners.pip_audit import Known, Matched


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of asking; `problems` say why nothing did."""

    tool: str = ""
    judged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    database: Database | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Locks:
    """What all lock files say; what two of them include counts once."""

    files: list[LockFile] = field(default_factory=list)
    pins: dict[Pin, None] = field(default_factory=dict)
    unpinned: dict[Unpinned, None] = field(default_factory=dict)
    problems: dict[Problem, None] = field(default_factory=dict)

    def add(self, lock: LockFormat, path: str, found: Requirements) -> None:
        entries = len(found.pins) + len(found.unpinned) + found.own
        self.files.append(LockFile(path, lock.name, entries))
        self.pins.update(dict.fromkeys(found.pins))
        self.unpinned.update(dict.fromkeys(found.unpinned))
        self.problems.update(dict.fromkeys(found.problems))

    def versions(self) -> list[tuple[str, str]]:
        return sorted({(pin.name, pin.version) for pin in self.pins})


def collect(request: Request[DependencySettings]) -> DependencyEvidence:
    """Gather the pins of the tree and what is known of them.

    Raises:
        ToolError: the files cannot be listed.
    """
    from gatekeeper.scan.dependencies.projects import survey
    from gatekeeper.scan.files import listing

    deadline = time.monotonic() + request.deadline
    root = request.root.resolve()
    tree = listing(root)
    locks = _read(root, tree.files)
    known: list[Pin | Unpinned] = [*locks.pins, *locks.unpinned]
    projects = survey(root, tree.files, [file.path for file in locks.files], known)
    asked = _ask(request, locks.versions(), deadline)
    return DependencyEvidence(
        files=tuple(locks.files),
        projects=projects.without_dependencies,
        pins=tuple(locks.pins),
        unpinned=tuple(locks.unpinned),
        problems=(*locks.problems, *projects.problems, *_hidden(tree.failed), *asked.problems),
        tool=asked.tool,
        service=OSV if request.settings.advisories == OSV else "folder",
        database=asked.database,
        judged=asked.judged,
        skipped=asked.skipped,
        vulnerabilities=asked.vulnerabilities,
    )


def _claimed(paths: Iterable[str]) -> Iterator[tuple[str, LockFormat]]:
    """Yield the lock files among the paths, each with its format."""
    from gatekeeper.scan.dependencies.locks import format_of

    for path in paths:
        if lock := format_of(path):
            yield path, lock


def _read(root: Path, paths: Iterable[str]) -> _Locks:
    """Read every lock file."""
    from gatekeeper.scan.dependencies.locks.interface import UnreadableError

    locks = _Locks()
    for path, lock in _claimed(paths):
        try:
            locks.add(lock, path, lock.read(root, path))
        except UnreadableError as error:
            locks.problems[Problem(f"{path} {error}", "mend or renew the lock file")] = None
    return locks


def _hidden(failed: Iterable[Unseen]) -> Iterator[Problem]:
    """Lock files that cannot be opened; other files of that kind are the code gate's."""
    reasons = {item.path: item.reason for item in failed}
    for path, _ in _claimed(reasons):
        yield Problem(f"{path}: {reasons[path]}", "make the file readable")


def _ask(
    request: Request[DependencySettings], versions: list[tuple[str, str]], deadline: float
) -> _Asked:
    from gatekeeper.scan.dependencies.source import opened
    from gatekeeper.scan.scanners import pip_audit

    if not versions:
        return _Asked()
    request.progress(f"asking for advisories on {len(versions)} versions")
    try:
        with opened(request, deadline) as source:
            answers = pip_audit.audit(
                versions,
                osv_url=source.url,
                environment=request.environment,
                seconds=deadline - time.monotonic(),
            )
    except GatekeeperError as error:
        return _Asked(problems=(Problem(error.reason, error.next_step),))
    judged = [answer for answer in answers if not answer.skipped]
    return _Asked(
        tool=pip_audit.tool(),
        judged=tuple(sorted(f"{answer.name}=={answer.version}" for answer in judged)),
        skipped=tuple(_skipped(answers)),
        vulnerabilities=tuple(_vulnerabilities(answers, source)),
        database=source.database,
    )


def _skipped(answers: Iterable[Matched]) -> Iterator[Skipped]:
    for answer in answers:
        if answer.skipped:
            yield Skipped(answer.name, answer.skipped)


def _vulnerabilities(answers: Iterable[Matched], source: Source) -> Iterator[Vulnerability]:
    for answer in answers:
        for known in answer.advisories:
            yield _vulnerability(answer, known, source)


def _vulnerability(answer: Matched, known: Known, source: Source) -> Vulnerability:
    from gatekeeper.scan.scanners.interface import in_words

    grades = map(source.severities.get, (known.id, *known.aliases))
    return Vulnerability(
        name=answer.name,
        version=answer.version,
        id=known.id,
        aliases=tuple(sorted(known.aliases)),
        fixed_in=known.fix_versions,
        severity=next(filter(None, grades), None),
        summary=in_words(known.description)[:200],
    )
