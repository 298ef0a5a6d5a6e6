"""conda-lock.yml, pixi.lock and environment.yml: what they take from PyPI is judged.

No database speaks of the packages of conda channels: that they are there is said, and it is no
pass until the policy says why it may be.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unjudged, Unpinned
from gatekeeper.scan.dependencies.locks.interface import (
    Requirements,
    UnreadableError,
    folder_mark,
    gathered,
    normalised,
    text_of,
)
from gatekeeper.scan.dependencies.locks.requirements import exact_version
from gatekeeper.scan.dependencies.locks.yaml import document, tables
from gatekeeper.scan.dependencies.versions import released
from gatekeeper.scan.scanners.interface import in_words

_LOCK = re.compile(r"(?:.*[.-])?conda-lock\.ya?ml")
_ENVIRONMENT = re.compile(r"(?:conda[-_])?environment(?:[-_.].+)?\.ya?ml")
_STEP = "have them judged elsewhere, and say so under `unjudged: {conda: …}` in the policy"
_QUOTED = 120
_Entry: TypeAlias = Pin | Unpinned | Problem | Unjudged | str


def claims_lock(path: str) -> bool:
    """True for conda-lock.yml."""
    return bool(_LOCK.fullmatch(posixpath.basename(path)))


def claims_pixi(path: str) -> bool:
    """True for pixi.lock."""
    return posixpath.basename(path) == "pixi.lock"


def claims_environment(path: str) -> bool:
    """True for environment.yml and its like."""
    return bool(_ENVIRONMENT.fullmatch(posixpath.basename(path)))


def read_lock(root: Path, path: str) -> Requirements:
    """Read a conda-lock.yml.

    Raises:
        UnreadableError: as `text_of`, and when it is not such a lock.
    """
    packages = tables(document(text_of(root, path)).get("package"), "package")
    pip = [one for one in packages if one.get("manager") == "pip"]
    others = len(packages) - len(pip)
    return gathered((*(_pinned(one, path) for one in pip), *_conda(path, others)))


def read_pixi(root: Path, path: str) -> Requirements:
    """Read a pixi.lock.

    Raises:
        UnreadableError: as `text_of`, and when it is not such a lock.
    """
    packages = tables(document(text_of(root, path)).get("packages"), "packages")
    ours = [one for one in packages if "pypi" in one or one.get("kind") == "pypi"]
    others = len(packages) - len(ours)
    return gathered((*(_of_pixi(one, path) for one in ours), *_conda(path, others)))


def read_environment(root: Path, path: str) -> Requirements:
    """Read an environment.yml; a file without dependencies is something else.

    Raises:
        UnreadableError: as `text_of`, and when it is not YAML.
    """
    wanted = document(text_of(root, path)).get("dependencies")
    if not isinstance(wanted, list):
        return Requirements()
    lines = [line for one in wanted if isinstance(one, dict) for line in _pip_lines(one)]
    others = sum(isinstance(one, str) for one in wanted)
    return gathered((*(_asked(line, path) for line in lines), *_conda(path, others)))


def _conda(path: str, count: int) -> Iterator[Unjudged]:
    if count:
        told = "package comes" if count == 1 else "packages come"
        reason = f"{count} {told} from conda channels, on which no database has advisories"
        yield Unjudged(path, "conda", reason, _STEP)


def _of_pixi(package: Mapping[str, Any], path: str) -> _Entry:
    """Return a package, which an address or a folder of the tree provides."""
    place = package.get("pypi") or package.get("url") or package.get("path") or ""
    if not isinstance(place, str) or "git+" in place:
        return Unpinned(_name(package), path, None, "comes from a repository", sourced=True)
    return _pinned(package, path) if "://" in place else _folder(package, path, place)


def _folder(package: Mapping[str, Any], path: str, place: str) -> _Entry:
    """Return a folder of the tree, which the code gate looks at; one outside is told."""
    inner = posixpath.normpath(posixpath.join(posixpath.dirname(path), place))
    if inner.startswith(("..", "/")):
        return Unpinned(_name(package), path, None, "comes from outside the tree", sourced=True)
    return folder_mark("" if inner == "." else inner)


def _name(package: Mapping[str, Any]) -> str:
    return normalised(package.get("name")) or "a package without a name"


def _pinned(package: Mapping[str, Any], path: str) -> _Entry:
    name, version = normalised(package.get("name")), package.get("version")
    exact = released(str(version)) if version is not None else None
    if name and exact:
        return Pin(name, exact, path, None)
    return Problem(f"{path}: an entry without a valid name and version", "make the lock anew")


def _pip_lines(told: Mapping[str, Any]) -> Iterable[str]:
    lines = told.get("pip", [])
    if not isinstance(lines, list):
        raise UnreadableError("has a `pip` that is not a list")
    return map(str, lines)


def _asked(line: str, path: str) -> _Entry:
    try:
        wanted = Requirement(line)
    except InvalidRequirement:
        shown = in_words(line[:_QUOTED])
        return Unpinned(shown, path, None, "is no requirement of an exact version", sourced=True)
    name, exact = canonicalize_name(wanted.name), exact_version(wanted)
    if exact and not wanted.url:
        return Pin(name, exact, path, None)
    return Unpinned(name, path, None, "has no exact version", sourced=wanted.url is not None)
