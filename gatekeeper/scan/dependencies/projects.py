"""Which projects of the tree need a lock file, and whether one covers what they declare."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from pathlib import Path

from gatekeeper.scan.dependencies.declarations import UNKNOWN, Need, Project, declares, project
from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import folder_mark

_LOCK = "make one with `uv lock`, `poetry lock` or `uv pip compile`, and commit it"


@dataclass(frozen=True, slots=True)
class Locked:
    """What all lock files hold.

    Attributes:
        paths: of the files.
        known: pins, and what has none.
        own: names and folders (as `folder_mark` writes them) that are code of the tree.
    """

    paths: Sequence[str]
    known: Sequence[Pin | Unpinned] = ()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What the projects of the tree need.

    Attributes:
        problems: a project without a lock, or with one that does not cover it.
        without_dependencies: declaration files of projects that ask for nothing.
    """

    problems: tuple[Problem, ...]
    without_dependencies: tuple[str, ...]


def survey(root: Path, files: Iterable[str], locked: Locked) -> Surveyed:
    """Look at each project once.

    Args:
        root: of the tree.
        files: every file of it.
        locked: what its lock files hold.
    """
    projects = [project(root, path) for path in filter(declares, files)]
    ours = {it.name for it in projects if _is_installed(it, locked.own)}
    gaps = (_gaps(it, ours, locked) for it in projects)
    idle = filter(attrgetter("idle"), projects)
    return Surveyed(tuple(chain.from_iterable(gaps)), tuple(it.path for it in idle))


def _is_installed(it: Project, own: frozenset[str]) -> bool:
    """True when a lock takes the project from the tree; its name alone could be anybody's."""
    return not own.isdisjoint({it.name, folder_mark(posixpath.dirname(it.path))})


def _gaps(it: Project, ours: set[str], locked: Locked) -> Iterator[Problem]:
    """Say what no lock covers: the whole project, or some of what it asks for."""
    folder = posixpath.dirname(it.path)
    if it.unreadable:
        yield Problem(f"{it.path} {it.unreadable}", "mend the file")
    elif it.needs and not any(_covers(lock, folder) for lock in locked.paths):
        reason = f"{it.path} has no lock file: the versions it would get cannot be judged"
        yield Problem(reason, _LOCK)
    else:
        yield from _uncovered(it.path, _unmet(_asked(it, ours), _around(folder, locked)))


def _asked(it: Project, ours: set[str]) -> list[Need]:
    """Return what a lock must hold: not what is of the tree, or cannot be told."""
    return [need for need in it.needs or () if need.name not in {*ours, it.name, UNKNOWN}]


def _around(folder: str, locked: Locked) -> Mapping[str, set[str | None]]:
    """Return what the locks that cover a folder hold."""
    return _held(item for item in locked.known if _covers(item.path, folder))


def _covers(lock: str, folder: str) -> bool:
    """True for a lock beside the project, in its `requirements` folder, or in a folder above."""
    home = posixpath.dirname(lock)
    if posixpath.basename(home).lower() == "requirements":
        home = posixpath.dirname(home)
    return home in {"", folder} or folder.startswith(f"{home}/")


def _held(known: Iterable[Pin | Unpinned]) -> Mapping[str, set[str | None]]:
    """Return the versions of each name; None stands for one that is told as unpinned."""
    held: dict[str, set[str | None]] = defaultdict(set)
    for item in known:
        held[item.name].add(item.version if isinstance(item, Pin) else None)
    return held


def _unmet(needs: Sequence[Need], held: Mapping[str, set[str | None]]) -> Iterator[str]:
    """Yield what no lock holds: the name, or the name with the versions that are asked for.

    A need that a marker limits may be left out for the machines that the lock is for, as long as
    another one of that name is met.
    """
    met = {need for need in needs if _is_met(need, held)}
    names = {need.name for need in met}
    for need in needs:
        if need not in met and (need.always or need.name not in names):
            yield str(need) if need.name in held else need.name


def _is_met(need: Need, held: Mapping[str, set[str | None]]) -> bool:
    return any(version is None or need.admits(version) for version in held.get(need.name, ()))


def _uncovered(path: str, missing: Iterator[str]) -> Iterator[Problem]:
    names = ", ".join(f"`{name}`" for name in sorted({*missing}))
    if names:
        yield Problem(f"{path} asks for {names}, which no lock file holds", "renew the lock file")
