"""Reads the lock files and asks what is known of every version in them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
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
    own: set[str] = field(default_factory=set)

    def add(self, lock: LockFormat, path: str, found: Requirements) -> None:
        entries = len(found.pins) + len(found.unpinned) + len(found.own)
        self.files.append(LockFile(path, lock.name, entries))
        self.pins.update(dict.fromkeys(found.pins))
        self.unpinned.update(dict.fromkeys(found.unpinned))
        self.problems.update(dict.fromkeys(found.problems))
        self.own.update(found.own)

    def versions(self) -> list[tuple[str, str]]:
        return sorted({(pin.name, pin.version) for pin in self.pins})


def collect(request: Request[DependencySettings]) -> DependencyEvidence:
    """Gather the pins of the tree and what is known of them.

    Raises:
        ToolError: the files cannot be listed.
    """
    from gatekeeper.scan.dependencies.projects import Locked, survey
    from gatekeeper.scan.files import listing

    deadline = time.monotonic() + request.deadline
    root = request.root.resolve()
    tree = listing(root)
    paths = (*tree.files, *_through_links(root, tree.skipped))
    locks = _read(root, paths)
    known: list[Pin | Unpinned] = [*locks.pins, *locks.unpinned]
    held = Locked([file.path for file in locks.files], known, frozenset(locks.own))
    projects = survey(root, paths, held)
    asked = _ask(request, locks.versions(), deadline)
    return DependencyEvidence(
        files=tuple(locks.files),
        projects=projects.without_dependencies,
        pins=tuple(locks.pins),
        unpinned=tuple(locks.unpinned),
        problems=(
            *locks.problems,
            *_unlisted(locks.own, tree.files),
            *projects.problems,
            *_hidden(root, tree.failed),
            *asked.problems,
        ),
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


def _through_links(root: Path, skipped: Iterable[Unseen]) -> Iterator[str]:
    """Yield what links make a lock or a project of: their targets are listed by other names."""
    for link in (root / item.path for item in skipped):
        if link.is_symlink() and link.resolve().is_relative_to(root):
            yield from _behind(root, link)


def _behind(root: Path, link: Path) -> Iterator[str]:
    from gatekeeper.scan.dependencies.locks import format_of

    if link.is_file():
        yield link.relative_to(root).as_posix()
    for path in sorted(link.iterdir()) if link.is_dir() else ():
        name, real = path.relative_to(root).as_posix(), path.resolve().as_posix()
        if path.is_file() and format_of(name) != format_of(real):
            yield name


def _unlisted(own: Iterable[str], files: Iterable[str]) -> Iterator[Problem]:
    """Folders that a lock installs from and git ignores: nobody reads what they ask for."""
    from gatekeeper.scan.dependencies.locks.interface import folder_mark, is_folder_mark

    listed = {folder_mark(str(folder)) for file in files for folder in PurePosixPath(file).parents}
    for folder in sorted(set(filter(is_folder_mark, own)) - listed - {folder_mark("")}):
        reason = f"{folder} is installed, but none of its files is part of the tree"
        yield Problem(reason, "commit its files, or take it out of the lock file")


def _hidden(root: Path, failed: Iterable[Unseen]) -> Iterator[Problem]:
    """Locks and projects that cannot be opened, and folders that may hold some.

    Other files of that kind are the code gate's.
    """
    from gatekeeper.scan.dependencies.declarations import declares

    reasons = {item.path: item.reason for item in failed}
    locks = {path for path, _ in _claimed(reasons)}
    for path, reason in reasons.items():
        if path in locks or declares(path):
            yield Problem(f"{path}: {reason}", "make the file readable")
        elif (root / path).is_dir():
            step = "bring its files into the tree, or remove it"
            yield Problem(f"{path}: {reason}, so that its locks are not judged", step)


def _ask(
    request: Request[DependencySettings], versions: list[tuple[str, str]], deadline: float
) -> _Asked:
    from gatekeeper.scan.dependencies.source import opened
    from gatekeeper.scan.scanners import pip_audit

    if not versions:
        return _Asked()
    many = "s" * (len(versions) != 1)
    request.progress(f"asking for advisories on {len(versions)} version{many}")
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
    from gatekeeper.scan.dependencies.source import worst
    from gatekeeper.scan.scanners.interface import in_words

    return Vulnerability(
        name=answer.name,
        version=answer.version,
        id=known.id,
        aliases=tuple(sorted(known.aliases)),
        fixed_in=known.fix_versions,
        severity=worst(map(source.severities.get, (known.id, *known.aliases))),
        summary=in_words(known.description)[:200],
    )
