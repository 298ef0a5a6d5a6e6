"""Reads the lock files and asks what is known of every version in them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of asking; `problem` says why nothing did."""

    tool: str = ""
    judged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    database: Database | None = None
    problem: Problem | None = None


@dataclass(slots=True)
class _Read:
    files: list[LockFile]
    pins: dict[Pin, None]
    unpinned: dict[Unpinned, None]
    problems: list[Problem]


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
    read = _read(root, tree.files)
    projects = survey(
        *(root, tree.files, [file.path for file in read.files]),
        [*read.pins, *read.unpinned],
    )
    hidden = [_hidden(item.path, item.reason) for item in tree.failed]
    pairs = sorted({(pin.name, pin.version) for pin in read.pins})
    request.progress(f"asking for advisories on {len(pairs)} versions")
    asked = _ask(request, pairs, deadline) if pairs else _Asked()
    problems = [*read.problems, *projects.problems, *(item for item in hidden if item)]
    return DependencyEvidence(
        files=tuple(read.files),
        projects=projects.without_dependencies,
        pins=tuple(read.pins),
        unpinned=tuple(read.unpinned),
        problems=(*problems, *((asked.problem,) if asked.problem else ())),
        tool=asked.tool,
        service=OSV if request.settings.advisories == OSV else "folder",
        database=asked.database,
        judged=asked.judged,
        skipped=asked.skipped,
        vulnerabilities=asked.vulnerabilities,
    )


def _read(root: Path, paths: Iterable[str]) -> _Read:
    """Read every lock file; a file that two others include counts once."""
    from gatekeeper.scan.dependencies.locks import format_of
    from gatekeeper.scan.dependencies.locks.interface import UnreadableError

    read = _Read([], {}, {}, [])
    for path in paths:
        lock = format_of(path)
        if lock is None:
            continue
        try:
            found = lock.read(root, path)
        except UnreadableError as error:
            step = "mend or renew the lock file"
            read.problems.append(Problem(f"{path} {error}", step))
            continue
        entries = len(found.pins) + len(found.unpinned) + found.own
        read.files.append(LockFile(path, lock.name, entries))
        read.pins.update(dict.fromkeys(found.pins))
        read.unpinned.update(dict.fromkeys(found.unpinned))
        read.problems += [problem for problem in found.problems if problem not in read.problems]
    return read


def _hidden(path: str, reason: str) -> Problem | None:
    """A lock file that cannot be opened; other files of that kind are the code gate's."""
    from gatekeeper.scan.dependencies.locks import format_of

    lock = format_of(path)
    return Problem(f"{path}: {reason}", "make the file readable") if lock else None


def _ask(
    request: Request[DependencySettings], pairs: list[tuple[str, str]], deadline: float
) -> _Asked:
    from gatekeeper.scan.scanners import pip_audit

    try:
        with _source(request) as source:
            answers = pip_audit.audit(
                pairs,
                osv_url=source.url,
                environment=request.environment,
                seconds=deadline - time.monotonic(),
            )
    except GatekeeperError as error:
        return _Asked(problem=Problem(error.reason, error.next_step))
    return _Asked(
        tool=pip_audit.tool(),
        judged=tuple(sorted(f"{a.name}=={a.version}" for a in answers if not a.skipped)),
        skipped=tuple(Skipped(a.name, a.skipped) for a in answers if a.skipped),
        vulnerabilities=tuple(_vulnerabilities(answers, source)),
        database=source.database,
    )


@dataclass(frozen=True, slots=True)
class _Source:
    url: str | None
    database: Database | None
    severities: dict[str, str | None]


@contextmanager
def _source(request: Request[DependencySettings]) -> Iterator[_Source]:
    """Open what the policy names: the service, or our own one that answers from a folder."""
    from gatekeeper.scan.dependencies import advisories, osv_server

    name = request.settings.advisories
    if name == OSV:
        yield _Source(None, None, {})
        return
    root = request.root.resolve()
    known = advisories.load(_within(root, name))
    severities = {a.id: a.severity for items in known.by_package.values() for a in items}
    database = Database(name, known.records, known.as_of)
    with osv_server.serving(known) as url:
        yield _Source(url, database, severities)


def _within(root: Path, name: str) -> Path:
    from gatekeeper.core.errors import EvidenceError

    folder = (root / name).resolve()
    if not folder.is_relative_to(root):
        raise EvidenceError(f"the folder `{name}` lies outside the tree", "name one inside it")
    return folder


def _vulnerabilities(answers: Iterable[object], source: _Source) -> Iterator[Vulnerability]:
    from gatekeeper.scan.scanners.interface import in_words
    from gatekeeper.scan.scanners.pip_audit import Matched

    for answer in answers:
        assert isinstance(answer, Matched)
        for found in answer.advisories:
            names = (found["id"], *found.get("aliases", ()))
            graded = [source.severities[name] for name in names if name in source.severities]
            yield Vulnerability(
                name=answer.name,
                version=answer.version,
                id=found["id"],
                aliases=tuple(sorted(found.get("aliases", ()))),
                fixed_in=tuple(found.get("fix_versions", ())),
                severity=next((grade for grade in graded if grade), None),
                summary=in_words(found.get("description", ""))[:200],
            )
