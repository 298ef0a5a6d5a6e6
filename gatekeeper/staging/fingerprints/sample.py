"""A bounded sample of a column's values that knows how often each one occurs.

The smallest hashes are kept, each with its count. Which values these are depends on nothing but
the values, so samples of parts make the sample of the whole, in any order and grouping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]
    Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

MOST = 1 << 16
_ALL = 2.0**64


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """See the module.

    Attributes:
        total: values that were seen.
        hashes: the smallest ones, ascending, each once.
        counts: how often each of them was seen.
    """

    total: int
    hashes: Words
    counts: Numbers

    def __add__(self, other: Sample) -> Sample:
        import numpy as np

        hashes = np.concatenate([self.hashes, other.hashes])
        counts = np.concatenate([self.counts, other.counts])
        return _smallest(self.total + other.total, *_gathered(hashes, counts))

    @property
    def share(self) -> float:
        """The part of all possible hashes that is looked at, from 0 to 1."""
        if len(self.hashes) < MOST:
            return 1.0
        return (float(self.hashes[-1]) + 1) / _ALL

    @property
    def distinct(self) -> int:
        """How many different values there are: exact up to `MOST`, estimated beyond."""
        return round(len(self.hashes) / self.share)

    @property
    def pairs(self) -> int:
        """How many pairs of equal values there are in the share that is looked at."""
        return int((self.counts * (self.counts - 1)).sum()) // 2


def sample_of(hashes: Words) -> Sample:
    """Return the sample of these values."""
    import numpy as np

    found, counts = np.unique(hashes, return_counts=True)
    return _smallest(len(hashes), found, counts.astype(np.int64))


def _smallest(total: int, hashes: Words, counts: Numbers) -> Sample:
    return Sample(total, hashes[:MOST].copy(), counts[:MOST].copy())


def _gathered(hashes: Words, counts: Numbers) -> tuple[Words, Numbers]:
    import numpy as np

    found, where = np.unique(hashes, return_inverse=True)
    sums = np.zeros(len(found), np.int64)
    np.add.at(sums, where, counts)
    return found, sums
