"""Which files are under judgement: every one is expected to be looked at, or accounted for.

In a git repository these are the tracked files and those that git would add; elsewhere all but
what package and version tools keep for themselves.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatekeeper import git
from gatekeeper.scan.code.facts import Unseen

LEFT_OUT = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache"}
)
_SUFFIXES = {".py": "python", ".pyw": "python", ".pyi": "python"}
_SHEBANG = 200


@dataclass(frozen=True, slots=True)
class Tree:
    """The files under a root.

    Attributes:
        files: regular files, relative with `/`, sorted.
        skipped: what needs no look, and why, e.g. a link to a file that is listed anyway.
        failed: what should have been looked at and cannot be, and why.
    """

    files: tuple[str, ...]
    skipped: tuple[Unseen, ...]
    failed: tuple[Unseen, ...]


def listing(root: Path) -> Tree:
    """Return the files under `root`.

    Raises:
        ToolError: git could not list them.
    """
    skipped: list[Unseen] = []
    names = git.files(root) if git.is_repository(root) else tuple(_walk(root, skipped))
    known = frozenset(names)
    failed: list[Unseen] = []
    files = []
    for name in names:
        reason, harmless = _obstacle(root, name, known)
        if not reason:
            files.append(name)
        else:
            (skipped if harmless else failed).append(Unseen(printable(name), reason))
    return Tree(tuple(files), tuple(skipped), tuple(failed))


def language(root: Path, name: str) -> str | None:
    """Return the language of a file by its name or, when that says nothing, by its first line."""
    suffix = Path(name).suffix.lower()
    if suffix:
        return _SUFFIXES.get(suffix)
    try:
        with (root / name).open("rb") as file:
            first = file.readline(_SHEBANG)
    except OSError:
        return None
    return "python" if first.startswith(b"#!") and b"python" in first else None


def printable(name: str) -> str:
    """Return a file name as valid text; other bytes than UTF-8 are written as hex escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _obstacle(root: Path, name: str, known: frozenset[str]) -> tuple[str, bool]:
    """Return why a file is not looked at (empty: it is), and whether that is harmless."""
    path = root / name
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return "deleted from the work tree", True
    except OSError as error:
        return f"cannot be read: {error.strerror}", False
    if stat.S_ISLNK(mode):
        return _link(root, path, known)
    reasons = (
        (stat.S_ISDIR(mode), "a repository inside this one; its files are not listed"),
        (not stat.S_ISREG(mode), "neither a file nor a folder"),
        (name != printable(name), "its name is not valid UTF-8"),
        (not os.access(path, os.R_OK), "cannot be read: no permission"),
    )
    return next((reason for applies, reason in reasons if applies), ""), False


def _link(root: Path, path: Path, known: frozenset[str]) -> tuple[str, bool]:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere", True
    if not target.is_relative_to(root.resolve()):
        return "a link that leaves the tree", False
    inside = target.relative_to(root.resolve()).as_posix()
    if inside in known or any(name.startswith(f"{inside}/") for name in known):
        return f"a link to {printable(inside)}, which is looked at", True
    return f"a link to {printable(inside)}, which is not listed", False


def _walk(root: Path, skipped: list[Unseen]) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(root, onerror=refuse):
        here = Path(folder).relative_to(root)
        left = sorted(LEFT_OUT.intersection(folders))
        skipped += [Unseen(printable((here / name).as_posix()), "kept by tools") for name in left]
        folders[:] = sorted(set(folders) - LEFT_OUT)
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        yield from sorted((here / name).as_posix() for name in (*names, *links))
