"""What a detector is: how to find one kind of value and tell the real ones from the rest.

They are data, `rules/staging/detectors/*.yml`, read by `detector_files`; what a match is worth is
said in `validators`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum


class Standing(IntEnum):
    """How much a match is worth; where a match can be read in several ways the most counts."""

    FORM = 0
    PLAUSIBLE = 1
    RESERVED = 2
    VALID = 3


@dataclass(frozen=True, slots=True)
class Network:
    """A card network's numbers.

    Attributes:
        low: the lowest prefix, as a number of `digits` digits.
        high: the highest one.
        digits: of the prefix.
        lengths: of its numbers.
    """

    low: int
    high: int
    digits: int
    lengths: frozenset[int]

    def issues(self, number: str) -> bool:
        """Tell whether a number of this prefix and length can be one of the network's."""
        prefix = int(number[: self.digits])
        return len(number) in self.lengths and self.low <= prefix <= self.high


@dataclass(frozen=True, slots=True)
class Detector:
    """How to find one kind of value and tell the real ones from the rest.

    Attributes:
        id: kebab-case.
        rule: of the findings.
        noun: what it finds, in the plural.
        prefilter: RE2; every cell that could hold a match must satisfy it.
        pattern: Python's `re`; each match is assessed.
        validator: a name in `VALIDATORS`.
        chance: share of random strings of the right form that pass the checksum, or None.
        budget: how many an environment may hold where its policy does not say; None for any number:
            then they are shown and do not block.
        reserved: lower case: published test values, or domains that never receive mail.
        never: lower case: what shows that a match is something else, e.g. the ending `png`.
        networks: of cards.
        alike: cells that match the first (RE2) are judged as what the second makes of them, or
            None. It must change neither the standing nor the mask of any match: it is there so
            that many cells become one.
        planted: texts for the self-test, each with what it must be taken for (None: no match).
    """

    id: str
    rule: str
    noun: str
    prefilter: str
    pattern: re.Pattern[str]
    validator: str
    chance: float | None = None
    budget: int | None = 0
    reserved: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    alike: tuple[str, str] | None = None
    planted: tuple[tuple[str, Standing | None], ...] = ()

    def issues(self, number: str) -> bool:
        """Tell whether one of the networks can have issued this number."""
        return any(network.issues(number) for network in self.networks)

    def allowing(self, values: Iterable[str]) -> Detector:
        """Return it with more reserved values."""
        return replace(self, reserved=self.reserved | frozenset(values))
