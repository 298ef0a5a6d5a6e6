"""Which projects of the tree need a lock file, and whether one covers what they declare."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import UnreadableError, text_of

_UNKNOWN = "*"
_NO_TABLE: Mapping[str, Any] = {}
_DECLARATIONS = ("pyproject.toml", "setup.py", "Pipfile")
_LOCK = "make one with `uv lock`, `poetry lock` or `uv pip compile`, and commit it"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What the projects of the tree need.

    Attributes:
        problems: a project without a lock, or with one that does not cover it.
        without_dependencies: declaration files of projects that ask for nothing.
    """

    problems: tuple[Problem, ...]
    without_dependencies: tuple[str, ...]


def survey(
    root: Path, files: Iterable[str], locks: Sequence[str], known: Sequence[Pin | Unpinned]
) -> Surveyed:
    """Look at each project once.

    Args:
        root: of the tree.
        files: every file of it.
        locks: the lock files among them.
        known: what the locks hold.
    """
    projects = [_project(root, path) for path in filter(_declares, files)]
    ours = {project.name for project in projects}
    gaps = (_gaps(project, ours, locks, known) for project in projects)
    idle = filter(attrgetter("idle"), projects)
    return Surveyed(tuple(chain.from_iterable(gaps)), tuple(project.path for project in idle))


def _declares(path: str) -> bool:
    return posixpath.basename(path) in _DECLARATIONS


@dataclass(frozen=True, slots=True)
class _Project:
    """What a declaration file says.

    Attributes:
        path: of the file.
        name: of the project: no lock need hold it; may be empty.
        needs: names that it asks for, `*` for what cannot be told; None when it is no project,
            e.g. only configures tools.
        unreadable: why the file says nothing; empty when it does.
    """

    path: str
    name: str = ""
    needs: frozenset[str] | None = None
    unreadable: str = ""

    @property
    def idle(self) -> bool:
        """True for a project that asks for nothing."""
        return self.needs == frozenset()


def _project(root: Path, path: str) -> _Project:
    if posixpath.basename(path) != "pyproject.toml":
        # a program or a format of its own: what it asks for is not known
        return _Project(path, needs=frozenset({_UNKNOWN}))
    try:
        return _declared(path, tomllib.loads(text_of(root, path)))
    except UnreadableError as error:
        return _Project(path, unreadable=str(error))
    except (tomllib.TOMLDecodeError, RecursionError):
        return _Project(path, unreadable="is not valid TOML")


def _declared(path: str, document: dict[str, Any]) -> _Project:
    project = _table(document, "project")
    poetry = _table(_table(document, "tool"), "poetry")
    if project is poetry is _NO_TABLE:
        return _Project(path)
    name = project.get("name")
    ours = canonicalize_name(name) if isinstance(name, str) else ""
    return _Project(path, ours, _of_project(project) | _of_poetry(poetry))


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else _NO_TABLE


def _of_project(project: Mapping[str, Any]) -> frozenset[str]:
    try:
        if "dependencies" in project.get("dynamic", ()):
            return frozenset({_UNKNOWN})
        wanted = map(Requirement, project.get("dependencies", ()))
        return frozenset(canonicalize_name(requirement.name) for requirement in wanted)
    except (InvalidRequirement, TypeError):
        raise UnreadableError("has a dependency that cannot be read") from None


def _of_poetry(poetry: Mapping[str, Any]) -> frozenset[str]:
    names = map(canonicalize_name, poetry.get("dependencies") or {})
    return frozenset(names) - {"python"}


def _gaps(
    project: _Project, ours: set[str], locks: Sequence[str], known: Sequence[Pin | Unpinned]
) -> Iterator[Problem]:
    """Say what no lock covers: the whole project, or names that it asks for."""
    path, folder = project.path, posixpath.dirname(project.path)
    needs = project.needs or frozenset()
    if project.unreadable:
        yield Problem(f"{path} {project.unreadable}", "mend the file")
    elif needs and not _covered(folder, locks):
        yield Problem(f"{path} has no lock file: the versions it would get cannot be judged", _LOCK)
    else:
        held = (item.name for item in known if _covers(item.path, folder))
        yield from _uncovered(path, needs.difference(ours, held, {_UNKNOWN}))


def _covered(folder: str, locks: Sequence[str]) -> bool:
    return any(_covers(lock, folder) for lock in locks)


def _covers(lock: str, folder: str) -> bool:
    """True for a lock beside the project, in its `requirements` folder, or in a folder above."""
    home = posixpath.dirname(lock)
    if posixpath.basename(home).lower() == "requirements":
        home = posixpath.dirname(home)
    return home in {"", folder} or folder.startswith(f"{home}/")


def _uncovered(path: str, missing: frozenset[str]) -> Iterator[Problem]:
    if missing:
        names = ", ".join(f"`{name}`" for name in sorted(missing))
        yield Problem(f"{path} asks for {names}, which no lock file holds", "renew the lock file")
