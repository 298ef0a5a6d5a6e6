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
    packages = list(filter(is_package, paths))
    ours = set(_names_of_packages(root, packages))
    for path in packages:
        around = {lock for lock in locks if _covers(lock, path)}
        held = {item.name for item in known if item.path in around} if around else None
        if reason := _gap(root, path, ours, held):
            yield Unjudged(path, _NPM, reason, _STEP)


def _gap(root: Path, path: str, ours: set[str], held: set[str] | None) -> str:
    """Return what keeps the packages of a file from being judged; empty when nothing does.

    Args:
        root: of the tree.
        path: of the package.json.
        ours: packages of the tree itself.
        held: what the locks around it hold; None when there is no lock.
    """
    try:
        asked = {name: local for name, local in _asked(_read(root, path)) if name not in ours}
    except UnreadableError as error:
        return str(error)
    if asked and held is None:
        return "has no lock file: the versions that it would get cannot be judged"
    return _unheld(name for name, local in asked.items() if not local and name not in (held or ()))


def _unheld(names: Iterable[str]) -> str:
    missing = [f"`{name}`" for name in sorted(names)]
    more = ", …" if len(missing) > _SHOWN else ""
    told = ", ".join(missing[:_SHOWN])
    return f"asks for {told}{more}, which no lock file holds" if missing else ""


def _asked(told: Mapping[str, object]) -> Iterator[tuple[str, bool]]:
    """Yield the names that are to be installed, and whether each is a folder of this machine."""
    for key in _ASKING:
        group = told.get(key)
        for name, value in group.items() if isinstance(group, dict) else ():
            yield _real_name(name, str(value)), str(value).startswith(_LOCAL)


def _real_name(name: str, value: str) -> str:
    """Return what is installed under a name: `npm:real@2.0` is an alias."""
    real = value.removeprefix("npm:").rpartition("@")[0] if value.startswith("npm:") else ""
    return real or name


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
    for path in paths:
        try:
            yield str(_read(root, path).get("name", ""))
        except UnreadableError:
            continue


def _covers(lock: str, path: str) -> bool:
    home, folder = posixpath.dirname(lock), posixpath.dirname(path)
    return home in {"", folder} or folder.startswith(f"{home}/")
