"""Names can hold personal data too (a pivoted table has people for columns): show them masked."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.scan import unfold
from gatekeeper.staging.validators import VALIDATORS


def masked(name: str, detectors: Sequence[Detector]) -> str:
    """Return a name as it may be shown: every value that a detector finds in it is masked."""
    plain = unfold(name)
    shown = plain
    for detector in detectors:
        for match in detector.pattern.finditer(plain):
            found = VALIDATORS[detector.validator](match[0], detector)
            if found and found.mask:
                shown = shown.replace(match[0], found.mask)
    text = name if shown == plain else shown
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
