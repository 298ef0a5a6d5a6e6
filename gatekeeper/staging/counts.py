"""What a scan counts. Counts are merged by `+`: in any order and grouping with one result."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """Counts of any number of batches of one object: its rows, and its columns by name."""

    rows: int = 0
    columns: dict[str, ColumnCounts] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        columns = dict(self.columns)
        for name, counts in other.columns.items():
            columns[name] = columns[name] + counts if name in columns else counts
        return Counts(self.rows + other.rows, columns)
