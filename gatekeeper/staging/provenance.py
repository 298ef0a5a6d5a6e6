"""A proposed change must not bring the staging environment along that it is judged by.

A database that lies in the judged tree and is tracked by git is a file of the change, however
clean: it says nothing of what stands in staging.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError
from gatekeeper.staging.stores.address import Address

# what SQLite reads besides the file that is named
_COMPANIONS = ("", "-wal", "-shm", "-journal")


def refuse_file_of_change(address: Address, root: Path) -> None:
    """Refuse a store that is a file and that git tracks, or that a tracked link leads to.

    Args:
        address: of the store.
        root: the folder under judgement, where relative paths start.

    Raises:
        EvidenceError: it is a file of the change.
        ToolError: git cannot say which files are.
    """
    path = root / address.path
    if address.is_file and path.is_file() and not _tracked(root).isdisjoint(_names(path)):
        raise EvidenceError(
            "the file is part of the change under judgement, so it is not the environment",
            "name the environment's own database, not a file of the change",
        )


def _tracked(root: Path) -> set[str]:
    top = git.top(root)
    return {_comparable(top / name) for name in git.tracked(top)}


def _names(path: Path) -> Iterator[str]:
    """Yield every path on the way to the file: its folders, links and submodules count too."""
    for companion in _COMPANIONS:
        named = path.parent / f"{path.name}{companion}"
        for way in (named, named.resolve()):
            for step in (way, *way.parents):
                yield _comparable(step.parent.resolve() / step.name)


def _comparable(path: Path) -> str:
    """Upper and lower case are one on some disks."""
    return str(path).casefold()
