"""The lock formats in TOML: uv.lock, poetry.lock, pdm.lock and pylock.toml (PEP 751)."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.artifacts import files_of, foreign
from gatekeeper.scan.dependencies.locks.edges import linked
from gatekeeper.scan.dependencies.locks.interface import (
    Requirements,
    UnreadableError,
    gathered,
    normalised,
    text_of,
)
from gatekeeper.scan.dependencies.versions import released
from gatekeeper.scan.scanners.interface import in_words

_INDEX, _OWN = "index", "own"
_KINDS = frozenset({"git", "path", "url", "vcs", "archive", "svn", "hg", "directory"})
_FOLDERS = frozenset({"editable", "virtual", "directory"})
_UNSAID: Mapping[str, Any] = {"registry": ""}
_UNREADABLE: Mapping[str, Any] = {"type": "source that cannot be read"}
_NONE = "names no version"
_RENEW = "make the lock anew, with the tool that it is for"
_OUTSIDE = re.compile(r"^/|^\.\./|^\.\.$|/\.\./")


@dataclass(frozen=True, slots=True)
class TomlLock:
    """A lock file that lists its packages as tables.

    Attributes:
        names: of such files, as a pattern.
        table: the key of the list of packages.
        origin: says where a package comes from: `index`, `own` (a folder) or other words.
    """

    names: re.Pattern[str]
    table: str
    origin: Callable[[Mapping[str, Any]], str]

    def claims(self, path: str) -> bool:
        """True for the path of such a file."""
        return bool(self.names.fullmatch(posixpath.basename(path)))

    def read(self, root: Path, path: str) -> Requirements:
        """Read one file.

        Raises:
            UnreadableError: as `text_of`, and when it is not such a lock.
        """
        text = text_of(root, path)
        packages = _tables(text, self.table)
        lines = _lines_of(text, self.table, len(packages))
        entries = zip(packages, lines, strict=True)
        found = gathered(self._entry(package, line, path) for package, line in entries)
        return replace(found, pins=linked(found.pins, packages), files=files_of(packages))

    def _entry(
        self, package: Mapping[str, Any], line: int | None, path: str
    ) -> Pin | Unpinned | Problem | str:
        """Return what a table says; the name alone for a folder of the tree itself."""
        name, origin = normalised(package.get("name")), self.origin(package)
        if not name:
            return Problem(f"{path}: an entry without a valid name", _RENEW)
        if origin == _OWN:
            return name
        if origin == _INDEX:
            return _indexed(package, name, path, line)
        return Unpinned(name, path, line, f"comes from {origin}", sourced=True)


def _indexed(
    package: Mapping[str, Any], name: str, path: str, line: int | None
) -> Pin | Unpinned | Problem:
    version = package.get("version")
    exact = released(version) if isinstance(version, str) else None
    if not exact:
        return Unpinned(name, path, line, _NONE)
    if other := foreign(package, name, exact):
        reason = f"{path}: {name} {exact} would be installed from `{in_words(other)}`"
        return Problem(f"{reason}, a file of another release", _RENEW)
    return Pin(name, exact, path, line)


def _tables(text: str, key: str) -> list[dict[str, Any]]:
    document = _document(text)
    packages = document.pop(key, [])
    if not isinstance(packages, list) or not all(map(_is_table, packages)):
        raise UnreadableError(f"has a `{key}` that is not a list of tables")
    # an older or newer name of the list, which some tools take as well
    if others := [name for name, held in document.items() if _has_tables(held)]:
        raise UnreadableError(f"lists packages under `{in_words(others[0])}` instead of `{key}`")
    return packages


def _document(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"is not valid TOML: {in_words(str(error))}") from None


def _has_tables(value: object) -> bool:
    return isinstance(value, list) and any(map(_is_table, value))


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _lines_of(text: str, table: str, count: int) -> list[int | None]:
    """Return the line of each table's header; of none when they are written another way."""
    header = f"[[{table}]]"
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == header]
    return [*lines] if len(lines) == count else [None] * count


def _uv(package: Mapping[str, Any]) -> str:
    source = _source(package)
    if source.keys() == {"registry"}:
        return _INDEX
    # more keys than one: uv takes the first kind that it knows, which may be an address
    other = next(iter(source.keys() - _FOLDERS - {"registry"}), "source")
    return _OWN if source.keys() <= _FOLDERS and _inside(source) else f"a {in_words(other)}"


def _poetry(package: Mapping[str, Any]) -> str:
    source = _source(package)
    kind = source.get("type", "legacy")
    if kind == "legacy":
        return _INDEX
    return _OWN if kind == "directory" and _inside(source) else f"a {in_words(str(kind))}"


def _source(package: Mapping[str, Any]) -> Mapping[str, Any]:
    source = package.get("source", _UNSAID)
    return source if isinstance(source, dict) else _UNREADABLE


def _keyed(package: Mapping[str, Any]) -> str:
    """A key of the package names the kind of source, in pdm and PEP 751."""
    kinds, directory = sorted(_KINDS & package.keys()), package.get("directory")
    if kinds == ["directory"] and isinstance(directory, dict) and _inside(directory):
        return _OWN
    return f"a {kinds[0]}" if kinds else _INDEX


def _inside(source: Mapping[str, Any]) -> bool:
    """True when no path of the source leads out of the folder of its lock."""
    paths = (value for value in source.values() if isinstance(value, str))
    return not any(map(_OUTSIDE.search, paths))


UV = TomlLock(re.compile(r"uv\.lock|.+\.py\.lock"), "package", _uv)
POETRY = TomlLock(re.compile(r"poetry\.lock"), "package", _poetry)
PDM = TomlLock(re.compile(r"pdm(?:[.-].+)?\.lock"), "package", _keyed)
PYLOCK = TomlLock(re.compile(r"pylock(?:\.[^.]+)?\.toml"), "packages", _keyed)
