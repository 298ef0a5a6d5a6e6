"""Every lock of a tree, read: also pins in files of any name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gatekeeper.scan.dependencies import pin_files
from gatekeeper.scan.dependencies.facts import PYPI, LockFile, Pin, Problem, Unjudged, Unpinned
from gatekeeper.scan.dependencies.locks import REQUIREMENTS, format_of
from gatekeeper.scan.dependencies.locks.interface import (
    Artifact,
    LockFormat,
    Requirements,
    UnreadableError,
)
from gatekeeper.scan.dependencies.projects import Locked

_PINS = replace(REQUIREMENTS, name="pins")


@dataclass(slots=True)
class Locks:
    """What all lock files say; what two of them include counts once."""

    files: list[LockFile] = field(default_factory=list)
    pins: dict[Pin, None] = field(default_factory=dict)
    unpinned: dict[Unpinned, None] = field(default_factory=dict)
    problems: dict[Problem, None] = field(default_factory=dict)
    unjudged: dict[Unjudged, None] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    artifacts: dict[tuple[str, str], tuple[Artifact, ...]] = field(default_factory=dict)

    def read(self, root: Path, path: str, lock: LockFormat) -> None:
        """Read a lock file, or say why it cannot be read."""
        try:
            found = lock.read(root, path)
        except UnreadableError as error:
            self.problems[Problem(f"{path} {error}", "mend or renew the lock file")] = None
            return
        entries = len(found.pins) + len(found.unpinned) + len(found.own)
        self.files.append(LockFile(path, lock.name, entries, lock.ecosystem))
        self.take(found)

    def take(self, found: Requirements) -> None:
        """Take in what some file says."""
        self.pins.update(dict.fromkeys(found.pins))
        self.unpinned.update(dict.fromkeys(found.unpinned))
        self.problems.update(dict.fromkeys(found.problems))
        self.unjudged.update(dict.fromkeys(found.unjudged))
        self.own.update(found.own)
        self.artifacts.update(found.files)

    def held(self) -> Locked:
        """Return what projects in Python are held against.

        Locks of npm and of single scripts hold nothing of theirs, nor do texts that no build names.
        """
        others = {file.path for file in self.files if not _is_of_projects(file)}
        paths = [file.path for file in self.files if file.path not in others]
        everything: list[Pin | Unpinned] = [*self.pins, *self.unpinned]
        known = [one for one in everything if one.path not in others]
        return Locked(paths, known, frozenset(self.own))


def _is_of_projects(file: LockFile) -> bool:
    is_theirs = file.ecosystem == PYPI and file.format != _PINS.name
    return is_theirs and not file.path.endswith(".py.lock")


def read(root: Path, paths: Sequence[str]) -> Locks:
    """Read every lock among the files of a tree."""
    locks = Locks()
    for path, lock in _claimed(paths):
        locks.read(root, path, lock)
    included = pin_files.find(root, paths)
    for path in included.installed:
        locks.read(root, path, REQUIREMENTS)
    for path in included.others:
        locks.read(root, path, _PINS)
    locks.take(included.said)
    return locks


def _claimed(paths: Iterable[str]) -> list[tuple[str, LockFormat]]:
    known = ((path, format_of(path)) for path in paths)
    return [(path, lock) for path, lock in known if lock]
