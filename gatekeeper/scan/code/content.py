"""Reads the files to scan once, to know them again by their content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.files import language
from gatekeeper.scan.scanners.interface import SourceFile

# Bytes. No scanner comes through a larger file in any useful time.
LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Sources:
    """What is written in a language that a scanner reads.

    Attributes:
        files: with their content's digest.
        failed: what cannot be scanned, and why.
    """

    files: tuple[SourceFile, ...]
    failed: tuple[Unseen, ...]


def sources(root: Path, paths: Iterable[str]) -> Sources:
    """Return the files of these paths that hold code."""
    files: list[SourceFile] = []
    failed: list[Unseen] = []
    for path in paths:
        found = _source(root, path)
        if isinstance(found, SourceFile):
            files.append(found)
        elif found:
            failed.append(found)
    return Sources(tuple(files), tuple(failed))


def _source(root: Path, path: str) -> SourceFile | Unseen | None:
    if path.lower().endswith(".ipynb"):
        return Unseen(path, "a notebook, whose code no scanner reads")
    named = language(root, path)
    if named is None:
        return None
    digest = sha256(f"{root}{os.sep}{path}")
    if digest is None:
        return Unseen(path, f"larger than {LARGEST:,} bytes, or cannot be read")
    return SourceFile(path, named, digest)


def sha256(path: Path | str) -> str | None:
    """Return the digest of a file (hex); None for one that is too large or cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - thousands of them
            if os.fstat(file.fileno()).st_size > LARGEST:
                return None
            data = file.readall()
    except OSError:
        return None
    return hashlib.sha256(data).hexdigest()
