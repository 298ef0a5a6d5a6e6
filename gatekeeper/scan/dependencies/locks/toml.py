"""The lock formats in TOML: uv.lock, poetry.lock, pdm.lock and pylock.toml (PEP 751)."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from gatekeeper.scan.dependencies.facts import Pin, Problem, Unpinned
from gatekeeper.scan.dependencies.locks.interface import Requirements, UnreadableError, text_of
from gatekeeper.scan.scanners.interface import in_words

_INDEX, _OWN = "index", "own"


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
        try:
            packages = tomllib.loads(text).get(self.table, [])
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise UnreadableError(f"is not valid TOML: {in_words(str(error))}") from None
        if not isinstance(packages, list) or not all(isinstance(p, dict) for p in packages):
            raise UnreadableError(f"has a `{self.table}` that is not a list of tables")
        lines = _lines_of(text, self.table, len(packages))
        return _sorted_out(packages, lines, path, self.origin)


def _lines_of(text: str, table: str, count: int) -> list[int | None]:
    """Return the line of each table's header; of none when they are written another way."""
    header = f"[[{table}]]"
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == header]
    return [*lines] if len(lines) == count else [None] * count


def _sorted_out(
    packages: list[dict[str, Any]],
    lines: list[int | None],
    path: str,
    origin: Callable[[Mapping[str, Any]], str],
) -> Requirements:
    pins: list[Pin] = []
    unpinned: list[Unpinned] = []
    problems: list[Problem] = []
    own = 0
    for package, line in zip(packages, lines, strict=True):
        name, come_from = package.get("name"), origin(package)
        if not isinstance(name, str):
            step = "make the lock anew"
            problems.append(Problem(f"{path}: an entry without a name", step))
        elif come_from == _OWN:
            own += 1
        elif come_from != _INDEX:
            shown = canonicalize_name(name)
            unpinned.append(Unpinned(shown, path, line, f"comes from {come_from}", sourced=True))
        elif (version := _version(package.get("version"))) is None:
            unpinned.append(Unpinned(canonicalize_name(name), path, line, "names no version"))
        else:
            pins.append(Pin(canonicalize_name(name), version, path, line))
    return Requirements(tuple(pins), tuple(unpinned), tuple(problems), own)


def _version(value: Any) -> str | None:
    try:
        return str(Version(value)) if isinstance(value, str) else None
    except InvalidVersion:
        return None


def _uv(package: Mapping[str, Any]) -> str:
    source = package.get("source")
    if not isinstance(source, dict) or "registry" in source:
        return _INDEX
    own = {"editable", "virtual", "directory"} & source.keys()
    return _OWN if own and _inside(source) else f"a {next(iter(source), 'source')}"


def _poetry(package: Mapping[str, Any]) -> str:
    source = package.get("source")
    if not isinstance(source, dict) or source.get("type") in {"legacy", None}:
        return _INDEX
    own = source.get("type") == "directory" and _inside(source)
    return _OWN if own else f"a {source.get('type')}"


def _keyed(package: Mapping[str, Any]) -> str:
    """A key of the package names the kind of source, in pdm and PEP 751."""
    if directory := package.get("directory"):
        return _OWN if isinstance(directory, dict) and _inside(directory) else "a directory"
    kinds = {"git", "path", "url", "vcs", "archive", "svn", "hg"} & package.keys()
    return f"a {min(kinds)}" if kinds else _INDEX


def _inside(source: Mapping[str, Any]) -> bool:
    """True when no path of the source leads out of the folder of its lock."""
    paths = [value for value in source.values() if isinstance(value, str)]
    return not any(
        path.startswith(("/", "../")) or path == ".." or "/../" in path for path in paths
    )


UV = TomlLock(re.compile(r"uv\.lock"), "package", _uv)
POETRY = TomlLock(re.compile(r"poetry\.lock"), "package", _poetry)
PDM = TomlLock(re.compile(r"pdm(?:\.[\w-]+)?\.lock"), "package", _keyed)
PYLOCK = TomlLock(re.compile(r"pylock(?:\.[\w-]+)?\.toml"), "packages", _keyed)
