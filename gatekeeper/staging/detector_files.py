"""Reads detectors: `rules/staging/detectors/*.yml`, one file a kind of value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gatekeeper.core import places
from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.sections import read_section
from gatekeeper.staging.detectors import Detector, Network, Standing
from gatekeeper.staging.validators import VALIDATORS

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Meaning = Literal["valid", "reserved", "form", "none"]
_MEANINGS: Mapping[str, Standing | None] = {
    "valid": Standing.VALID,
    "reserved": Standing.RESERVED,
    "form": Standing.FORM,
    "none": None,
}


class _NetworkEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: _Text
    prefixes: list[Annotated[str, Field(pattern=r"^[0-9]+(-[0-9]+)?$")]]
    lengths: list[int]


class _Planted(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    text: _Text
    means: _Meaning


class _Alike(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    cells: _Text
    judged_as: _Text


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    rule: _Text
    noun: _Text
    prefilter: _Text
    pattern: re.Pattern[str]
    validator: Annotated[str, Field(pattern=f"^({'|'.join(map(re.escape, VALIDATORS))})$")]
    chance: Annotated[float, Field(gt=0, lt=1)] | None = None
    budget: Annotated[int, Field(ge=0)] | None = 0
    reserved: list[_Text]
    never: list[_Text] = Field(default_factory=list)
    networks: list[_NetworkEntry] = Field(default_factory=list)
    alike: _Alike | None = None
    planted: Annotated[list[_Planted], Field(min_length=2)]


def load_detectors(rules: Path) -> tuple[Detector, ...]:
    """Read the detectors of the folder of rules. Raises as `parse_detectors`."""
    folder = rules / "staging" / "detectors"
    return parse_detectors(
        {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yml")}
    )


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
    entry, problems = read_section(_Entry, document, document.value)
    if entry is None:
        reasons = "; ".join(map(str, problems))
        raise EvidenceError(reasons, "mend the detector file, or reinstall gatekeeper")
    return _detector(entry)


def _detector(entry: _Entry) -> Detector:
    return Detector(
        id=entry.id,
        rule=entry.rule,
        noun=entry.noun,
        prefilter=entry.prefilter,
        pattern=entry.pattern,
        validator=entry.validator,
        chance=entry.chance,
        budget=entry.budget,
        reserved=_compact(entry.reserved),
        never=_compact(entry.never),
        networks=tuple(chain.from_iterable(map(_networks, entry.networks))),
        alike=(entry.alike.cells, entry.alike.judged_as) if entry.alike else None,
        planted=tuple((plant.text, _MEANINGS[plant.means]) for plant in entry.planted),
    )


def _compact(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.replace(" ", "").lower() for value in values)


def _networks(brand: _NetworkEntry) -> Iterator[Network]:
    for prefix in brand.prefixes:
        low, _, high = prefix.partition("-")
        yield Network(int(low), int(high or low), len(low), frozenset(brand.lengths))
