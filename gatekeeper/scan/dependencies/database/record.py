"""One OSV record, read strictly: a record that is misread would hide a weakness."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from gatekeeper.scan.scanners.interface import in_words


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Package(_Part):
    """A package of a registry."""

    ecosystem: str
    name: str


class Range(_Part):
    """Versions between events, each a mapping from a kind to a version."""

    type: str
    events: list[dict[str, str]] = Field(default_factory=list)

    @property
    def of_commits(self) -> bool:
        """True when it counts in commits, and so says nothing of a release."""
        return self.type.upper() == "GIT"


class Grade(_Part):
    """A severity as the record writes it: a kind and a CVSS vector."""

    type: str
    score: str


class Affected(_Part):
    """What of one package is affected."""

    package: Package | None = None
    ranges: list[Range] = Field(default_factory=list)
    versions: list[str] = Field(default_factory=list)
    severity: list[Grade] = Field(default_factory=list)
    database_specific: dict[str, Any] | None = None

    def is_of(self, ecosystem: str) -> bool:
        """True for a package of the ecosystem, which may be written with a suffix (`PyPI:…`)."""
        told = self.package.ecosystem if self.package else ""
        return told.partition(":")[0].strip().casefold() == ecosystem.casefold()


class Record(_Part):
    """One OSV record, as far as it is used here."""

    id: str = Field(min_length=1)
    modified: datetime
    withdrawn: datetime | None = None
    aliases: list[str] = Field(default_factory=list)
    summary: str = ""
    details: str = ""
    severity: list[Grade] = Field(default_factory=list)
    affected: list[Affected] = Field(default_factory=list)
    database_specific: dict[str, Any] | None = None

    @field_validator("modified")
    @classmethod
    def _in_utc(cls, value: datetime) -> datetime:
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except OverflowError:
            raise ValueError("not a date") from None

    @field_validator("severity", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [] if value is None else value


def read(data: bytes, *, is_json: bool) -> Record:
    """Read a record.

    Raises:
        ValueError: it is none; the text says why.
    """
    try:
        return Record.model_validate(_parsed(data, is_json=is_json))
    except ValidationError as error:
        raise ValueError(f"{len(error.errors())} of its fields") from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise ValueError(in_words(str(error))) from None


def _parsed(data: bytes, *, is_json: bool) -> Any:
    import yaml

    text = data.decode("utf-8")
    if is_json:
        return json.loads(text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders, one in C
    except yaml.YAMLError:
        raise ValueError("not valid YAML") from None
