"""Results that can be computed again, kept between runs, and believed only where we wrote them.

Whoever can write to the cache folder (a job of the change under judgement, a restored CI cache)
must not be able to turn a finding into a pass. So every entry carries a seal: an HMAC over its name
and its body with a key that is kept elsewhere. An entry that is forged, moved to another name, cut
short or damaged is no entry, and the work is done again. Without a key nothing is kept at all.

The key belongs only to runs of a gatekeeper that the change cannot alter: who holds it can forge.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

FILE = "results-1.sqlite"
_TABLE = (
    "CREATE TABLE entry (name BLOB PRIMARY KEY, seal BLOB NOT NULL, body BLOB NOT NULL,"
    " used INTEGER NOT NULL) WITHOUT ROWID"
)
# Bytes. What is larger was not written here, and is not read into memory to find that out.
_LARGEST = 4_000_000
_LARGEST_FILE = 2_000_000_000
_AT_ONCE = 500
# Days after which an entry that nobody asked for is dropped.
_KEPT = 30
_BUSY = 2.0


class Results:
    """Bytes by name; a name is the digest (32 bytes) of everything that the bytes depend on."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._path = folder / FILE
        self._key = key

    def get(self, names: Collection[bytes]) -> dict[bytes, bytes]:
        """Return the entries that are there and that we wrote."""
        if not self._key or not names or not self._path.is_file():
            return {}
        return self._use(lambda database: dict(self._read(database, [*names]))) or {}

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep these entries; a cache that cannot be written to is none, and no harm is done."""
        today = _today()
        rows = [(name, self._seal(name, body), body, today) for name, body in entries.items()]
        if self._key and rows:
            with suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
            self._use(lambda database: _write(database, rows, today))

    def _read(
        self, database: sqlite3.Connection, names: list[bytes]
    ) -> Iterator[tuple[bytes, bytes]]:
        for start in range(0, len(names), _AT_ONCE):
            for name, seal, body in _rows(database, names[start : start + _AT_ONCE]):
                if hmac.compare_digest(seal, self._seal(name, body)):
                    yield name, body

    def _seal(self, name: bytes, body: bytes) -> bytes:
        return hmac.digest(self._key, len(name).to_bytes(4) + name + body, "sha256")

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Open the file for some work; one that is not what we write is removed."""
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY)) as database, database:
                _require_ours(database, self._path)
                return work(database)
        except sqlite3.OperationalError:
            return None  # busy, read-only, no room: this run does without
        except (sqlite3.Error, OSError, OverflowError, UnicodeDecodeError):
            with suppress(OSError):
                self._path.unlink()
            return None


def named(*parts: str) -> bytes:
    """Return the name of what depends on these parts, and on nothing else."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        total.update(len(data).to_bytes(8) + data)
    return total.digest()


def _rows(database: sqlite3.Connection, names: list[bytes]) -> list[tuple[bytes, bytes, bytes]]:
    """Return name, seal and body of these entries, and note that they are still wanted."""
    where = f"name IN ({','.join('?' * len(names))})"  # question marks, one a name
    asked = f"SELECT name, seal, body FROM entry WHERE {where} AND length(body) <= {_LARGEST}"  # noqa: S608
    rows = database.execute(asked, names).fetchall()
    wanted = f"UPDATE entry SET used = ? WHERE used < ? AND {where}"  # noqa: S608
    database.execute(wanted, (_today(), _today(), *names))
    # SQLite does not hold a column to its type
    return [row for row in rows if all(isinstance(value, bytes) for value in row)]


def _write(database: sqlite3.Connection, rows: Iterable[tuple[object, ...]], today: int) -> None:
    database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", rows)
    database.execute("DELETE FROM entry WHERE used < ?", (today - _KEPT,))


def _require_ours(database: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that holds more than our table: a view or a trigger in its place is code.

    Raises:
        sqlite3.DatabaseError: it is none of ours.
    """
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA synchronous = OFF")  # what a power cut damages has no valid seal
    held = database.execute("SELECT sql FROM sqlite_master").fetchall()
    if not held:
        database.execute(_TABLE)
    elif held != [(_TABLE,)] or path.stat().st_size > _LARGEST_FILE:
        raise sqlite3.DatabaseError("not the cache that we write")


def _today() -> int:
    """Return the day, as a number; it decides only what is dropped."""
    return int(time.time() // 86_400)
