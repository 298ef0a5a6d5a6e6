"""The compiled database: one SQLite file with a row for each package, read without loading it.

Each row carries its digest, and a seal made with a key that is kept elsewhere holds the list of
them: a file that is damaged, shortened, mixed from others or written by somebody else is refused
instead of answering "nothing known".
"""

from __future__ import annotations

import hashlib
import hmac
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
FORMAT = 3
_TABLES = """\
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE packages (name TEXT PRIMARY KEY, digest BLOB NOT NULL, body BLOB NOT NULL)
  WITHOUT ROWID;
"""
_NOT_OURS = "the database of advisories was changed, or written by another user or machine"
_RESEAL = (
    "run `gatekeeper advisories sync` here; for a cache that machines share, set the same"
    " GATEKEEPER_CACHE_KEY where it is synchronised and where it is asked"
)
_SYNC = "run `gatekeeper advisories sync`"
_DIGEST_BYTES = 32
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


def write(path: Path, about: About, packages: Mapping[str, Iterable[Entry]], key: bytes) -> None:
    """Write a database to a file that does not exist yet.

    Args:
        path: of the file.
        about: what it says of itself.
        packages: entries by name.
        key: that seals it; it must not be empty.
    """
    with closing(sqlite3.connect(path)) as store, store:
        store.executescript(_TABLES)
        store.executemany("INSERT INTO about VALUES (?, ?)", about.written().items())
        rows = (_row(name, entries) for name, entries in sorted(packages.items()))
        store.executemany("INSERT INTO packages VALUES (?, ?, ?)", rows)
        store.execute("INSERT INTO about VALUES ('seal', ?)", (_seal(store, key),))


def _seal(store: sqlite3.Connection, key: bytes) -> str:
    """Return 64 hex digits over all that the file says of itself, and every name and digest."""
    seal = hmac.new(key, b"gatekeeper advisories\0", hashlib.sha256)
    query = "SELECT key, value FROM about WHERE key != 'seal' ORDER BY key"
    for row in store.execute(query):
        seal.update(json.dumps(row).encode())
    for name, digest in store.execute("SELECT name, digest FROM packages ORDER BY name"):
        seal.update(digest + name.encode() + b"\0")
    return seal.hexdigest()


def _row(name: str, entries: Iterable[Entry]) -> tuple[str, bytes, bytes]:
    body = json.dumps([entry.written() for entry in entries], separators=(",", ":")).encode()
    return name, _digest(body), body


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()


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
            query = "SELECT digest, body FROM packages WHERE name = ?"
            found = self._store.execute(query, (name,)).fetchone()
            return _entries(*found) if found else ()
        except _BROKEN:
            raise _damaged() from None

    def verify(self) -> None:
        """Read every row. Raises EvidenceError when one is damaged."""
        try:
            for row in self._store.execute("SELECT digest, body FROM packages"):
                _entries(*row)
        except _BROKEN:
            raise _damaged() from None


def _entries(digest: bytes, body: bytes) -> tuple[Entry, ...]:
    if _digest(body) != digest:
        raise ValueError("a row that is not as it was written")
    return tuple(map(from_written, json.loads(body)))


@contextmanager
def opened(path: Path, key: bytes) -> Iterator[Index]:
    """Open a database for reading.

    Raises:
        EvidenceError: it is damaged, of another format, or sealed with another key.
    """
    try:
        store = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        raise _damaged() from None
    with closing(store):
        about = _about(store, key)
        yield Index(about, ECOSYSTEMS[about.ecosystem], store)


def _about(store: sqlite3.Connection, key: bytes) -> About:
    try:
        told: dict[str, Any] = dict(store.execute("SELECT key, value FROM about"))
        about, sealed = _read(told), told["seal"]
        is_ours = bool(key) and hmac.compare_digest(sealed, _seal(store, key))
    except _BROKEN:
        raise _damaged() from None
    if not is_ours:
        raise EvidenceError(_NOT_OURS, _RESEAL)
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
