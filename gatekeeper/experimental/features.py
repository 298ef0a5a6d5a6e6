"""Features as code: `features/KEY.yml`, read strictly, every problem with its place.

Pure: texts in, values out; `files.py` reads the folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from gatekeeper.core import places
from gatekeeper.core.digest import canonical, digest
from gatekeeper.core.errors import PolicyError, PolicyProblem, UsageError
from gatekeeper.core.fields import Duration
from gatekeeper.core.places import Document
from gatekeeper.core.sections import Settings, read_section

KEY = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
WHOLE = 100_000
_Key = Annotated[str, Field(pattern=KEY, max_length=100)]
_Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
_Value = StrictBool | Annotated[StrictInt, Field(ge=-(2**53) + 1, lt=2**53)] | StrictStr


class StageEntry(Settings):
    """One step of the Experimental phase.

    Attributes:
        percentage: of the units that meet the experimental variation; up to three decimals.
        soak: how long the stage lasts at least.
    """

    percentage: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    soak: Duration = timedelta(0)

    @property
    def weight(self) -> int:
        """The share in thousandths of a percent."""
        return round(self.percentage * WHOLE / 100)


class VariationEntry(Settings):
    """What the flag says in each arm.

    Attributes:
        control: the value that everybody else meets, and everybody after a roll-back.
        experimental: the new one.
    """

    control: _Value = False
    experimental: _Value = True

    @model_validator(mode="after")
    def _different(self) -> VariationEntry:
        if type(self.control) is not type(self.experimental) or self.control == self.experimental:
            raise ValueError("the two variations have to differ and be of one type")
        return self


class FeatureFile(Settings):
    """`features/KEY.yml`.

    Attributes:
        key: names the feature, as its file does.
        title: what it gives users.
        owner: the person or team that answers for it.
        flag: the flag's key with the backend; the feature's own key if left out.
        unit: the kind of context that is assigned to an arm as a whole.
        variations: what the flag says in each arm.
        expires: the last day (UTC) on which it may be Experimental.
        stages: the steps of the Experimental phase, each wider than the one before.
        requires: features that have to be ahead of this one.
    """

    key: _Key
    title: _Text
    owner: _Text
    flag: _Key | None = None
    unit: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] = "user"
    variations: VariationEntry = VariationEntry()
    expires: date | None = None
    stages: Annotated[list[StageEntry], Field(min_length=1, max_length=20)]
    requires: Annotated[list[_Key], Field(max_length=20, default_factory=list)]

    @model_validator(mode="after")
    def _wider_each_time(self) -> FeatureFile:
        weights = [0, *(stage.weight for stage in self.stages)]
        if weights != sorted(set(weights)):
            raise ValueError("each stage has to be wider than the one before it")
        return self

    @model_validator(mode="after")
    def _after_others(self) -> FeatureFile:
        if self.key in self.requires or len(set(self.requires)) < len(self.requires):
            raise ValueError("`requires` names other features, each of them once")
        return self


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the Experimental phase.

    Attributes:
        weight: share of the units, in thousandths of a percent: 0..100,000.
        soak_seconds: how long it lasts at least.
    """

    weight: int
    soak_seconds: int


@dataclass(frozen=True, slots=True)
class Feature:
    """A declared feature.

    Attributes:
        key: names it.
        title: what it gives users.
        owner: who answers for it.
        flag: the flag's key with the backend.
        unit: the kind of context that is assigned to an arm as a whole.
        control: the flag's value for everybody else, as canonical JSON.
        experimental: the flag's value in the experiment, as canonical JSON.
        expires: the last day (UTC) on which it may be Experimental, ISO 8601; empty if not set.
        stages: the steps of the Experimental phase.
        path: of the declaration, from the root of the tree.
        requires: keys of the features that have to be ahead of this one.
    """

    key: str
    title: str
    owner: str
    flag: str
    unit: str
    control: str
    experimental: str
    expires: str
    stages: tuple[Stage, ...]
    path: str = field(default="", compare=False)
    requires: tuple[str, ...] = ()

    @property
    def config(self) -> str:
        """Digest of everything that an approval is given for."""
        stages = [[stage.weight, stage.soak_seconds] for stage in self.stages]
        arms = [self.control, self.experimental]
        requires = [sorted(self.requires)] if self.requires else []
        return digest(canonical([self.flag, self.unit, arms, self.expires, stages, *requires]))


def parse_features(files: Mapping[str, str]) -> tuple[Feature, ...]:
    """Read declarations.

    Args:
        files: text by path from the root of the tree.

    Raises:
        PolicyError: with every problem of every file.
    """
    features: list[Feature] = []
    problems: list[PolicyProblem] = []
    for path, text in sorted(files.items()):
        document = places.parse(text, path)
        value, found = read_section(FeatureFile, document, document.value)
        problems += found
        if value is not None:
            feature = _feature(value, path)
            problems += _clashes(feature, features, document)
            features.append(feature)
    if problems:
        raise PolicyError(problems)
    return tuple(features)


def dependents(key: str, features: Iterable[Feature]) -> tuple[Feature, ...]:
    """Return the features that require this one, directly or through others, nearest first."""
    known = tuple(features)
    reached, found = {key}, list[Feature]()
    while more := [f for f in known if f.key not in reached and reached & set(f.requires)]:
        reached |= {feature.key for feature in more}
        found += more
    return tuple(found)


def _feature(value: FeatureFile, path: str) -> Feature:
    return Feature(
        key=value.key,
        title=value.title,
        owner=value.owner,
        flag=value.flag or value.key,
        unit=value.unit,
        control=_json(value.variations.control),
        experimental=_json(value.variations.experimental),
        expires=value.expires.isoformat() if value.expires else "",
        stages=tuple(Stage(s.weight, round(s.soak.total_seconds())) for s in value.stages),
        path=path,
        requires=tuple(value.requires),
    )


def _clashes(
    feature: Feature, others: Iterable[Feature], document: Document
) -> Iterator[PolicyProblem]:
    if PurePosixPath(feature.path).stem != feature.key:
        message = f"the file has to be named `{feature.key}.yml`, like its key"
        yield document.problem(("key",), message)
    for other in others:
        yield from _taken(feature, other, document)


def _taken(feature: Feature, other: Feature, document: Document) -> Iterator[PolicyProblem]:
    if other.key == feature.key:
        message = f"the feature `{feature.key}` is declared in {other.path} already"
        yield document.problem(("key",), message)
    elif other.flag == feature.flag:
        message = f"the flag `{feature.flag}` belongs to {other.path} already"
        yield document.problem(("flag",), message)


def _json(value: Any) -> str:
    return canonical(value).decode()


def template(key: str, owner: str, expires: date) -> str:
    """Return a new declaration. Raises UsageError for a key that cannot name a file."""
    if not re.fullmatch(KEY, key):
        reason = f"`{key}` names no feature"
        raise UsageError(reason, "a feature's key is lower case, like search-suggest")
    quoted = _json(owner)
    return f"""\
key: {key}
title: {key.replace("-", " ").replace(".", " ").capitalize()}
owner: {quoted}
unit: user
variations: {{control: false, experimental: true}}
expires: {expires.isoformat()}
stages:
  - {{percentage: 5, soak: 2d}}
  - {{percentage: 25}}
"""
