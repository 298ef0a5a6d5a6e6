"""Which columns hold real values, and which only what chance gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatekeeper.staging.chance import binomial_tail
from gatekeeper.staging.facts import ColumnFacts, Detection, DetectorFacts, EnvironmentFacts

# From this share of passing checksums on, a column holds the real thing: random numbers with a
# network's prefix reach it by accident only where there are one or two of them. What could not be
# real in the first place (a timestamp beside the card) tells nothing about the others.
TELLING_SHARE = 0.5
# Fewer than one column of random numbers in ten thousand is taken for a leak.
SIGNIFICANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Sighting:
    """Validated, non-reserved values in one column.

    Attributes:
        place: `store/object/column`.
        column: where.
        found: what.
    """

    place: str
    column: ColumnFacts
    found: Detection

    def is_of(self, detector: DetectorFacts) -> bool:
        """Tell whether this detector found the values, and not only their form."""
        return self.found.detector == detector.id and self.found.valid > 0


def sightings(environment: EnvironmentFacts, detector: DetectorFacts) -> Iterator[Sighting]:
    """Yield every column in which the detector found valid values."""
    return (sighting for sighting in _all(environment) if sighting.is_of(detector))


def _all(environment: EnvironmentFacts) -> Iterator[Sighting]:
    for store in environment.stores:
        for item in store.objects:
            for column in item.columns:
                place = f"{store.name}/{item.name}/{column.name}"
                yield from (Sighting(place, column, found) for found in column.detections)


def alarms(environment: EnvironmentFacts, detector: DetectorFacts) -> tuple[Sighting, ...]:
    """Return the sightings that chance does not explain."""
    seen = sightings(environment, detector)
    return tuple(s for s in seen if not explained_by_chance(s.found, detector))


def unalarming(environment: EnvironmentFacts, detector: DetectorFacts) -> tuple[Sighting, ...]:
    """Return the sightings that chance explains."""
    seen = sightings(environment, detector)
    return tuple(s for s in seen if explained_by_chance(s.found, detector))


def explained_by_chance(found: Detection, detector: DetectorFacts) -> bool:
    """Tell order numbers from cards by how many pass the checksum.

    Real values nearly all pass; of random ones a known share does. A leak among random numbers
    shows when more pass than that share makes likely.
    """
    if detector.chance is None or not found.valid:
        return False
    if found.valid >= TELLING_SHARE * found.plausible:
        return False
    return binomial_tail(found.plausible, detector.chance, found.valid) > SIGNIFICANCE
