"""The one pure function that every engine runs: a record batch in, counts out.

Every cell is held against one RE2 alternation of all detectors. What passes is unfolded where it
needs to be, held against each detector's own expression, and made one with whatever is judged
alike. Up to here all is vectorised; only what is left is matched, and each match assessed, in
Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatekeeper.staging import canaries
from gatekeeper.staging.counts import PREVIEWS, ColumnCounts, Counts, Hits
from gatekeeper.staging.detectors import Detector, Standing
from gatekeeper.staging.fingerprints.match import Probe, match
from gatekeeper.staging.text import FOLDED, as_text, unfolded
from gatekeeper.staging.validators import assessed

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Production:
    """What is known of production.

    Attributes:
        probe: its fingerprint, or None.
        canaries: the key that tells canaries, or None.
    """

    probe: Probe | None = None
    canaries: bytes | None = field(default=None, repr=False)


UNKNOWN = Production()


def scan(
    batch: pa.RecordBatch, detectors: Sequence[Detector], production: Production = UNKNOWN
) -> Counts:
    """Count what the detectors see, and what is shared with production.

    Args:
        batch: columns of type string, or binary for what may or may not be text. Columns of the
            same name are counted as one.
        detectors: their order is that of each column's hits.
        production: what to compare with.
    """
    prefilter = "|".join([FOLDED, *(f"(?:{d.prefilter})" for d in detectors)])
    counts = Counts(
        batch.num_rows,
        shared=match(batch, production.probe) if production.probe else {},
        canaries=canaries.count(batch, production.canaries) if production.canaries else {},
    )
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        counts += Counts(0, {name: _scan_column(column, prefilter, detectors)})
    return counts


def _scan_column(column: pa.Array, prefilter: str, detectors: Sequence[Detector]) -> ColumnCounts:
    import pyarrow.compute as pc

    text, undecodable = as_text(column)
    values = pc.sum(pc.greater(pc.binary_length(text), 0)).as_py() or 0
    suspects = unfolded(text.filter(pc.match_substring_regex(text, prefilter)))
    hits = tuple(_hits(suspects, detector) for detector in detectors)
    return ColumnCounts(values, undecodable, hits)


def _hits(cells: pa.Array, detector: Detector) -> Hits:
    standings: Counter[Standing] = Counter()
    masks = set()
    for text, times in _distinct(cells, detector):
        for _, found in assessed(text, detector):
            standings[found.standing] += times
            masks.add(found.mask)
    return Hits(
        matches=standings.total(),
        plausible=standings[Standing.PLAUSIBLE] + standings[Standing.VALID],
        valid=standings[Standing.VALID],
        reserved=standings[Standing.RESERVED],
        previews=tuple(sorted(masks - {""})[:PREVIEWS]),
    )


def _distinct(cells: pa.Array, detector: Detector) -> Iterator[tuple[str, int]]:
    """Yield each text that may hold a match, and how many cells are judged as it is."""
    import pyarrow.compute as pc

    suspects = cells.filter(pc.match_substring_regex(cells, detector.prefilter))
    if detector.alike:
        suspects = pc.replace_substring_regex(suspects, *detector.alike)
    texts, times = pc.value_counts(suspects).flatten()
    return zip(texts.to_pylist(), times.to_pylist(), strict=True)
