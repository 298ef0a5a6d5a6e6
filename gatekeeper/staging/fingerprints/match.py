"""What a batch of staging shares with production: merged by `+`, bounded by what is shared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatekeeper.staging.fingerprints.sample import Sample, sample_of
from gatekeeper.staging.fingerprints.siphash import hashes
from gatekeeper.staging.fingerprints.values import Reserved, telling
from gatekeeper.staging.merging import merged
from gatekeeper.staging.text import as_text

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from gatekeeper.staging.fingerprints.fingerprint import Fingerprint

    Positions = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Probe:
    """What staging is held against.

    Attributes:
        fingerprint: of production.
        key: that it was made with.
        reserved: values that prove nothing.
    """

    fingerprint: Fingerprint = field(repr=False)
    key: bytes = field(repr=False)
    reserved: Reserved = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What one column of staging shares.

    Attributes:
        sample: of its values.
        positions: in the fingerprint's hashes; ascending, each once.
    """

    sample: Sample
    positions: Positions

    def __add__(self, other: Shared) -> Shared:
        import numpy as np

        return Shared(self.sample + other.sample, np.union1d(self.positions, other.positions))


def match(batch: pa.RecordBatch, probe: Probe) -> dict[str, Shared]:
    """Hold every column against the fingerprint. Columns of the same name are one."""
    found: dict[str, Shared] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        found = merged(found, {name: _of_column(column, probe)})
    return found


def _of_column(column: pa.Array, probe: Probe) -> Shared:
    import numpy as np

    sample = hashes(telling(as_text(column)[0], probe.reserved), probe.key)
    # with its counts, numpy sorts; without them it hashes, which takes ten times as long
    different, _ = np.unique(sample, return_counts=True)
    return Shared(sample_of(sample), _positions(probe.fingerprint.hashes, different))


def _positions(known: np.ndarray, wanted: np.ndarray) -> Positions:
    """Return where the wanted hashes stand; one of several columns stands in several places."""
    import numpy as np

    first = np.searchsorted(known, wanted, "left")
    behind = np.searchsorted(known, wanted, "right")
    counts = behind - first
    starts = np.repeat(first, counts)
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    positions: Positions = (starts + steps).astype(np.int64)
    return positions


def by_owner(shared: Shared, fingerprint: Fingerprint) -> dict[int, int]:
    """Return how many different values are shared with each column of production."""
    import numpy as np

    owners, counts = np.unique(fingerprint.owners[shared.positions], return_counts=True)
    return dict(zip(owners.tolist(), counts.tolist(), strict=True))
