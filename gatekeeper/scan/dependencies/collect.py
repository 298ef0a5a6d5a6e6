"""Reads the lock files and asks what is known of every version in them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gatekeeper.core.gate import Request
from gatekeeper.scan.dependencies.facts import (
    DependencyEvidence,
    LockFile,
    Pin,
    Problem,
    Unpinned,
)
from gatekeeper.scan.dependencies.settings import OSV, DependencySettings

if TYPE_CHECKING:
    from gatekeeper.scan.code.facts import Unseen
    from gatekeeper.scan.dependencies.locks.interface import LockFormat, Requirements


_NOTHING = Problem(
    "no lock file and no project file was found that says what is needed",
    "commit a lock file, or leave `dependencies` out of the stage's gates when the project has "
    "none",
)


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
    from gatekeeper.scan.dependencies.asking import ask
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
    asked = ask(request, locks.versions(), deadline)
    problems = (
        *locks.problems,
        *_unlisted(locks.own, tree.files),
        *projects.problems,
        *_hidden(root, tree.failed),
        *asked.problems,
    )
    return DependencyEvidence(
        files=tuple(locks.files),
        projects=projects.without_dependencies,
        pins=tuple(locks.pins),
        unpinned=tuple(locks.unpinned),
        problems=problems or _absence(locks.files or projects.without_dependencies),
        tool=asked.tool,
        service=OSV if request.settings.advisories == OSV else "folder",
        database=asked.database,
        judged=asked.judged,
        skipped=asked.skipped,
        vulnerabilities=asked.vulnerabilities,
    )


def _absence(found: Sequence[object]) -> tuple[Problem, ...]:
    """Say what is missing from a tree in which nothing was found, not even a problem."""
    return () if found else (_NOTHING,)


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
    links = [root / item.path for item in skipped]
    for link in filter(Path.is_symlink, links):
        if link.resolve().is_relative_to(root):
            yield from (path.relative_to(root).as_posix() for path in _behind(link))


def _behind(link: Path) -> Iterator[Path]:
    if link.is_dir():
        yield from filter(_is_renamed, sorted(link.iterdir()))
    elif link.is_file():
        yield link


def _is_renamed(path: Path) -> bool:
    """True for a file that is a lock of some format by this name, and not by its own."""
    from gatekeeper.scan.dependencies.locks import format_of

    real = path.resolve()
    return path.is_file() and format_of(path.as_posix()) != format_of(real.as_posix())


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
    for item in failed:
        told = f"{item.path}: {item.reason}"
        if _is_wanted(item.path):
            yield Problem(told, "make the file readable")
        elif (root / item.path).is_dir():
            step = "bring its files into the tree, or remove it"
            yield Problem(f"{told}, so that its locks are not judged", step)


def _is_wanted(path: str) -> bool:
    """True for the path of a lock file or a project file."""
    from gatekeeper.scan.dependencies.declarations import declares
    from gatekeeper.scan.dependencies.locks import format_of

    return declares(path) or format_of(path) is not None
