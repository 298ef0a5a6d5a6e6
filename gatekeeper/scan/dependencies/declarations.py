"""What a project file asks for: declarations are read, programs are not run."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from configparser import Error as ConfigError
from configparser import RawConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.locks.interface import UnreadableError, normalised, text_of
from gatekeeper.scan.dependencies.versions import parsed

UNKNOWN = "*"
_NO_TABLE: Mapping[str, Any] = {}
_PROGRAM = "setup.py"
_SOURCES = frozenset({"git", "url", "path", "file", "hg", "svn", "bzr"})
_SETTINGS = frozenset({"source", "requires", "scripts", "pipenv"})
_DEPENDENCIES = {"dependencies", "optional-dependencies"}
_BROKEN = "has a dependency that cannot be read"


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a project asks for, also for development or by an extra.

    Attributes:
        name: normalised; `*` for what cannot be told.
        allowed: versions; any for ranges of Poetry that are written another way (`^2`).
        always: False when a marker limits it to some machines.
        sourced: True when it comes from an address: no release of an index will do.
    """

    name: str
    allowed: SpecifierSet = field(default_factory=SpecifierSet)
    always: bool = True
    sourced: bool = False

    def __str__(self) -> str:
        return f"{self.name}{' @ …' if self.sourced else self.allowed}"

    def admits(self, version: str) -> bool:
        """True when the release will do; a need of one build is one of its release here."""
        built = any("+" in one.version for one in self.allowed)
        return not self.sourced and (built or self.allowed.contains(version, prereleases=True))


@dataclass(frozen=True, slots=True)
class Project:
    """What a declaration file says.

    Attributes:
        path: of the file.
        name: of the project; may be empty.
        needs: what it asks for; None when it is no project, e.g. only configures tools.
        unreadable: why the file says nothing; empty when it does.
    """

    path: str
    name: str = ""
    needs: tuple[Need, ...] | None = None
    unreadable: str = ""

    @property
    def idle(self) -> bool:
        """True for a project that asks for nothing."""
        return self.needs == ()


def declares(path: str) -> bool:
    """True for the path of a file that may declare a project."""
    name = posixpath.basename(path)
    return name in _READERS or name == _PROGRAM


def project(root: Path, path: str) -> Project:
    """Read a declaration file."""
    reader = _READERS.get(posixpath.basename(path))
    if reader is None:
        # a program: what it asks for is not known
        return Project(path, needs=(Need(UNKNOWN),))
    try:
        return reader(path, text_of(root, path))
    except UnreadableError as error:
        return Project(path, unreadable=str(error))


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableError("is not valid TOML") from None


def _pyproject(path: str, text: str) -> Project:
    document = _toml(text)
    try:
        needs = tuple(_needs(document))
    except (ValueError, TypeError, AttributeError):
        raise UnreadableError(_BROKEN) from None
    project = document.get("project")
    if project is None and not (needs or "poetry" in _tools(document)):
        return Project(path)
    return Project(path, normalised(_table(document, "project").get("name")) or "", needs)


def _needs(document: Mapping[str, Any]) -> Iterator[Need]:
    project, tools = _table(document, "project"), _tools(document)
    if _DEPENDENCIES & {*_list(project.get("dynamic", []))}:
        yield Need(UNKNOWN)
    if "metadata" in _table(tools, "flit"):
        # how flit wrote a project before there was a table for it
        yield Need(UNKNOWN)
    yield from _written(project.get("dependencies", []))
    yield from _written(_table(tools, "uv").get("dev-dependencies", []))
    yield from _grouped(_table(project, "optional-dependencies"))
    yield from _grouped(_table(document, "dependency-groups"))
    yield from _grouped(_table(_table(tools, "pdm"), "dev-dependencies"))
    yield from _of_poetry(_table(tools, "poetry"))


def _grouped(groups: Mapping[str, Any]) -> Iterator[Need]:
    for group in groups.values():
        # a table in a group includes another group, which is read anyway
        yield from _written([line for line in _list(group) if not isinstance(line, dict)])


def _written(lines: object) -> Iterator[Need]:
    for line in _list(lines):
        wanted = Requirement(line)
        name, always = canonicalize_name(wanted.name), wanted.marker is None
        yield Need(name, wanted.specifier, always, sourced=wanted.url is not None)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _of_poetry(poetry: Mapping[str, Any]) -> Iterator[Need]:
    groups = (_table(group, "dependencies") for group in _table(poetry, "group").values())
    tables = (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *groups)
    needs = (_need(name, told) for table in tables for name, told in table.items())
    yield from (need for need in needs if need.name != "python")


def _need(name: str, told: object) -> Need:
    """Return a need as Poetry and Pipenv write it: a version, or a table that may hold one."""
    table: Mapping[str, Any] = told if isinstance(told, dict) else {"version": told}
    always = not {"markers", "python", "platform"} & table.keys()
    sourced = bool(_SOURCES & table.keys())
    return Need(canonicalize_name(name), _allowed(table.get("version")), always, sourced)


def _allowed(text: object) -> SpecifierSet:
    """Return the versions that a text allows; any where it is not written as in PEP 440."""
    if not isinstance(text, str):
        return SpecifierSet()
    try:
        return SpecifierSet(f"=={text}" if parsed(text) else text)
    except ValueError:
        return SpecifierSet()


def _pipfile(path: str, text: str) -> Project:
    document = _toml(text)
    try:
        tables = [_table(document, key) for key in document if key not in _SETTINGS]
    except TypeError:
        raise UnreadableError(_BROKEN) from None
    needs = tuple(_need(name, told) for table in tables for name, told in table.items())
    return Project(path, needs=needs)


def _tools(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return _table(document, "tool")


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key, _NO_TABLE)
    if not isinstance(found, Mapping):
        raise TypeError(key)
    return found


def _setup_cfg(path: str, text: str) -> Project:
    parser = RawConfigParser()
    try:
        parser.read_string(text)
        needs = tuple(_of_setuptools(parser))
    except (ConfigError, ValueError):
        raise UnreadableError(_BROKEN) from None
    # other tools keep their settings here too: a file that asks for nothing says nothing
    return Project(path, needs=needs or None)


def _of_setuptools(parser: RawConfigParser) -> Iterator[Need]:
    extras = "options.extras_require"
    texts = [parser.get("options", "install_requires", fallback="")]
    texts += [text for _, text in parser.items(extras)] if parser.has_section(extras) else []
    for text in filter(None, map(str.strip, texts)):
        if text.startswith("file:"):
            yield Need(UNKNOWN)
        else:
            lines = text.splitlines() if "\n" in text else text.split(";")
            yield from _written([line for line in lines if line.strip()])


_READERS = {"pyproject.toml": _pyproject, "setup.cfg": _setup_cfg, "Pipfile": _pipfile}
