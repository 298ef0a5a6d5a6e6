"""What the change itself brings: a file that git tracks is part of it and proves nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from gatekeeper import git

# What SQLite keeps beside a database, and replays into it when it is opened.
_BESIDE = ("", "-wal", "-shm", "-journal")


def tracked(root: Path, files: Iterable[Path]) -> tuple[str, ...]:
    """Return which of these files, of what lies beside them or of what leads there git tracks.

    Args:
        root: the tree, resolved.
        files: whether or not they exist.

    Returns:
        Their names from the top of the repository; nothing where there is none.

    Raises:
        ToolError: git cannot tell.
    """
    return _among(root, files, git.tracked)


def exposed(root: Path, files: Iterable[Path]) -> tuple[str, ...]:
    """Return which of these files the next `git add` would make part of a change."""
    return _among(root, files, git.untracked)


def _among(
    root: Path, files: Iterable[Path], listing: Callable[[Path], Iterable[str]]
) -> tuple[str, ...]:
    if not git.is_repository(root):
        return ()
    top = git.top(root)
    names = {_folded(_printable(name)) for name in listing(top)}
    leading = sorted({name for file in files for name in _leading(file, top)})
    return tuple(name for name in leading if _folded(name) in names)


def _leading(file: Path, top: Path) -> Iterator[str]:
    """Yield the file, its companions and every folder on the way, as written and as resolved.

    A folder that git tracks by its own name is a link or a submodule: it says what is found there.
    """
    for start in (file, file.resolve()):
        for suffix in _BESIDE:
            place = start.with_name(start.name + suffix)
            yield from _below(top, (place, *place.parents))


def _below(top: Path, places: Iterable[Path]) -> Iterator[str]:
    for place in map(_normal, places):
        if place.is_relative_to(top):
            yield _printable(os.fspath(place.relative_to(top)))


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _normal(place: Path) -> Path:
    return Path(os.path.normpath(place))


def _folded(name: str) -> str:
    """Return what two spellings share on a file system that does not tell cases apart."""
    return name.casefold()
