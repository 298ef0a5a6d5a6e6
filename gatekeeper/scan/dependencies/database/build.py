"""Compiles records into a database, and refuses what would make it know less than it seems to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gatekeeper.core.errors import EvidenceError
from gatekeeper.scan.dependencies.database import index
from gatekeeper.scan.dependencies.database.ecosystems import Ecosystem
from gatekeeper.scan.dependencies.database.entry import Entry, compiled
from gatekeeper.scan.dependencies.database.record import Record
from gatekeeper.scan.scanners.interface import in_words


@dataclass(slots=True)
class Gathered:
    """Records, compiled.

    Attributes:
        ecosystem: whose packages count.
        packages: entries by the name of the package.
        newest: when the newest record of the ecosystem was changed.
        standing: how many of its records stand.
        withdrawn: how many were taken back.
        foreign: how many speak of other ecosystems only.
    """

    ecosystem: Ecosystem
    packages: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    newest: datetime | None = None
    standing: int = 0
    withdrawn: int = 0
    foreign: int = 0
    _ids: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Take a record in."""
        if not any(part.is_of(self.ecosystem.osv) for part in record.affected):
            self.foreign += 1
            return
        self._ids[record.id] += 1
        self.newest = max(self.newest or record.modified, record.modified)
        self.withdrawn += record.withdrawn is not None
        entries = compiled(record, self.ecosystem)
        self.standing += bool(entries)
        for name, entry in entries.items():
            self.packages[name].append(entry)

    def require_distinct(self) -> None:
        """Refuse two records of one id: nobody could tell which one counts."""
        if again := next((name for name, times in self._ids.items() if times > 1), None):
            reason = f"two advisories have the id {in_words(again)}"
            raise EvidenceError(reason, "fetch them again, from a source that you trust")

    def require_some(self) -> datetime:
        """Return the newest date. Raises EvidenceError when no advisory stands."""
        if not self.standing or self.newest is None:
            told = f"; {self.foreign} are of other ecosystems" if self.foreign else ""
            reason = f"there is no advisory for {self.ecosystem.osv} in it{told}"
            raise EvidenceError(reason, "name a source of OSV records for this ecosystem")
        return self.newest


def gather(records: Iterable[Record], ecosystem: Ecosystem) -> Gathered:
    """Compile records one after the other."""
    found = Gathered(ecosystem)
    for record in records:
        found.add(record)
    return found


def about(found: Gathered, source: str, synced_at: datetime | None) -> index.About:
    """Return what a database of these records says of itself."""
    return index.About(
        ecosystem=found.ecosystem.key,
        source=source,
        synced_at=synced_at,
        newest=found.require_some(),
        records=found.standing,
        packages=len(found.packages),
    )


def write(path: Path, found: Gathered, told: index.About, key: bytes) -> None:
    """Write the database to a new file, sealed with a key."""
    index.write(path, told, found.packages, key)
