"""Detectors are data: `rules/staging/detectors/*.yml`, one file a kind of value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gatekeeper.core import places
from gatekeeper.core.errors import EvidenceError
from gatekeeper.staging.validators import VALIDATORS, Standing

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Meaning = Literal["valid", "reserved", "form", "none"]
_MEANINGS: Mapping[str, Standing | None] = {
    "valid": Standing.VALID,
    "reserved": Standing.RESERVED,
    "form": Standing.FORM,
    "none": None,
}


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
        reserved: lower case: published test values, or domains that never receive mail.
        never: lower case: what shows that a match is something else, e.g. the ending `png`.
        networks: of cards.
        planted: texts for the self-test, each with what it must be taken for (None: no match).
    """

    id: str
    rule: str
    noun: str
    prefilter: str
    pattern: re.Pattern[str]
    validator: str
    chance: float | None = None
    reserved: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    planted: tuple[tuple[str, Standing | None], ...] = ()

    def allowing(self, values: Iterable[str]) -> Detector:
        """Return it with more reserved values."""
        return replace(self, reserved=self.reserved | frozenset(values))


class _NetworkEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: _Text
    prefixes: list[Annotated[str, Field(pattern=r"^[0-9]+(-[0-9]+)?$")]]
    lengths: list[int]


class _Planted(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    text: _Text
    means: _Meaning


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    rule: _Text
    noun: _Text
    prefilter: _Text
    pattern: _Text
    validator: Annotated[str, Field(pattern=f"^({'|'.join(VALIDATORS)})$")]
    chance: Annotated[float, Field(gt=0, lt=1)] | None = None
    reserved: list[_Text]
    never: list[_Text] = Field(default_factory=list)
    networks: list[_NetworkEntry] = Field(default_factory=list)
    planted: Annotated[list[_Planted], Field(min_length=2)]


def parse_detectors(files: Mapping[str, str]) -> tuple[Detector, ...]:
    """Read detector files.

    Args:
        files: text by file name.

    Raises:
        EvidenceError: when there is none, or when one is wrong: without its detectors the gate
            would find nothing and look content.
    """
    detectors = [_parse(path, text) for path, text in sorted(files.items())]
    if not detectors:
        raise EvidenceError("no detector is installed", "reinstall gatekeeper")
    return tuple(sorted(detectors, key=lambda detector: detector.id))


def _parse(path: str, text: str) -> Detector:
    document = places.parse(text, path)
    problems = [str(problem) for problem in document.problems]
    if not problems:
        try:
            return _detector(_Entry.model_validate(document.value))
        except ValidationError as error:
            problems = [str(document.problem(d["loc"], d["msg"])) for d in error.errors()]
        except re.error as error:
            problems = [str(document.problem(("pattern",), str(error)))]
    raise EvidenceError("; ".join(problems), "mend the detector file, or reinstall gatekeeper")


def _detector(entry: _Entry) -> Detector:
    return Detector(
        id=entry.id,
        rule=entry.rule,
        noun=entry.noun,
        prefilter=entry.prefilter,
        pattern=re.compile(entry.pattern),
        validator=entry.validator,
        chance=entry.chance,
        reserved=frozenset(value.replace(" ", "").lower() for value in entry.reserved),
        never=frozenset(value.lower() for value in entry.never),
        networks=tuple(n for brand in entry.networks for n in _networks(brand)),
        planted=tuple((plant.text, _MEANINGS[plant.means]) for plant in entry.planted),
    )


def _networks(brand: _NetworkEntry) -> list[Network]:
    ranges = [prefix.partition("-")[::2] for prefix in brand.prefixes]
    lengths = frozenset(brand.lengths)
    return [Network(int(low), int(high or low), len(low), lengths) for low, high in ranges]
