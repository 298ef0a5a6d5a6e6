"""Which files of the tree still name a flag?"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from gatekeeper import git
from gatekeeper.core.errors import ToolError


def references(root: Path, flag: str, features: str) -> tuple[str, ...] | None:
    """Return every tracked or new file below `root` that names a flag, other than declarations.

    Returns:
        Names from `root`; None when that cannot be told.
    """
    try:
        return _found(root, flag, features) if git.is_repository(root) else None
    except (ToolError, OSError):
        return None


def _found(root: Path, flag: str, features: str) -> tuple[str, ...]:
    names = (PurePosixPath(name) for name in git.files(root))
    outside = (name for name in names if not name.is_relative_to(features))
    return tuple(name.as_posix() for name in outside if _names(root / name, flag))


def _names(file: Path, flag: str) -> bool:
    return file.is_file() and flag.encode() in file.read_bytes()
