"""A folder of OSV records: read strictly, matched by version, with the date it speaks for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gatekeeper.core.errors import EvidenceError
from gatekeeper.scan.dependencies.versions import comparable, parsed, within
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


class _Affected(_Part):
    package: _Package
    ranges: list[_Range] = Field(default_factory=list)
    versions: list[str] = Field(default_factory=list)

    @property
    def name(self) -> str:
        return canonicalize_name(self.package.name)

    @property
    def here(self) -> bool:
        return self.package.ecosystem == _ECOSYSTEM

    @property
    def events(self) -> list[list[dict[str, str]]]:
        """Of each range that counts in versions of the ecosystem."""
        return [item.events for item in self.ranges if item.type == "ECOSYSTEM"]

    @property
    def unclear(self) -> bool:
        """True when the record does not tell which versions, or in words nobody can compare."""
        return not (self.events or self.versions) or not all(map(comparable, self.events))

    def covers(self, version: Version) -> bool:
        """True for an affected version; for every one when that is unclear."""
        listed = version in map(parsed, self.versions)
        return self.unclear or listed or any(within(version, one) for one in self.events)

    def served(self) -> dict[str, Any]:
        """Return it as the OSV service would answer it."""
        ranges = [{"type": "ECOSYSTEM", "events": one} for one in filter(comparable, self.events)]
        return {"package": {"ecosystem": _ECOSYSTEM, "name": self.name}, "ranges": ranges}


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

    @property
    def concerned(self) -> list[_Affected]:
        """Packages of this ecosystem that it stands for; none once it is withdrawn."""
        return [] if self.withdrawn else [item for item in self.affected if item.here]

    def affects(self, name: str, version: Version) -> bool:
        """True when the version falls under it."""
        return any(item.name == name and item.covers(version) for item in self.concerned)

    def served(self) -> dict[str, Any]:
        """Return the record as the OSV service would answer it."""
        return {
            "id": self.id,
            "modified": self.modified.isoformat(),
            "aliases": self.aliases,
            "summary": self.summary or self.details[:200],
            "affected": [item.served() for item in self.concerned],
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
        candidates = self.by_package.get(wanted, ())
        return tuple(advisory for advisory in candidates if advisory.affects(wanted, exact))


def load(folder: Path, name: str = "") -> Advisories:
    """Read every record below a folder.

    Args:
        folder: where they are.
        name: what messages call it, instead of its own name.

    Raises:
        EvidenceError: the folder is missing, or a file in it is not an OSV record.
    """
    name = name or folder.name
    if not folder.is_dir():
        step = "name a folder of OSV records in the policy, or `advisories: osv`"
        raise EvidenceError(f"there is no folder `{name}` of advisories", step)
    standing = list(_standing(folder))
    as_of = _synced(folder / DATABASE_FILE, name) or _newest(standing)
    return Advisories(_by_package(standing), len(standing), as_of)


def _record_files(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.suffix in _SUFFIXES)
    return sorted({*files} - {folder / DATABASE_FILE})


def _standing(folder: Path) -> Iterator[Advisory]:
    for path in _record_files(folder):
        record = _record(path, folder)
        if record.concerned:
            yield record


def _by_package(records: Iterable[Advisory]) -> dict[str, tuple[Advisory, ...]]:
    found: dict[str, dict[int, Advisory]] = defaultdict(dict)
    for number, record in enumerate(records):
        for item in record.concerned:
            found[item.name][number] = record
    return {name: tuple(many.values()) for name, many in found.items()}


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


def _synced(metadata: Path, name: str) -> datetime | None:
    """Return when the folder was synchronised, or None when nothing in it says so."""
    if not metadata.is_file():
        return None
    try:
        return _utc(datetime.fromisoformat(json.loads(metadata.read_text("utf-8"))["synced_at"]))
    except (ValueError, KeyError, TypeError):
        reason = f"{name}/{DATABASE_FILE} does not say when it was synchronised"
        raise EvidenceError(reason, "synchronise the folder again") from None


def _newest(records: Iterable[Advisory]) -> datetime | None:
    return max((_utc(record.modified) for record in records), default=None)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
