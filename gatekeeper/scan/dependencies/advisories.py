"""A folder of OSV records: read strictly, matched by version, with the date it speaks for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gatekeeper.core.errors import EvidenceError
from gatekeeper.scan.scanners.interface import in_words

DATABASE_FILE = "database.json"
_ECOSYSTEM = "PyPI"
_SUFFIXES = frozenset({".json", ".yaml", ".yml"})
_MAX_BYTES = 2_000_000
_GRADES = {"LOW": "low", "MODERATE": "medium", "MEDIUM": "medium", "HIGH": "high"}
_GRADES["CRITICAL"] = "critical"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Package(_Part):
    ecosystem: str
    name: str


class _Range(_Part):
    type: str
    events: list[dict[str, str]] = Field(default_factory=list)

    @property
    def comparable(self) -> bool:
        """True when every version in it is one of PEP 440."""
        return all(is_version(text) for event in self.events for text in event.values())


class _Affected(_Part):
    package: _Package
    ranges: list[_Range] = Field(default_factory=list)
    versions: list[str] = Field(default_factory=list)

    @property
    def here(self) -> bool:
        return self.package.ecosystem == _ECOSYSTEM

    def covers(self, version: Version) -> bool:
        """True for an affected version; for every one when the record does not tell which."""
        ranges = [item for item in self.ranges if item.type == "ECOSYSTEM"]
        if not ranges and not self.versions:
            return True
        if not all(item.comparable for item in ranges):
            return True
        listed = any(_same(version, text) for text in self.versions)
        return listed or any(_within(version, item.events) for item in ranges)


class Advisory(_Part):
    """One OSV record, as far as it is used here."""

    id: str = Field(min_length=1)
    modified: datetime
    withdrawn: datetime | None = None
    aliases: list[str] = Field(default_factory=list)
    summary: str = ""
    details: str = ""
    affected: list[_Affected] = Field(default_factory=list)
    database_specific: dict[str, Any] | None = None

    @property
    def severity(self) -> str | None:
        """`low` … `critical`, or None when the record does not grade itself."""
        grade = (self.database_specific or {}).get("severity")
        return _GRADES.get(grade.upper()) if isinstance(grade, str) else None

    def served(self) -> dict[str, Any]:
        """Return the record as the OSV service would answer it."""
        kept = [item for item in self.affected if item.here]
        return {
            "id": self.id,
            "modified": self.modified.isoformat(),
            "aliases": self.aliases,
            "summary": self.summary or self.details[:200],
            "affected": [
                {
                    "package": {
                        "ecosystem": _ECOSYSTEM,
                        "name": canonicalize_name(item.package.name),
                    },
                    "ranges": [
                        known.model_dump()
                        for known in item.ranges
                        if known.type == "ECOSYSTEM" and known.comparable
                    ],
                }
                for item in kept
            ],
        }


@dataclass(frozen=True, slots=True)
class Advisories:
    """A database that is ready to be asked.

    Attributes:
        by_package: advisories that stand, by normalised name.
        records: how many they are.
        as_of: the date for which the database speaks, UTC; None when it is empty.
    """

    by_package: Mapping[str, tuple[Advisory, ...]]
    records: int
    as_of: datetime | None

    def affecting(self, name: str, version: str) -> tuple[Advisory, ...]:
        """Return the advisories that a version falls under."""
        wanted, exact = canonicalize_name(name), Version(version)
        return tuple(
            advisory
            for advisory in self.by_package.get(wanted, ())
            if any(
                item.here and canonicalize_name(item.package.name) == wanted and item.covers(exact)
                for item in advisory.affected
            )
        )


def load(folder: Path) -> Advisories:
    """Read every record below a folder.

    Raises:
        EvidenceError: the folder is missing, or a file in it is not an OSV record.
    """
    if not folder.is_dir():
        step = "name a folder of OSV records in the policy, or `advisories: osv`"
        raise EvidenceError(f"there is no folder `{folder.name}` of advisories", step)
    records = [_record(path, folder) for path in _record_files(folder)]
    standing = [advisory for advisory in records if _names(advisory)]
    by_package: dict[str, list[Advisory]] = defaultdict(list)
    for advisory in standing:
        for name in _names(advisory):
            by_package[name].append(advisory)
    return Advisories(
        {name: tuple(items) for name, items in by_package.items()},
        len(standing),
        _as_of(folder, standing),
    )


def _record_files(folder: Path) -> list[Path]:
    metadata = folder / DATABASE_FILE
    found = (path for path in folder.rglob("*") if path.suffix in _SUFFIXES)
    return sorted(path for path in found if path != metadata)


def _names(advisory: Advisory) -> set[str]:
    if advisory.withdrawn:
        return set()
    return {canonicalize_name(item.package.name) for item in advisory.affected if item.here}


def _record(path: Path, folder: Path) -> Advisory:
    name = in_words(path.relative_to(folder).as_posix())
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("larger than an advisory is")
        advisory = Advisory.model_validate(_parsed(path))
    except (ValueError, OSError, RecursionError) as error:
        reason = f"{len(error.errors())} fields" if isinstance(error, ValidationError) else error
        step = "mend or remove the file, or synchronise the folder again"
        raise EvidenceError(
            f"the advisory {name} is not an OSV record: {in_words(str(reason))}", step
        ) from None
    return advisory


def _parsed(path: Path) -> Any:
    import yaml

    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders, one in C
    except yaml.YAMLError:
        raise ValueError("not valid YAML") from None


def _as_of(folder: Path, records: Iterable[Advisory]) -> datetime | None:
    metadata = folder / DATABASE_FILE
    if metadata.is_file():
        try:
            synced = datetime.fromisoformat(json.loads(metadata.read_text("utf-8"))["synced_at"])
        except (ValueError, KeyError, TypeError):
            reason = f"{folder.name}/{DATABASE_FILE} does not say when it was synchronised"
            raise EvidenceError(reason, "synchronise the folder again") from None
        return _utc(synced)
    return max((_utc(record.modified) for record in records), default=None)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_version(text: str) -> bool:
    """True for a version of PEP 440."""
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _same(version: Version, text: str) -> bool:
    return is_version(text) and Version(text) == version


def _within(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """Walk the events in the order of their versions, as the OSV schema describes."""
    steps = [(Version(text), kind) for event in events for kind, text in event.items()]
    affected = False
    for at, kind in sorted(steps, key=lambda step: (step[0], step[1] != "introduced")):
        if kind == "introduced" and version >= at:
            affected = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            affected = False
    return affected
