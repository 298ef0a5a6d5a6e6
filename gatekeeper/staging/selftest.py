"""Before every scan: planted values must be found, and told apart, by the very code that scans."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.facts import DetectorFacts
from gatekeeper.staging.scan import Hits, scan
from gatekeeper.staging.validators import Standing


def self_test(detectors: Sequence[Detector]) -> tuple[DetectorFacts, ...]:
    """Scan every detector's planted texts and count the ones taken for something else."""
    return tuple(_probe(index, detectors) for index in range(len(detectors)))


def _probe(index: int, detectors: Sequence[Detector]) -> DetectorFacts:
    detector = detectors[index]
    mistaken = sum(
        _seen(text, index, detectors) is not expected for text, expected in detector.planted
    )
    return DetectorFacts(
        id=detector.id,
        rule=detector.rule,
        noun=detector.noun,
        chance=detector.chance,
        planted=len(detector.planted),
        mistaken=mistaken,
    )


def _seen(text: str, index: int, detectors: Sequence[Detector]) -> Standing | None:
    import pyarrow as pa

    batch = pa.RecordBatch.from_pydict({"planted": [text]})
    return _standing(scan(batch, detectors).columns["planted"].hits[index])


def _standing(hits: Hits) -> Standing | None:
    if hits.valid:
        return Standing.VALID
    if hits.reserved:
        return Standing.RESERVED
    return Standing.FORM if hits.matches else None
