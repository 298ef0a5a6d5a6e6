"""Pipfile.lock: JSON, each section a mapping from names to entries."""

from __future__ import annotations

import posixpath
import re
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from pydantic import BaseModel, TypeAdapter, ValidationError

from gatekeeper.scan.dependencies.facts import Pin, Unpinned
from gatekeeper.scan.dependencies.locks.interface import (
    Requirements,
    UnreadableError,
    gathered,
    text_of,
)
from gatekeeper.scan.dependencies.locks.requirements import exact_version


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


class _Entry(BaseModel):
    version: str = ""


_LOCK = TypeAdapter(dict[str, dict[str, Any]])
_SECTION = TypeAdapter(dict[str, _Entry])


def _entries(text: str) -> list[tuple[str, _Entry]]:
    try:
        sections = _LOCK.validate_json(text)
        sections.pop("_meta", None)
        found = [_SECTION.validate_python(section) for section in sections.values()]
    except ValidationError:
        raise UnreadableError("is not a Pipfile.lock") from None
    return list(chain.from_iterable(section.items() for section in found))


def _entry(name: str, entry: _Entry, path: str, text: str) -> Pin | Unpinned:
    plain, line = canonicalize_name(name), _line_of(text, name)
    if not entry.version:
        return Unpinned(plain, path, line, "comes from elsewhere than an index", sourced=True)
    try:
        version = exact_version(Requirement(f"{name}{entry.version}"))
    except InvalidRequirement:
        raise UnreadableError("is not a Pipfile.lock") from None
    if version:
        return Pin(plain, version, path, line)
    return Unpinned(plain, path, line, "names no exact version")


def _line_of(text: str, name: str) -> int | None:
    found = re.search(rf'^\s*"{re.escape(name)}"\s*:\s*\{{', text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else None
