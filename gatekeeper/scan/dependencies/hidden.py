"""Locks and projects that a listing does not show: behind links, unreadable, or ignored by git."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.dependencies.declarations import declares
from gatekeeper.scan.dependencies.facts import Problem
from gatekeeper.scan.dependencies.locks import format_of
from gatekeeper.scan.dependencies.locks.interface import folder_mark, is_folder_mark


def through_links(root: Path, skipped: Iterable[Unseen]) -> Iterator[str]:
    """Yield what links make a lock or a project of: their targets are listed by other names."""
    links = [root / item.path for item in skipped]
    for link in filter(Path.is_symlink, links):
        if link.resolve().is_relative_to(root):
            yield from (path.relative_to(root).as_posix() for path in _behind(link))


def _behind(link: Path) -> Iterator[Path]:
    if link.is_dir():
        yield from filter(_is_renamed, sorted(link.iterdir()))
    elif link.is_file():
        yield link


def _is_renamed(path: Path) -> bool:
    """True for a file that is a lock of some format by this name, and not by its own."""
    real = path.resolve()
    return path.is_file() and format_of(path.as_posix()) != format_of(real.as_posix())


def unlisted(own: Iterable[str], files: Iterable[str]) -> Iterator[Problem]:
    """Folders that a lock installs from and git ignores: nobody reads what they ask for."""
    listed = {folder_mark(str(folder)) for file in files for folder in PurePosixPath(file).parents}
    for folder in sorted(set(filter(is_folder_mark, own)) - listed - {folder_mark("")}):
        reason = f"{folder} is installed, but none of its files is part of the tree"
        yield Problem(reason, "commit its files, or take it out of the lock file")


def unreadable(root: Path, failed: Iterable[Unseen]) -> Iterator[Problem]:
    """Locks and projects that cannot be opened, and folders that may hold some.

    Other files of that kind are the code gate's.
    """
    for item in failed:
        told = f"{item.path}: {item.reason}"
        if is_wanted(item.path):
            yield Problem(told, "make the file readable")
        elif (root / item.path).is_dir():
            step = "bring its files into the tree, or remove it"
            yield Problem(f"{told}, so that its locks are not judged", step)


def is_wanted(path: str) -> bool:
    """True for the path of a lock file or a project file."""
    return declares(path) or format_of(path) is not None
