"""Which projects of the tree need a lock file, and whether one covers what they declare."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TypeAlias

from gatekeeper.scan.dependencies.declarations import declares, project
from gatekeeper.scan.dependencies.declarations.interface import UNKNOWN, Need, Project
from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import Requirements, folder_mark, gathered

_LOCK = "make one with `uv lock`, `poetry lock` or `uv pip compile`, and commit it"

_BUILDS = "is needed to build it, in whatever version is newest then"
_BUILD_RULE = "unpinned-build-requirement"

# The versions of each name; None stands for one that is told as unpinned.
Versions: TypeAlias = Mapping[str, Set[str | None]]


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

    def installs(self, it: Project) -> bool:
        """True when a lock takes the project from the tree; its name could be anybody's."""
        return not self.own.isdisjoint({it.name, folder_mark(posixpath.dirname(it.path))})

    def reaches(self, folder: str) -> bool:
        """True when a lock covers a folder."""
        return any(_covers(lock, folder) for lock in self.paths)

    def around(self, folder: str) -> Versions:
        """Return what the locks that cover a folder hold."""
        held: dict[str, set[str | None]] = defaultdict(set)
        for item in self.known:
            if _covers(item.path, folder):
                held[item.name].add(_version(item))
        return held


def _version(item: Pin | Unpinned) -> str | None:
    return item.version if isinstance(item, Pin) else None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What the projects of the tree need.

    Attributes:
        said: problems of a project without a lock, or with one that does not cover it; what only
            builds projects; and what projects compute.
        without_dependencies: declaration files of projects that ask for nothing.
        names: of the projects, as far as they have one.
    """

    said: Requirements
    without_dependencies: tuple[str, ...]
    names: tuple[str, ...]


def survey(root: Path, files: Iterable[str], locked: Locked) -> Surveyed:
    """Look at each project once.

    Args:
        root: of the tree.
        files: every file of it.
        locked: what its lock files hold.
    """
    projects = [project(root, path) for path in filter(declares, files)]
    idle = filter(attrgetter("idle"), projects)
    said = (*_problems(projects, locked), *_computed(projects), *_building(projects))
    names = dict.fromkeys(it.name for it in projects if it.name)
    return Surveyed(gathered(said), tuple(map(attrgetter("path"), idle)), tuple(names))


def _computed(projects: Iterable[Project]) -> Iterator[Unpinned]:
    """Yield what a project computes: no lock can be held against that."""
    for it in projects:
        if it.computed:
            yield Unpinned(it.path, it.path, None, it.computed, rule="computed-dependencies")


def _building(projects: Iterable[Project]) -> Iterator[Pin | Unpinned]:
    """Yield what builds a project: judged where its version is told, else only told."""
    for it in projects:
        for need in it.builds:
            if need.sourced:
                yield Unpinned(need.name, it.path, None, "builds it from a URL", sourced=True)
            elif need.exact:
                yield Pin(need.name, need.exact, it.path, None)
            else:
                yield Unpinned(need.name, it.path, None, _BUILDS, rule=_BUILD_RULE, blocks=False)


def _problems(projects: Sequence[Project], locked: Locked) -> Iterator[Problem]:
    ours = {it.name for it in filter(locked.installs, projects)}
    for it in projects:
        yield from _gaps(it, ours, locked)


def _gaps(it: Project, ours: set[str], locked: Locked) -> Iterator[Problem]:
    """Say what no lock covers: the whole project, or some of what it asks for."""
    folder = posixpath.dirname(it.path)
    if it.unreadable:
        yield Problem(f"{it.path} {it.unreadable}", "mend the file")
    elif it.needs and not locked.reaches(folder):
        reason = f"{it.path} has no lock file: the versions it would get cannot be judged"
        yield Problem(reason, _LOCK)
    else:
        yield from _uncovered(it.path, _unmet(_asked(it, ours), locked.around(folder)))


def _asked(it: Project, ours: set[str]) -> list[Need]:
    """Return what a lock must hold: not what is of the tree, or cannot be told."""
    exempt = {*ours, it.name, UNKNOWN.name}
    return [need for need in it.needs or () if need.name not in exempt]


def _covers(lock: str, folder: str) -> bool:
    """True for a lock beside the project, in its `requirements` folder, or in a folder above."""
    home = posixpath.dirname(lock)
    if posixpath.basename(home).lower() == "requirements":
        home = posixpath.dirname(home)
    return home in {"", folder} or folder.startswith(f"{home}/")


def _unmet(needs: Sequence[Need], held: Versions) -> set[str]:
    """Return what no lock holds: the name, or the name with the versions that are asked for.

    A need that a marker limits may be left out for the machines that the lock is for, as long as
    another one of that name is met.
    """
    met = set(filter(partial(_is_met, held), needs))
    names = {need.name for need in met}
    unmet = set(needs) - met
    return {_shown(need, held) for need in unmet if need.always or need.name not in names}


def _is_met(held: Versions, need: Need) -> bool:
    return any(version is None or need.admits(version) for version in held.get(need.name, ()))


def _shown(need: Need, held: Versions) -> str:
    """Name the versions only where the lock has others."""
    return str(need) if need.name in held else need.name


def _uncovered(path: str, missing: Iterable[str]) -> Iterator[Problem]:
    names = ", ".join(f"`{name}`" for name in sorted(missing))
    if names:
        yield Problem(f"{path} asks for {names}, which no lock file holds", "renew the lock file")
