"""requirements.txt: every line, whatever its marker; nested files and constraints too.

pip is never asked: it would fetch, build and so run what a line points to.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import Requirements, UnreadableError, text_of
from gatekeeper.scan.scanners.interface import in_words

_NAME = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.txt", re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_INCLUDE = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s+|=|(?<=-[rc])(?=\S))(.+)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)(.+)")
_PER_LINE_OPTION = re.compile(r"\s--?[a-z].*$", re.DOTALL)
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar(?:\.\w+)?|tgz)$", re.IGNORECASE)
_QUOTED = 120


def claims(path: str) -> bool:
    """True for requirements*.txt, and for any .txt in a folder `requirements`."""
    folder, name = posixpath.split(path)
    inside = posixpath.basename(folder).lower() == "requirements" and name.endswith(".txt")
    return inside or bool(_NAME.fullmatch(name))


def read(root: Path, path: str) -> Requirements:
    """Read a file and whatever it includes."""
    found = _Found(root)
    found.file(path, constraint=False)
    limits = {pin.name for pin in found.constraints}
    wanted = {item.name for item in found.unpinned} | {pin.name for pin in found.pins}
    return Requirements(
        pins=(*found.pins, *(pin for pin in found.constraints if pin.name in wanted)),
        unpinned=tuple(item for item in found.unpinned if item.sourced or item.name not in limits),
        problems=tuple(found.problems),
        own=found.own,
    )


@dataclass(slots=True)
class _Found:
    root: Path
    pins: list[Pin] = field(default_factory=list)
    constraints: list[Pin] = field(default_factory=list)
    unpinned: list[Unpinned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    own: int = 0
    visited: set[tuple[str, bool]] = field(default_factory=set)

    def file(self, path: str, *, constraint: bool) -> None:
        """Read one file once."""
        if (path, constraint) in self.visited:
            return
        self.visited.add((path, constraint))
        for number, line in logical_lines(text_of(self.root, path)):
            self._line(path, number, line, constraint)

    def _line(self, path: str, number: int, line: str, constraint: bool) -> None:
        if included := _INCLUDE.fullmatch(line):
            self._include(path, number, included, constraint)
        elif editable := _EDITABLE.fullmatch(line):
            self._sourced(editable[1], path, number)
        elif line.startswith("-"):
            return  # an option of the index or the installer: pins nothing
        else:
            self._requirement(line, path, number, constraint)

    def _include(self, path: str, number: int, found: re.Match[str], constraint: bool) -> None:
        option, target = found[1], found[2].strip().strip("\"'")
        inner = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        limits = constraint or option in {"-c", "--constraint"}
        try:
            if "://" in target or inner.startswith(("../", "/")):
                raise UnreadableError("lies outside the tree")
            self.file(inner, constraint=limits)
        except UnreadableError as error:
            reason = f"{path}:{number}: `{in_words(target)}` {error}"
            step = "bring the file into the tree, so that its versions can be judged"
            self.problems.append(Problem(reason, step))

    def _requirement(self, line: str, path: str, number: int, constraint: bool) -> None:
        text = _PER_LINE_OPTION.sub("", line).strip()
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            self._sourced(text, path, number)
            return
        name = canonicalize_name(requirement.name)
        if requirement.url:
            self.unpinned.append(Unpinned(name, path, number, "comes from a URL", sourced=True))
        elif version := exact_version(requirement):
            pins = self.constraints if constraint else self.pins
            pins.append(Pin(name, version, path, number))
        elif not constraint:
            allowed = str(requirement.specifier) or "no version"
            reason = f"`{in_words(allowed)}` is not one exact version"
            self.unpinned.append(Unpinned(name, path, number, reason))

    def _sourced(self, text: str, path: str, number: int) -> None:
        """A path, a URL or a repository: our own code if it is a folder of this tree."""
        plain = text.partition("[")[0].removeprefix("file:").strip()
        place = (self.root / posixpath.dirname(path) / plain) if plain else self.root
        if "://" not in plain and not _ARCHIVE.search(plain) and _folder_within(self.root, place):
            self.own += 1
            return
        name = re.search(r"#(?:.*&)?egg=([A-Za-z0-9._-]+)", text)
        shown = canonicalize_name(name[1]) if name else in_words(text[:_QUOTED])
        reason = "is no requirement of an exact version"
        self.unpinned.append(Unpinned(shown, path, number, reason, sourced=True))


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (first line's number, text) with continuations joined and comments removed."""
    start, joined = 0, ""
    for number, raw in enumerate(text.splitlines(), 1):
        start = start or number
        comment = _COMMENT.search(raw)
        kept = raw[: comment.start()] if comment else raw
        if kept.endswith("\\") and not comment:
            joined += kept[:-1] + " "
            continue
        if line := (joined + kept).strip():
            yield start, line
        start, joined = 0, ""
    if joined.strip():
        yield start, joined.strip()


def exact_version(requirement: Requirement) -> str | None:
    """Return the one version that a requirement allows, or None."""
    for specifier in requirement.specifier:
        if specifier.operator in {"==", "==="} and not specifier.version.endswith(".*"):
            try:
                return str(Version(specifier.version))
            except InvalidVersion:
                return None
    return None


def _folder_within(root: Path, place: Path) -> bool:
    try:
        resolved = place.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return False
    return resolved.is_dir() and resolved.is_relative_to(root.resolve())
