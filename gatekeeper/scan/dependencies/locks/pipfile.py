"""Pipfile.lock: JSON, each section a mapping from names to entries."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.facts import Pin, Unpinned
from gatekeeper.scan.dependencies.locks.interface import Requirements, UnreadableError, text_of
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
    try:
        document = json.loads(text)
        sections = [body for key, body in document.items() if key != "_meta"]
        entries = [(name, entry) for body in sections for name, entry in body.items()]
        version_of = [(name, entry, _version(name, entry)) for name, entry in entries]
    except (ValueError, AttributeError, RecursionError, InvalidRequirement):
        raise UnreadableError("is not a Pipfile.lock") from None
    pins, unpinned = [], []
    for name, entry, version in version_of:
        plain, line = canonicalize_name(name), _line_of(text, name)
        if version:
            pins.append(Pin(plain, version, path, line))
        else:
            sourced = not entry.get("version")
            reason = "comes from elsewhere than an index" if sourced else "names no exact version"
            unpinned.append(Unpinned(plain, path, line, reason, sourced))
    return Requirements(tuple(pins), tuple(unpinned))


def _version(name: str, entry: Any) -> str | None:
    version = entry.get("version")
    return exact_version(Requirement(f"{name}{version}")) if version else None


def _line_of(text: str, name: str) -> int | None:
    found = re.search(rf'^\s*"{re.escape(name)}"\s*:\s*\{{', text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else None
