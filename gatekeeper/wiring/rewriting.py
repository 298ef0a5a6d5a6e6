"""Replaces a file's content: wholly or not at all, only where it is a plain file of the tree."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from gatekeeper.core.errors import EvidenceError


def require_own(root: Path, name: str) -> Path:
    """Return the path of a file below `root` that may be written.

    Args:
        root: the tree.
        name: relative to it, with `/`.

    Raises:
        EvidenceError: it is elsewhere, a link, behind a link, or no plain file.
    """
    top = root.resolve()
    path = top / name
    try:
        plain = stat.S_ISREG(path.lstat().st_mode) and path.resolve(strict=True) == path
    except (OSError, RuntimeError):
        plain = False
    if not plain or not path.is_relative_to(top) or ".." in Path(name).parts:
        raise EvidenceError(f"{name} is no plain file of this tree", "it is left as it is")
    return path


def replace(path: Path, data: bytes) -> None:
    """Write a file anew with the permissions that it had.

    Raises:
        EvidenceError: it cannot be written; then it is as it was.
    """
    try:
        _replace(path, data)
    except OSError as error:
        reason = f"{path} cannot be written: {error.strerror}"
        raise EvidenceError(reason, "make room, or make the folder writable") from None


def _replace(path: Path, data: bytes) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
