"""requirements.txt: every line, whatever its marker; nested files and constraints too.

pip is never asked: it would fetch, build and so run what a line points to.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import (
    Requirements,
    UnreadableError,
    folder_mark,
    text_of,
)
from gatekeeper.scan.dependencies.locks.options import parse
from gatekeeper.scan.dependencies.versions import released
from gatekeeper.scan.scanners.interface import in_words

_NAME = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|lock)", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_ENCODING = re.compile(r"#.*?coding[:=]\s*([-\w.]+)")
_ENVIRONMENT = re.compile(r"\$\{[A-Z0-9_]+\}")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_PER_LINE_OPTION = re.compile(r"\s--?[a-z].*$", re.DOTALL)
_REMOTE = re.compile(r"://|\.(?:whl|zip|tar(?:\.\w+)?|tgz)$", re.IGNORECASE)
_EGG = re.compile(r"#(?:.*&)?egg=([A-Za-z0-9._-]+)")
_PLAIN = frozenset({"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"})
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
    found = _Found(root)
    try:
        found.file(path, constraint=False)
    except RecursionError:
        raise UnreadableError("includes files too deeply") from None
    return Requirements(
        pins=(*found.pins, *found.constraints),
        unpinned=tuple(found.unlimited()),
        problems=tuple(found.problems),
        own=tuple(found.own),
    )


@dataclass(slots=True)
class _Found:
    root: Path
    pins: list[Pin] = field(default_factory=list)
    constraints: list[Pin] = field(default_factory=list)
    unpinned: list[Unpinned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    visited: set[tuple[str, bool]] = field(default_factory=set)

    def file(self, path: str, *, constraint: bool) -> None:
        """Read one file once."""
        if (path, constraint) in self.visited:
            return
        self.visited.add((path, constraint))
        text = text_of(self.root, path)
        _must_be_utf8(text)
        for number, line in logical_lines(text):
            self._line(path, number, line, constraint)

    def unlimited(self) -> Iterator[Unpinned]:
        """Yield what no constraint gives a version."""
        limits = {pin.name for pin in self.constraints}
        return (item for item in self.unpinned if item.sourced or item.name not in limits)

    def _line(self, path: str, number: int, line: str, constraint: bool) -> None:
        if not line.startswith("-"):
            self._requirement(line, path, number, constraint)
            return
        try:
            options = parse(line)
        except UnreadableError as error:
            step = "write one option on a line, by its full name"
            self.problems.append(Problem(f"{path}:{number} {error}", step))
            return
        for target in options.requirements:
            self._include(path, number, target, constraint)
        for target in options.constraints:
            self._include(path, number, target, True)
        for target in options.editables:
            self._sourced(target, path, number)

    def _include(self, path: str, number: int, target: str, constraint: bool) -> None:
        try:
            self.file(_within(posixpath.dirname(path), target), constraint=constraint)
        except UnreadableError as error:
            reason = f"{path}:{number}: `{in_words(target)}` {error}"
            step = "bring the file into the tree, so that its versions can be judged"
            self.problems.append(Problem(reason, step))

    def _requirement(self, line: str, path: str, number: int, constraint: bool) -> None:
        text = _PER_LINE_OPTION.sub("", line).strip()
        try:
            requirement = Requirement(text)
        except ValueError:
            self._sourced(text, path, number)
            return
        name, version = canonicalize_name(requirement.name), exact_version(requirement)
        if requirement.url:
            self.unpinned.append(Unpinned(name, path, number, "comes from a URL", sourced=True))
        elif version:
            pins = self.constraints if constraint else self.pins
            pins.append(Pin(name, version, path, number))
        elif not constraint:
            self.unpinned.append(Unpinned(name, path, number, _looseness(requirement)))

    def _sourced(self, text: str, path: str, number: int) -> None:
        """A path, a URL or a repository: our own code if it is a folder of this tree."""
        own = self._own(text, posixpath.dirname(path))
        if own is not None:
            self.own.append(folder_mark(own))
            return
        reason = "is no requirement of an exact version"
        self.unpinned.append(Unpinned(_shown(text), path, number, reason, sourced=True))

    def _own(self, text: str, folder: str) -> str | None:
        plain = text.partition("[")[0].removeprefix("file:").strip()
        place = (self.root / folder / plain) if plain else self.root
        return None if _REMOTE.search(plain) else _folder_within(self.root, place)


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


def _must_be_utf8(text: str) -> None:
    """Refuse a file that declares another encoding, in which pip would read other lines."""
    for line in text.split("\n")[:2]:
        declared = _ENCODING.match(line)
        if declared and declared[1].lower().replace("_", "-") not in _PLAIN:
            raise UnreadableError(f"declares the encoding {declared[1]}; save it as UTF-8")


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (first line's number, text) with continuations joined and comments removed."""
    # what stands before a comment never ends its line with a continuation
    lines = [_COMMENT.sub(" ", line) for line in text.splitlines()]
    start, joined = 1, ""
    for number, line in enumerate([*lines, ""], 1):
        joined += " " + line.removesuffix("\\")
        if line.endswith("\\"):
            continue
        if joined.strip():
            yield start, joined.strip()
        start, joined = number + 1, ""


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
