"""Names can hold personal data too (a pivoted table has people for columns): show them masked."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.text import unfold
from gatekeeper.staging.validators import assessed


def masked(name: str, detectors: Sequence[Detector]) -> str:
    """Return a name as it may be shown: every value that a detector finds in it is masked."""
    plain = unfold(name)
    shown = plain
    for detector in detectors:
        for match, found in assessed(plain, detector):
            shown = shown.replace(match, found.mask or match)
    text = name if shown == plain else shown
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
