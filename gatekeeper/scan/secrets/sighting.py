"""What a scanner says of the files that it was given. Lives in memory only: it holds secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sighting:
    """A secret in a file.

    Attributes:
        file: its name within the folder that was looked at.
        detector: the scanner's short name for what it is.
        line: 1-based.
        column: 1-based, or None.
        value: the secret; never shown, never written.
    """

    file: str
    detector: str
    line: int
    column: int | None
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A scanner's account.

    Attributes:
        version: of the scanner.
        looked: names of the files whose mark it found.
        sightings: what it found besides.
    """

    version: str
    looked: frozenset[str]
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a scanner is asked.

    Attributes:
        folder: holds nothing but the files to look at.
        mark: the last line of each of them.
        patterns: our own patterns.
        cache: a folder for compiled patterns; may not exist yet.
        seconds: how long it may take.
    """

    folder: Path
    mark: str
    patterns: Path
    cache: Path
    seconds: float


Scan = Callable[[Look], Seen]
