"""requirements.txt: every line, whatever its marker; nested files and constraints too.

pip is never asked: it would fetch, build and so run what a line points to.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import (
    Artifact,
    Requirements,
    UnreadableError,
    folder_mark,
    gathered,
    only,
    text_of,
)
from gatekeeper.scan.dependencies.locks.lines import logical_lines, must_be_utf8, origins
from gatekeeper.scan.dependencies.locks.options import parse
from gatekeeper.scan.dependencies.versions import released
from gatekeeper.scan.scanners.interface import in_words

_NAME = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|lock)", re.IGNORECASE)
_ENVIRONMENT = re.compile(r"\$\{[A-Z0-9_]+\}")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_PER_LINE_OPTION = re.compile(r"\s--?[a-z].*$", re.DOTALL)
_REMOTE = re.compile(r"://|\.(?:whl|zip|tar(?:\.\w+)?|tgz)$", re.IGNORECASE)
_HASH = re.compile(r"\s--hash[=\s]([a-z0-9]+):([0-9a-fA-F]+)")
_EGG = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9._-]+)")
_EXACT = frozenset({"==", "==="})
_QUOTED = 120


def claims(path: str) -> bool:
    """True for requirements*.txt and .lock, and for any .txt in a folder `requirements`."""
    folder, name = posixpath.split(path)
    inside = posixpath.basename(folder).lower() == "requirements" and _is_text(name)
    return inside or bool(_NAME.fullmatch(name))


def _is_text(name: str) -> bool:
    return name.lower().endswith(".txt")


def read(root: Path, path: str) -> Requirements:
    """Read a file and whatever it includes.

    Every constraint counts, also one on what is not asked for here: it may be needed by something
    that is, and then this is the version that comes.

    Raises:
        UnreadableError: as `text_of`, and when files include each other too deeply.
    """
    try:
        entries = list(_entries(_File(root, path)))
    except RecursionError:
        raise UnreadableError("includes files too deeply") from None
    limits = tuple(limit.pin for limit in only(_Limit, entries))
    files = {one.key: one.files for one in only(_Hashed, entries)}
    return replace(_limited(gathered(entries), limits), files=files)


def _limited(found: Requirements, limits: tuple[Pin, ...]) -> Requirements:
    """Add what constraints say: a version for all that is asked for without one."""
    known = {pin.name for pin in limits}
    loose = (item for item in found.unpinned if item.sourced or item.name not in known)
    return replace(found, pins=(*found.pins, *limits), unpinned=tuple(loose))


@dataclass(frozen=True, slots=True)
class _Limit:
    """What a file of constraints allows of a package, if something asks for it."""

    pin: Pin


@dataclass(frozen=True, slots=True)
class _Hashed:
    """The digests of the files that a line allows, by name and version."""

    key: tuple[str, str]
    files: tuple[Artifact, ...]


_Entry: TypeAlias = Pin | Unpinned | Problem | str | _Limit | _Hashed


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read.

    Attributes:
        root: of the tree.
        path: relative to it.
        constraint: True when it asks for nothing, and only limits versions.
        visited: paths that need not be read again, each with its `constraint`.
    """

    root: Path
    path: str
    constraint: bool = False
    visited: set[tuple[str, bool]] = field(default_factory=set)


def _entries(file: _File) -> Iterator[_Entry]:
    """Yield what a file says, and what it includes; nothing when it was read before."""
    if (file.path, file.constraint) in file.visited:
        return
    file.visited.add((file.path, file.constraint))
    text = text_of(file.root, file.path)
    must_be_utf8(text)
    asking = origins(text)
    for number, line in logical_lines(text):
        told = _optional if line.startswith("-") else _required
        yield from (_brought(entry, file, asking) for entry in told(file, number, line))


def _brought(entry: _Entry, file: _File, asking: Mapping[int, tuple[str, ...]]) -> _Entry:
    """Return a pin of this file with the names of what asks for it."""
    if isinstance(entry, Pin) and entry.path == file.path and entry.line:
        names = (name.partition("[")[0] for name in asking.get(entry.line, ()))
        return replace(entry, via=tuple(map(canonicalize_name, names)))
    return entry


def _optional(file: _File, number: int, line: str) -> Iterator[_Entry]:
    """Yield what the options on a line lead to."""
    try:
        options = parse(line)
    except UnreadableError as error:
        step = "write one option on a line, by its full name"
        yield Problem(f"{file.path}:{number} {error}", step)
        return
    for target in options.requirements:
        yield from _included(file, number, target, file.constraint)
    for target in options.constraints:
        yield from _included(file, number, target, True)
    for target in options.editables:
        yield _sourced(file, number, target)


def _included(file: _File, number: int, target: str, constraint: bool) -> Iterator[_Entry]:
    try:
        path = _within(posixpath.dirname(file.path), target)
        yield from _entries(replace(file, path=path, constraint=constraint))
    except UnreadableError as error:
        reason = f"{file.path}:{number}: `{in_words(target)}` {error}"
        step = "bring the file into the tree, so that its versions can be judged"
        yield Problem(reason, step)


def _required(file: _File, number: int, line: str) -> Iterator[_Entry]:
    text = _PER_LINE_OPTION.sub("", line).strip()
    try:
        requirement = Requirement(text)
    except ValueError:
        yield _sourced(file, number, text)
        return
    told = _told(requirement, file.path, number)
    if isinstance(told, Pin):
        yield _Hashed((told.name, told.version), tuple(_hashed(told.name, line)))
    yield from _limits(told) if file.constraint else [told]


def _hashed(name: str, line: str) -> Iterator[Artifact]:
    """Yield the digests on a line: of files that it does not name, so that the index stands for."""
    for kind, digest in _HASH.findall(line):
        yield Artifact(f"https://pypi.org/simple/{name}/", kind, digest)


def _limits(told: Pin | Unpinned) -> Iterator[_Entry]:
    """Yield what a constraint comes to; one that leaves several versions asks for nothing."""
    if isinstance(told, Pin):
        yield _Limit(told)
    elif told.sourced:
        yield told


def _told(requirement: Requirement, path: str, number: int) -> Pin | Unpinned:
    name, version = canonicalize_name(requirement.name), exact_version(requirement)
    if requirement.url:
        return Unpinned(name, path, number, "comes from a URL", sourced=True)
    if version:
        return Pin(name, version, path, number)
    return Unpinned(name, path, number, _looseness(requirement))


def _sourced(file: _File, number: int, text: str) -> Unpinned | str:
    """A path, a URL or a repository: our own code if it is a folder of this tree."""
    own = _own(file, text)
    if own is not None:
        return folder_mark(own)
    reason = "is no requirement of an exact version"
    return Unpinned(_shown(text), file.path, number, reason, sourced=True)


def _own(file: _File, text: str) -> str | None:
    plain = text.partition("[")[0].removeprefix("file:").strip()
    place = (file.root / posixpath.dirname(file.path) / plain) if plain else file.root
    return None if _REMOTE.search(plain) else _folder_within(file.root, place)


def _within(folder: str, target: str) -> str:
    """Return the path of an included file, relative to the root.

    Raises:
        UnreadableError: it is an address, a path out of the tree, or another one on each machine.
    """
    if _ENVIRONMENT.search(target):
        raise UnreadableError("depends on the environment")
    inner = posixpath.normpath(posixpath.join(folder, target))
    if "://" in target or inner.startswith(("../", "/")):
        raise UnreadableError("lies outside the tree")
    return inner


def _looseness(requirement: Requirement) -> str:
    allowed = in_words(str(requirement.specifier)[:_QUOTED])
    return f"`{allowed}` is not one exact version" if allowed else "has no version"


def _shown(text: str) -> str:
    name = _EGG.search(text)
    return canonicalize_name(name[1]) if name else in_words(_CREDENTIALS.sub("", text)[:_QUOTED])


def exact_version(requirement: Requirement) -> str | None:
    """Return the one release that a requirement allows, or None."""
    exact = next(filter(_is_exact, requirement.specifier), None)
    return released(exact.version) if exact else None


def _is_exact(specifier: Specifier) -> bool:
    return specifier.operator in _EXACT and not specifier.version.endswith(".*")


def _folder_within(root: Path, place: Path) -> str | None:
    """Return a folder of the tree relative to its root, where links lead to; None for another."""
    try:
        resolved, home = place.resolve(strict=True), root.resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    if not (resolved.is_dir() and resolved.is_relative_to(home)):
        return None
    return "" if resolved == home else resolved.relative_to(home).as_posix()
