"""package.json: what it asks for must stand in a lock beside it, or above it (workspaces)."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gatekeeper.scan.dependencies.facts import LockFile, Pin, Unjudged, Unpinned
from gatekeeper.scan.dependencies.locks.interface import UnreadableError, text_of

_NPM = "npm"
_FILE = "package.json"
_STEP = (
    "commit a lock (`npm install --package-lock-only`), or say under `unjudged: {npm: …}` in the"
    " policy where its packages are judged"
)
_ASKING = ("dependencies", "devDependencies", "optionalDependencies")
# A lock tells of these by their folders, or as what comes from elsewhere.
_LOCAL = ("file:", "link:", "portal:", "workspace:")
_SHOWN = 5


def is_package(path: str) -> bool:
    """True for a package.json."""
    return posixpath.basename(path) == _FILE


def unlocked(
    root: Path,
    paths: Iterable[str],
    files: Sequence[LockFile],
    known: Sequence[Pin | Unpinned],
) -> Iterator[Unjudged]:
    """Yield each package.json that no lock covers, or not all of it."""
    locks = [file.path for file in files if file.ecosystem == _NPM]
    ours = set(_names_of_packages(root, paths))
    for path in filter(is_package, paths):
        if reason := _gap(root, path, locks, known, ours):
            yield Unjudged(path, _NPM, reason, _STEP)


def _gap(
    root: Path,
    path: str,
    locks: Sequence[str],
    known: Sequence[Pin | Unpinned],
    ours: set[str],
) -> str:
    """Return what keeps the packages of a file from being judged; empty when nothing does."""
    try:
        asked = {name: local for name, local in _asked(_read(root, path)) if name not in ours}
    except UnreadableError as error:
        return str(error)
    around = [lock for lock in locks if _covers(lock, path)]
    if not asked or around:
        held = {item.name for item in known if item.path in around}
        missing = sorted(name for name, local in asked.items() if not (local or name in held))
        more = ", …" if len(missing) > _SHOWN else ""
        told = ", ".join(f"`{name}`" for name in missing[:_SHOWN])
        return f"asks for {told}{more}, which no lock file holds" if missing else ""
    return "has no lock file: the versions that it would get cannot be judged"


def _asked(told: Mapping[str, object]) -> Iterator[tuple[str, bool]]:
    """Yield the names that are to be installed, and whether each is a folder of this machine."""
    for key in _ASKING:
        group = told.get(key)
        for name, value in group.items() if isinstance(group, dict) else ():
            text = str(value)
            real = text.removeprefix("npm:").rpartition("@")[0] if text.startswith("npm:") else ""
            yield real or name, text.startswith(_LOCAL)


def _read(root: Path, path: str) -> dict[str, object]:
    try:
        told = json.loads(text_of(root, path))
    except (ValueError, RecursionError):
        raise UnreadableError("is not JSON") from None
    if not isinstance(told, dict):
        raise UnreadableError("is not a package of npm")
    return told


def _names_of_packages(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield the names of the tree's own packages: workspaces ask for each other."""
    for path in filter(is_package, paths):
        try:
            yield str(_read(root, path).get("name", ""))
        except UnreadableError:
            continue


def _covers(lock: str, path: str) -> bool:
    home, folder = posixpath.dirname(lock), posixpath.dirname(path)
    return home in {"", folder} or folder.startswith(f"{home}/")
