"""The fingerprint of a store: each telling column's values as sorted keyed hashes, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]
    Columns = np.ndarray[tuple[int, ...], np.dtype[np.uint32]]


@dataclass(frozen=True, slots=True)
class ColumnPrint:
    """What is known of one column of production.

    Attributes:
        name: `store/object/column`.
        values: cells that were worth hashing.
        distinct: different ones among them.
        pairs: pairs of equal ones.
        random: its values are random by their form (UUIDs, long hexadecimal tokens).
        left_out: why none of its values is kept; empty when they are.
    """

    name: str
    values: int
    distinct: int
    pairs: int
    random: bool = False
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when it was made.

    Attributes:
        created_at: UTC, when reading began: what came later is not in it.
        sources: the stores, with passwords masked.
    """

    created_at: datetime
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """See the module.

    Attributes:
        origin: where and when it was made.
        columns: in the order that `owners` counts them.
        hashes: ascending; a value of two columns stands twice.
        owners: for each hash the index of its column.
    """

    origin: Origin
    columns: tuple[ColumnPrint, ...]
    hashes: Words
    owners: Columns

    def __add__(self, other: Fingerprint) -> Fingerprint:
        """Return the fingerprint of both; as old as the older one."""
        import numpy as np

        moved = other.owners + np.uint32(len(self.columns))
        return _sorted(
            Origin(
                min(self.origin.created_at, other.origin.created_at),
                (*self.origin.sources, *other.origin.sources),
            ),
            (*self.columns, *other.columns),
            np.concatenate([self.hashes, other.hashes]),
            np.concatenate([self.owners, moved]),
        )

    @property
    def kept(self) -> tuple[ColumnPrint, ...]:
        """The columns whose values are in it."""
        return tuple(column for column in self.columns if not column.left_out)


def fingerprint_of(
    origin: Origin, columns: Sequence[ColumnPrint], hashes: Mapping[str, Words]
) -> Fingerprint:
    """Put columns together.

    Args:
        origin: where and when it was made.
        columns: all of them; the ones that are left out keep no hash.
        hashes: by the column's name, each value once.
    """
    import numpy as np

    runs = [
        np.array([], np.uint64) if column.left_out else hashes[column.name] for column in columns
    ]
    owners = [np.full(len(run), index, np.uint32) for index, run in enumerate(runs)]
    return _sorted(origin, tuple(columns), _joined(runs, np.uint64), _joined(owners, np.uint32))


def _joined(parts: Iterable[np.ndarray], kind: type) -> np.ndarray:
    import numpy as np

    return np.concatenate([np.array([], kind), *parts])


def _sorted(
    origin: Origin, columns: tuple[ColumnPrint, ...], hashes: Words, owners: Columns
) -> Fingerprint:
    import numpy as np

    order = np.argsort(hashes, kind="stable")
    return Fingerprint(origin, columns, hashes[order], owners[order])
