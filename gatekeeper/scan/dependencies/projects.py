"""Which projects of the tree need a lock file, and whether one covers what they declare."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import UnreadableError, text_of

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
    declarations = [path for path in files if posixpath.basename(path) in _DECLARATIONS]
    ours = {name for path in declarations if (name := _own_name(root, path))}
    problems: list[Problem] = []
    idle: list[str] = []
    for path in declarations:
        try:
            needs = declared(root, path)
        except UnreadableError as error:
            problems.append(Problem(f"{path} {error}", "mend the file"))
            continue
        if needs == set():
            idle.append(path)
        elif needs:
            problems += _gaps(path, needs - ours, locks, known)
    return Surveyed(tuple(problems), tuple(idle))


def _gaps(
    path: str, needs: set[str], locks: Sequence[str], known: Sequence[Pin | Unpinned]
) -> list[Problem]:
    """Say what no lock covers: the whole project, or names that it asks for."""
    folder = posixpath.dirname(path)
    if not any(_covers(lock, folder) for lock in locks):
        reason = f"{path} has no lock file: the versions it would get cannot be judged"
        return [Problem(reason, _LOCK)]
    held = {item.name for item in known if _covers(item.path, folder)}
    return _uncovered(path, needs - held)


def _own_name(root: Path, path: str) -> str:
    """Return the name of a project of this tree: no lock need hold it."""
    try:
        project = tomllib.loads(text_of(root, path)).get("project")
    except (UnreadableError, tomllib.TOMLDecodeError, RecursionError):
        return ""
    name = project.get("name") if isinstance(project, dict) else None
    return canonicalize_name(name) if isinstance(name, str) else ""


def declared(root: Path, path: str) -> set[str] | None:
    """Return the names that a project asks for; `{"*"}` when they cannot be told, None for none.

    None means that the file declares no project at all, e.g. only configures tools.

    Raises:
        UnreadableError: the file cannot be read.
    """
    if posixpath.basename(path) != "pyproject.toml":
        return {"*"}  # a program or a format of its own: what it asks for is not known
    try:
        document = tomllib.loads(text_of(root, path))
    except (tomllib.TOMLDecodeError, RecursionError):
        raise UnreadableError("is not valid TOML") from None
    project = document.get("project")
    poetry = (document.get("tool") or {}).get("poetry")
    if not isinstance(project, dict) and not isinstance(poetry, dict):
        return None
    return _of_project(project or {}) | _of_poetry(poetry or {})


def _of_project(project: dict[str, Any]) -> set[str]:
    if "dependencies" in (project.get("dynamic") or []):
        return {"*"}
    lines = project.get("dependencies") or []
    try:
        return {canonicalize_name(Requirement(line).name) for line in lines}
    except (InvalidRequirement, TypeError):
        raise UnreadableError("has a dependency that cannot be read") from None


def _of_poetry(poetry: dict[str, Any]) -> set[str]:
    names = poetry.get("dependencies") or {}
    return {canonicalize_name(name) for name in names if name.lower() != "python"}


def _covers(lock: str, folder: str) -> bool:
    """True for a lock beside the project, in its `requirements` folder, or in a folder above."""
    home = posixpath.dirname(lock)
    if posixpath.basename(home).lower() == "requirements":
        home = posixpath.dirname(home)
    return home in {"", folder} or folder.startswith(f"{home}/")


def _uncovered(path: str, missing: set[str]) -> list[Problem]:
    missing = missing - {"*"}
    if not missing:
        return []
    names = ", ".join(f"`{name}`" for name in sorted(missing))
    return [Problem(f"{path} asks for {names}, which no lock file holds", "renew the lock file")]
