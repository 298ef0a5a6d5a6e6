"""One OSV record: which versions it speaks of, and which of them mend it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain, filterfalse
from operator import attrgetter
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import BaseModel, ConfigDict, Field

from gatekeeper.scan.dependencies.versions import comparable, opens, parsed, within

_ECOSYSTEM = "PyPI"
_GRADES = {
    "LOW": "low",
    "MODERATE": "medium",
    "MEDIUM": "medium",
    "HIGH": "high",
    "CRITICAL": "critical",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Package(_Part):
    ecosystem: str
    name: str


class _Range(_Part):
    type: str
    events: list[dict[str, str]] = Field(default_factory=list)

    @property
    def of_commits(self) -> bool:
        """True when it counts in commits, and so says nothing of a release."""
        return self.type.upper() == "GIT"

    @property
    def clear(self) -> bool:
        """True when it tells where it begins, in versions that can be compared."""
        return opens(self.events) and comparable(self.events)

    @property
    def fixed(self) -> list[str]:
        """Versions that end it, as they are written."""
        return [event.get("fixed", "") for event in self.events]

    def holds(self, version: Version) -> bool:
        """True for a version in it; it must be clear."""
        return within(version, self.events)


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
    def spans(self) -> list[_Range]:
        """Ranges of versions."""
        return list(filterfalse(attrgetter("of_commits"), self.ranges))

    @property
    def unclear(self) -> bool:
        """True when the record does not tell which versions, or in words nobody can compare."""
        told = self.spans or self.versions
        return not told or not all(map(attrgetter("clear"), self.spans))

    @property
    def fixed(self) -> set[Version]:
        """Versions that mend it."""
        texts = chain.from_iterable(map(attrgetter("fixed"), self.spans))
        return set(filter(None, map(parsed, texts)))

    def covers(self, version: Version) -> bool:
        """True for an affected version; for every one when that is unclear."""
        listed = version in map(parsed, self.versions)
        return self.unclear or listed or any(span.holds(version) for span in self.spans)


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
        return [] if self.withdrawn else list(filter(attrgetter("here"), self.affected))

    @property
    def names(self) -> set[str]:
        """Normalised ones of the packages that it stands for."""
        return set(map(attrgetter("name"), self.concerned))

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
        for name, versions in self._fixed().items():
            events = [{"fixed": str(version)} for version in sorted(versions)]
            package = {"ecosystem": _ECOSYSTEM, "name": name}
            yield {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}

    def _fixed(self) -> Mapping[str, set[Version]]:
        """Versions that mend it, for each package; there may be none."""
        fixed: dict[str, set[Version]] = defaultdict(set)
        for item in self.concerned:
            fixed[item.name] |= item.fixed
        return fixed
