"""What became of one match."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.staging.detectors import Standing


@dataclass(frozen=True, slots=True)
class Assessment:
    """What became of one match.

    Attributes:
        standing: its worth.
        mask: for a valid one, what may be shown of it; else empty.
    """

    standing: Standing
    mask: str = ""


NOTHING_MORE = Assessment(Standing.FORM)
PLAUSIBLE = Assessment(Standing.PLAUSIBLE)
RESERVED = Assessment(Standing.RESERVED)
