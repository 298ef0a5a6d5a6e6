"""What a lock format is to the dependencies gate. Nothing of a lock file is ever run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from packaging.utils import InvalidName, canonicalize_name

from gatekeeper.scan.dependencies.facts import PYPI, Pin, Problem, Unjudged, Unpinned

T = TypeVar("T")
MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that may be installed for a version.

    Attributes:
        name: of the file, or the address where that is told.
        algorithm: of its digest, e.g. `sha256`.
        digest: hex digits.
    """

    name: str
    algorithm: str
    digest: str


@dataclass(frozen=True, slots=True)
class Requirements:
    """What one lock file says.

    Attributes:
        pins: exact versions.
        unpinned: what has none.
        problems: what could not be read.
        own: entries that are code of the tree itself, by name or by folder as `folder_mark`
            writes it; the code gate looks at that.
        unjudged: what is of an ecosystem that is not judged.
        files: what a lock offers for each name and version, for a bill of materials.
    """

    pins: tuple[Pin, ...] = ()
    unpinned: tuple[Unpinned, ...] = ()
    problems: tuple[Problem, ...] = ()
    own: tuple[str, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    files: Mapping[tuple[str, str], tuple[Artifact, ...]] = field(default_factory=dict)


def folder_mark(folder: str) -> str:
    """Return a folder of the tree, relative to its root, as no name of a package is written."""
    return f"./{folder}"


def is_folder_mark(text: str) -> bool:
    """True for what `folder_mark` wrote."""
    return text.startswith("./")


def gathered(entries: Iterable[object]) -> Requirements:
    """Sort entries by what they are; a text names code of the tree itself, others are left out."""
    known = list(entries)
    return Requirements(
        pins=only(Pin, known),
        unpinned=only(Unpinned, known),
        problems=only(Problem, known),
        own=only(str, known),
        unjudged=only(Unjudged, known),
    )


def only(kind: type[T], entries: Iterable[object]) -> tuple[T, ...]:
    """Return the entries of one kind."""
    return tuple(entry for entry in entries if isinstance(entry, kind))


@dataclass(frozen=True, slots=True)
class LockFormat:
    """A kind of lock file.

    Attributes:
        name: for people.
        claims: True for the relative path of a file of this format.
        read: reads one file below the root; raises `UnreadableError`.
        ecosystem: that it is a lock of.
    """

    name: str
    claims: Callable[[str], bool]
    read: Callable[[Path, str], Requirements]
    ecosystem: str = PYPI


def normalised(name: object) -> str | None:
    """Return a name as PEP 503 writes it, or None for what names no package."""
    try:
        return canonicalize_name(name, validate=True) if isinstance(name, str) else None
    except InvalidName:
        return None


class UnreadableError(Exception):
    """A lock file that cannot be read; the text says why."""


def text_of(root: Path, path: str) -> str:
    """Return the text of a file below the root.

    Raises:
        UnreadableError: it leaves the tree, is missing, too large or not text.
    """
    target = root / path
    try:
        _must_be_readable(target, root)
        # as bytes: translated line ends would move the lines that other readers see
        return target.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8 text") from None
    except RuntimeError:
        raise UnreadableError("cannot be read: a loop of links") from None
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from None


def _must_be_readable(target: Path, root: Path) -> None:
    if not target.resolve(strict=True).is_relative_to(root.resolve()):
        raise UnreadableError("lies outside the tree")
    if not target.is_file():
        raise UnreadableError("is not a file")
    if target.stat().st_size > MAX_BYTES:
        raise UnreadableError(f"is larger than {MAX_BYTES:,} bytes")
