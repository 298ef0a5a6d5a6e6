"""The compiled database: one SQLite file with a row for each package, read without loading it.

Each row carries its digest and the file tells how many there are, so that a damaged or shortened
file is noticed instead of answering "nothing known".
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gatekeeper.core.errors import EvidenceError
from gatekeeper.scan.dependencies.database.ecosystems import ECOSYSTEMS, Ecosystem
from gatekeeper.scan.dependencies.database.entry import Entry, from_written

# Raised whenever what is written changes: a file of another format is refused, never guessed at.
FORMAT = 2
_TABLES = """\
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE packages (name TEXT PRIMARY KEY, body BLOB NOT NULL, digest BLOB NOT NULL)
  WITHOUT ROWID;
"""
_SYNC = "run `gatekeeper advisories sync`"
_DIGEST_BYTES = 16
_BROKEN = (sqlite3.Error, ValueError, KeyError, TypeError, OSError)


@dataclass(frozen=True, slots=True)
class About:
    """What a database says of itself.

    Attributes:
        ecosystem: its key, e.g. `pypi`.
        source: where it comes from, without credentials.
        synced_at: when it was fetched, UTC; None for a folder that does not tell.
        newest: when its newest record was changed, UTC.
        records: how many advisories stand, withdrawn ones not counted.
        packages: how many packages they speak of.
        format: of the file.
    """

    ecosystem: str
    source: str
    synced_at: datetime | None
    newest: datetime
    records: int
    packages: int
    format: int = FORMAT

    @property
    def as_of(self) -> datetime:
        """The date for which it speaks: the older of both, for an old copy fetched anew is old."""
        return min(self.newest, self.synced_at or self.newest)

    def written(self) -> dict[str, str]:
        """Return what the file holds of this."""
        return {key: _text(getattr(self, key)) for key in self.__slots__}


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def write(path: Path, about: About, packages: Mapping[str, Iterable[Entry]]) -> None:
    """Write a database to a file that does not exist yet."""
    with closing(sqlite3.connect(path)) as store, store:
        store.executescript(_TABLES)
        store.executemany("INSERT INTO about VALUES (?, ?)", about.written().items())
        rows = (_row(name, entries) for name, entries in sorted(packages.items()))
        store.executemany("INSERT INTO packages VALUES (?, ?, ?)", rows)


def _row(name: str, entries: Iterable[Entry]) -> tuple[str, bytes, bytes]:
    body = json.dumps([entry.written() for entry in entries], separators=(",", ":")).encode()
    return name, body, _digest(name, body)


def _digest(name: str, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES, key=name.encode()[:64]).digest()


@dataclass(frozen=True, slots=True)
class Index:
    """An open database.

    Attributes:
        about: what it says of itself.
        ecosystem: of its packages.
    """

    about: About
    ecosystem: Ecosystem
    _store: sqlite3.Connection

    def affecting(self, name: str, version: str) -> tuple[Entry, ...]:
        """Return the advisories that a version falls under.

        Raises:
            EvidenceError: the database is damaged, or the version cannot be compared.
        """
        entries = self.entries(self.ecosystem.names(name))
        exact = self.ecosystem.version(version) if entries else ""
        if exact is None:
            raise EvidenceError(f"the version `{version}` of {name} cannot be compared")
        return tuple(one for one in entries if one.holds(exact, self.ecosystem))

    def entries(self, name: str) -> tuple[Entry, ...]:
        """Return every advisory on a package, by its known spelling."""
        try:
            query = "SELECT body, digest FROM packages WHERE name = ?"
            found = self._store.execute(query, (name,)).fetchone()
            return _entries(name, *found) if found else ()
        except _BROKEN:
            raise _damaged() from None

    def verify(self) -> None:
        """Read every row. Raises EvidenceError when one is damaged."""
        try:
            for row in self._store.execute("SELECT name, body, digest FROM packages"):
                _entries(*row)
        except _BROKEN:
            raise _damaged() from None


def _entries(name: str, body: bytes, digest: bytes) -> tuple[Entry, ...]:
    if _digest(name, body) != digest:
        raise ValueError(name)
    return tuple(map(from_written, json.loads(body)))


@contextmanager
def opened(path: Path) -> Iterator[Index]:
    """Open a database for reading.

    Raises:
        EvidenceError: it is damaged, or of another format.
    """
    try:
        store = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        raise _damaged() from None
    with closing(store):
        about = _about(store)
        yield Index(about, ECOSYSTEMS[about.ecosystem], store)


def _about(store: sqlite3.Connection) -> About:
    try:
        told: dict[str, Any] = dict(store.execute("SELECT key, value FROM about"))
        about = _read(told)
        (rows,) = store.execute("SELECT count(*) FROM packages").fetchone()
    except _BROKEN:
        raise _damaged() from None
    if rows != about.packages:
        raise _damaged()
    return about


def _read(told: Mapping[str, str]) -> About:
    if told["format"] != str(FORMAT) or told["ecosystem"] not in ECOSYSTEMS:
        raise ValueError(told["format"])
    synced = told["synced_at"]
    return About(
        ecosystem=told["ecosystem"],
        source=told["source"],
        synced_at=datetime.fromisoformat(synced) if synced else None,
        newest=datetime.fromisoformat(told["newest"]),
        records=int(told["records"]),
        packages=int(told["packages"]),
    )


def _damaged() -> EvidenceError:
    return EvidenceError("the database of advisories is damaged, or of another version", _SYNC)
