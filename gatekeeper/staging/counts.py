"""What a scan counts. Counts are merged by `+`: in any order and grouping with one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatekeeper.staging.merging import merged

if TYPE_CHECKING:
    from gatekeeper.staging.fingerprints.match import Shared

PREVIEWS = 3


@dataclass(frozen=True, slots=True)
class Hits:
    """What one detector counted; see `facts.Detection` for the fields."""

    matches: int = 0
    plausible: int = 0
    valid: int = 0
    reserved: int = 0
    previews: tuple[str, ...] = ()

    def __add__(self, other: Hits) -> Hits:
        return Hits(
            self.matches + other.matches,
            self.plausible + other.plausible,
            self.valid + other.valid,
            self.reserved + other.reserved,
            tuple(sorted({*self.previews, *other.previews})[:PREVIEWS]),
        )


@dataclass(frozen=True, slots=True)
class ColumnCounts:
    """Counts of one column; `hits` has one entry for each detector, in their order."""

    values: int
    undecodable: int
    hits: tuple[Hits, ...]

    def __add__(self, other: ColumnCounts) -> ColumnCounts:
        merged = (mine + theirs for mine, theirs in zip(self.hits, other.hits, strict=True))
        values = self.values + other.values
        return ColumnCounts(values, self.undecodable + other.undecodable, tuple(merged))


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of any number of batches of one object.

    Attributes:
        rows: how many there are.
        columns: by name.
        shared: by column name, what it shares with production; empty when nothing was compared.
        canaries: by column name, how many cells hold a canary; empty when none was looked for.
    """

    rows: int = 0
    columns: Mapping[str, ColumnCounts] = field(default_factory=dict)
    shared: Mapping[str, Shared] = field(default_factory=dict)
    canaries: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows + other.rows,
            merged(self.columns, other.columns),
            merged(self.shared, other.shared),
            merged(self.canaries, other.canaries),
        )
