"""Pipfile.lock: JSON, each section a mapping from names to entries."""

from __future__ import annotations

import json
import posixpath
import re
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from pydantic import BaseModel, ConfigDict, TypeAdapter

from gatekeeper.scan.dependencies.facts import Pin, Unpinned
from gatekeeper.scan.dependencies.locks.interface import (
    Requirements,
    UnreadableError,
    gathered,
    normalised,
    text_of,
)
from gatekeeper.scan.dependencies.locks.requirements import exact_version
from gatekeeper.scan.scanners.interface import in_words


def claims(path: str) -> bool:
    """True for Pipfile.lock."""
    return posixpath.basename(path) == "Pipfile.lock"


def read(root: Path, path: str) -> Requirements:
    """Read one file.

    Raises:
        UnreadableError: as `text_of`, and when it is not such a lock.
    """
    text = text_of(root, path)
    return gathered(_entry(name, entry, path, text) for name, entry in _entries(text))


_ELSEWHERE = frozenset({"git", "hg", "svn", "bzr", "path", "file", "url", "uri"})


class _Entry(BaseModel):
    """One package; a version beside another source than an index says nothing of what comes."""

    model_config = ConfigDict(extra="allow")
    version: str = ""

    @property
    def indexed(self) -> bool:
        return bool(self.version) and _ELSEWHERE.isdisjoint(self.model_extra or ())


_LOCK = TypeAdapter(dict[str, dict[str, Any]])
_SECTION = TypeAdapter(dict[str, _Entry])


def _entries(text: str) -> list[tuple[str, _Entry]]:
    try:
        sections = _LOCK.validate_python(json.loads(text, object_pairs_hook=_once))
        sections.pop("_meta", None)
        found = [_SECTION.validate_python(section) for section in sections.values()]
    except (ValueError, RecursionError):
        raise UnreadableError("is not a Pipfile.lock") from None
    return list(chain.from_iterable(section.items() for section in found))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that comes twice: tools differ on which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found


def _entry(name: str, entry: _Entry, path: str, text: str) -> Pin | Unpinned:
    plain, line = normalised(name), _line_of(text, name)
    if not plain:
        raise UnreadableError(f"has an entry without a valid name: {in_words(name)}")
    if not entry.indexed:
        return Unpinned(plain, path, line, "comes from elsewhere than an index", sourced=True)
    if version := _exact(f"{name}{entry.version}"):
        return Pin(plain, version, path, line)
    return Unpinned(plain, path, line, "names no exact version")


def _exact(requirement: str) -> str | None:
    try:
        return exact_version(Requirement(requirement))
    except ValueError:
        raise UnreadableError("is not a Pipfile.lock") from None


def _line_of(text: str, name: str) -> int | None:
    found = re.search(rf'^\s*"{re.escape(name)}"\s*:\s*\{{', text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else None
