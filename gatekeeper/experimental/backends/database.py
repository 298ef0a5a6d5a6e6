"""The embedded backend's SQLite file: its tables and how it is opened."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

HAS_OUTCOMES = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'outcomes'"
_WAIT = 30.0
_TABLES = """
CREATE TABLE IF NOT EXISTS flags (
    environment TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
    document TEXT NOT NULL, operation_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (environment, key)
) STRICT;
CREATE TABLE IF NOT EXISTS exposures (
    environment TEXT NOT NULL, flag TEXT NOT NULL, variation INTEGER NOT NULL,
    context BLOB NOT NULL, last_seen REAL NOT NULL,
    PRIMARY KEY (environment, flag, variation, context)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""


def create(path: Path) -> None:
    """Make the file and its tables where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_connect(path, "rwc")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(_TABLES)
        connection.execute(
            "INSERT OR IGNORE INTO secrets VALUES ('context-key', ?)", (secrets.token_bytes(32),)
        )


def context_key(path: Path) -> bytes:
    """Return the key under which contexts are hashed in this file."""
    with reading(path) as connection:
        row = connection.execute("SELECT value FROM secrets WHERE name='context-key'").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("the key of the context hashes is missing")
    return bytes(row[0])


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open for reading; a missing file is an error and is not made."""
    with closing(_connect(path, "ro")) as connection:
        yield connection


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open one write transaction, committed on leaving and rolled back on an exception."""
    with closing(_connect(path, "rw")) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            yield connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=_WAIT, isolation_level=None)
