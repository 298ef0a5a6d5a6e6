"""One file a way to declare a project: files are read, never run. A new one is a line here."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from configparser import Error as ConfigError
from dataclasses import replace
from pathlib import Path

from gatekeeper.scan.dependencies.declarations import pipfile, pyproject, setup_cfg, setup_py
from gatekeeper.scan.dependencies.declarations.interface import UNKNOWN, Project, written
from gatekeeper.scan.dependencies.locks.interface import UnreadableError, text_of
from gatekeeper.scan.dependencies.locks.lines import logical_lines

_READERS: Mapping[str, Callable[[str, str], Project]] = {
    "pyproject.toml": pyproject.read,
    "setup.cfg": setup_cfg.read,
    "setup.py": setup_py.read,
    "Pipfile": pipfile.read,
}
_BROKEN = (ValueError, TypeError, AttributeError, ConfigError)


def declares(path: str) -> bool:
    """True for the path of a file that may declare a project."""
    return posixpath.basename(path) in _READERS


def project(root: Path, path: str) -> Project:
    """Read a declaration file."""
    reader = _READERS[posixpath.basename(path)]
    try:
        return _with_files(root, reader(path, text_of(root, path)))
    except UnreadableError as error:
        return Project(path, unreadable=str(error))
    except _BROKEN:
        return Project(path, unreadable="has a dependency that cannot be read")


def _with_files(root: Path, it: Project) -> Project:
    """Return a project with the needs of the files that it names; a file of lines is no lock."""
    if not it.files:
        return it
    folder = posixpath.dirname(it.path)
    texts = [text_of(root, posixpath.join(folder, name)) for name in it.files]
    lines = [line for text in texts for _, line in logical_lines(text)]
    told = [need for need in it.needs or () if need != UNKNOWN]
    return replace(it, needs=(*told, *written(lines)))
