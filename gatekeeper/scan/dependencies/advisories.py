"""A folder of OSV records: read strictly, matched by version, with the date it speaks for."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gatekeeper.core.errors import EvidenceError
from gatekeeper.scan.dependencies.versions import comparable, opens, parsed, within
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
    package: _Package | None = None
    ranges: list[_Range] = Field(default_factory=list)
    versions: list[str] = Field(default_factory=list)

    @property
    def name(self) -> str:
        return canonicalize_name(self.package.name) if self.package else ""

    @property
    def here(self) -> bool:
        """True for a package of this ecosystem, which may be written with a suffix (`PyPI:…`)."""
        told = self.package.ecosystem if self.package else ""
        return told.partition(":")[0].strip().casefold() == _ECOSYSTEM.casefold()

    @property
    def events(self) -> list[list[dict[str, str]]]:
        """Of each range that counts in versions; those of commits say nothing of a release."""
        return [item.events for item in self.ranges if item.type.upper() != "GIT"]

    @property
    def unclear(self) -> bool:
        """True when the record does not tell which versions, or in words nobody can compare."""
        told = self.events or self.versions
        return not told or not all(opens(one) and comparable(one) for one in self.events)

    @property
    def fixed(self) -> set[Version]:
        """Versions that mend it."""
        texts = (text for one in self.events for event in one if (text := event.get("fixed")))
        return set(filter(None, map(parsed, texts)))

    def covers(self, version: Version) -> bool:
        """True for an affected version; for every one when that is unclear."""
        listed = version in map(parsed, self.versions)
        return self.unclear or listed or any(within(version, one) for one in self.events)


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
            "affected": list(self._served()),
        }

    def _served(self) -> Iterator[dict[str, Any]]:
        """One entry with one range for each package: pip-audit takes the fixes of one only."""
        fixed: dict[str, set[Version]] = defaultdict(set)
        for item in self.concerned:
            fixed[item.name] |= item.fixed
        for name, versions in fixed.items():
            events = [{"fixed": str(version)} for version in sorted(versions)]
            package = {"ecosystem": _ECOSYSTEM, "name": name}
            yield {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}


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
    found: list[Path] = []
    for home, folders, names in os.walk(folder, onerror=_refuse):
        linked = [name for name in folders if (Path(home) / name).is_symlink()]
        if linked:
            reason = f"the folder {in_words(linked[0])} of advisories is a link"
            raise EvidenceError(reason, "replace it by its files")
        found += [Path(home) / name for name in names]
    records = (path for path in found if path.suffix.lower() in _SUFFIXES)
    return sorted({*records} - {folder / DATABASE_FILE})


def _refuse(error: OSError) -> NoReturn:
    """A folder that cannot be listed hides advisories."""
    name = in_words(Path(error.filename).name)
    raise EvidenceError(
        f"the folder `{name}` of advisories cannot be listed: {error.strerror}",
        "make it readable",
    ) from None


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
        _utc(advisory.modified)
    except (ValueError, OSError, RecursionError, OverflowError) as error:
        reason = (
            f"{len(error.errors())} of its fields" if isinstance(error, ValidationError) else error
        )
        step = "mend or remove the file, or synchronise the folder again"
        raise EvidenceError(
            f"the advisory {name} is not an OSV record: {in_words(str(reason))}", step
        ) from None
    return advisory


def _parsed(path: Path) -> Any:
    import yaml

    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() == ".json":
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
    except (ValueError, KeyError, TypeError, OSError, RecursionError, OverflowError):
        reason = f"{name}/{DATABASE_FILE} does not say when it was synchronised"
        raise EvidenceError(reason, "synchronise the folder again") from None


def _newest(records: Iterable[Advisory]) -> datetime | None:
    return max((_utc(record.modified) for record in records), default=None)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
