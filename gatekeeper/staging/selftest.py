"""Before every scan: planted values must be found, and told apart, by the very code that scans."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.staging.detectors import Detector, Standing
from gatekeeper.staging.facts import DetectorFacts
from gatekeeper.staging.scan import scan


def self_test(detectors: Sequence[Detector]) -> tuple[DetectorFacts, ...]:
    """Scan every detector's planted texts and count the ones taken for something else.

    Each detector is on its own, so that none passes by what another one's prefilter lets through.
    """
    return tuple(_probe(detector) for detector in detectors)


def _probe(detector: Detector) -> DetectorFacts:
    mistaken = sum(_seen(text, detector) is not expected for text, expected in detector.planted)
    return DetectorFacts(
        id=detector.id,
        rule=detector.rule,
        noun=detector.noun,
        chance=detector.chance,
        planted=len(detector.planted),
        mistaken=mistaken,
        budget=detector.budget,
    )


def _seen(text: str, detector: Detector) -> Standing | None:
    import pyarrow as pa

    batch = pa.RecordBatch.from_pydict({"planted": [text]})
    (hits,) = scan(batch, [detector]).columns["planted"].hits
    seen = {
        Standing.VALID: hits.valid,
        Standing.RESERVED: hits.reserved,
        Standing.FORM: hits.matches,
    }
    return next((standing for standing, count in seen.items() if count), None)
