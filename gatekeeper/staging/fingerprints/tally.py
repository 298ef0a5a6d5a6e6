"""What is counted on the production side: a batch in, hashes by column out; merged by `+`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from gatekeeper.staging.fingerprints.siphash import hashes
from gatekeeper.staging.fingerprints.values import Reserved, telling
from gatekeeper.staging.merging import merged
from gatekeeper.staging.text import as_text

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]
    Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

# RE2. A UUID of random form, or at least 96 bits in hexadecimal that are no number.
_RANDOM = r"^(?:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-9a-f]{24,})$"
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Different values with how often each was met.

    Attributes:
        hashes: ascending, each once.
        counts: of each.
    """

    hashes: Words
    counts: Numbers

    def __add__(self, other: Run) -> Run:
        import numpy as np

        both = np.concatenate([self.hashes, other.hashes])
        found, where = np.unique(both, return_inverse=True)
        counts = np.bincount(where, np.concatenate([self.counts, other.counts]), len(found))
        return Run(found, counts.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Tally:
    """One column's values, so far.

    Attributes:
        runs: each more than twice as long as the next, so that merging stays cheap.
        random: how many were random by their form.
        numbers: how many were whole numbers.
        low: the smallest of these.
        high: the largest of these.
    """

    runs: tuple[Run, ...]
    random: int
    numbers: int
    low: int
    high: int

    def __add__(self, other: Tally) -> Tally:
        numbers = [t for t in (self, other) if t.numbers]
        return Tally(
            reduce(_with, other.runs, self.runs),
            self.random + other.random,
            self.numbers + other.numbers,
            min((t.low for t in numbers), default=0),
            max((t.high for t in numbers), default=0),
        )

    def whole(self) -> Run:
        """Return all in one run."""
        return reduce(add, reversed(self.runs))


def _with(runs: tuple[Run, ...], run: Run) -> tuple[Run, ...]:
    while runs and len(runs[-1].hashes) <= 2 * len(run.hashes):
        run += runs[-1]
        runs = runs[:-1]
    return (*runs, run)


@dataclass(frozen=True, slots=True)
class Tallies:
    """Tallies of an object's columns, by name, and its rows."""

    rows: int = 0
    columns: Mapping[str, Tally] = field(default_factory=dict)

    def __add__(self, other: Tallies) -> Tallies:
        return Tallies(self.rows + other.rows, merged(self.columns, other.columns))


def tally(batch: pa.RecordBatch, key: bytes, reserved: Reserved) -> Tallies:
    """Hash a batch. Columns of the same name are one."""
    counts = Tallies(batch.num_rows)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        counts += Tallies(0, {name: _of_column(column, key, reserved)})
    return counts


def _of_column(column: pa.Array, key: bytes, reserved: Reserved) -> Tally:
    import numpy as np
    import pyarrow.compute as pc

    cells = telling(as_text(column)[0], reserved)
    random = pc.sum(pc.match_substring_regex(cells, _RANDOM)).as_py() or 0
    numbers = _numbers(cells)
    ends = pc.min_max(numbers).as_py()
    found, counts = np.unique(hashes(cells, key), return_counts=True)
    run = Run(found, counts.astype(np.int64))
    return Tally((run,), random, len(numbers), ends["min"] or 0, ends["max"] or 0)


def _numbers(cells: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    numeric = pc.match_substring_regex(cells, rf"^[0-9]{{1,{_LONGEST_NUMBER}}}$")
    return cells.filter(numeric).cast(pa.int64())
