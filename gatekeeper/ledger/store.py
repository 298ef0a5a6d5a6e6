"""The ledger's store: SQLite by default, PostgreSQL for a team; the URL decides.

SQLite runs with a write-ahead log, `synchronous=FULL` and `BEGIN IMMEDIATE`: one writer at a
time, and what was recorded survives a loss of power. Wherever it is kept, the row that holds the
head is compared and set in the same transaction as the entry.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from gatekeeper.ledger.chain import Head, Verification, verify
from gatekeeper.ledger.entry import GENESIS, Draft, Entry, seal
from gatekeeper.ledger.errors import LedgerError, RevisionConflictError, remedy, reused

if TYPE_CHECKING:
    from sqlalchemy import URL

_WAIT = 30.0
# seconds; a roll-back must not wait for long to be recorded
_CONNECT = 2
_MOST = 2**53
_AT_ONCE = 10_000
# of SQLite: the mode of its URL, how a transaction begins, and what is set on each connection
_READING = ("ro", "BEGIN", ())
_WRITING = ("rwc", "BEGIN IMMEDIATE", ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"))
# any number, the same for all who make this ledger
_LOCK = 7_305_441_822
_META = MetaData()
_ENTRIES = Table(
    "ledger_entries",
    _META,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("stream", String(200), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("at", String(40), nullable=False),
    Column("operation_id", String(200), nullable=False, unique=True),
    Column("previous", String(80), nullable=False),
    Column("digest", String(80), nullable=False),
    UniqueConstraint("stream", "revision"),
)
_HEAD = Table(
    "ledger_head",
    _META,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("digest", String(80), nullable=False),
)


class Ledger:
    """An append-only, hash-chained list of entries, grouped in streams."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, root: Path, *, create: bool = False) -> Ledger:
        """Open the ledger at `url`.

        Args:
            url: an SQLAlchemy URL; a file of SQLite is found from `root`.
            root: the tree.
            create: True to write and to make it where there is none; else it is read-only.

        Raises:
            LedgerError: it is missing or cannot be opened.
        """
        try:
            parsed = make_url(url)
            engine = _sqlite(parsed, root, create) if _is_file(parsed) else _server(parsed)
        except (ArgumentError, ImportError) as error:
            raise LedgerError("the ledger's URL cannot be used", _URL_STEP) from error
        ledger = cls(engine)
        if create:
            ledger._create()
        return ledger

    def append(
        self, draft: Draft, *, expect_revision: int, whatever_the_clock: bool = False
    ) -> Entry:
        """Record a draft as the next entry of its stream.

        A draft whose operation id is recorded already changes nothing: its entry is returned.

        Args:
            draft: what to record.
            expect_revision: the stream's revision that the decision was made on; 0 for none.
            whatever_the_clock: True to date it like the last entry where the clock is behind that.

        Raises:
            RevisionConflictError: the stream has moved on; nothing was recorded.
            LedgerError: the ledger cannot be written, or its clock would run backwards.
        """
        with self._transaction() as connection:
            head = _head(connection, lock=True)
            known = _find(connection, draft.operation_id)
            if known is not None:
                return _same(known, draft)
            _must_not_have_moved_on(connection, draft.stream, expect_revision)
            entry = seal(draft, head.sequence + 1, expect_revision + 1, head.digest)
            last = _last(connection, head)
            if whatever_the_clock:
                entry = _dated(entry, draft, last)
            _must_not_run_backwards(entry, last)
            _write(connection, head, entry)
            return entry

    def entries(self, stream: str | None = None) -> tuple[Entry, ...]:
        """Return the entries of one stream, or all of them, in order."""
        query = select(_ENTRIES).order_by(_ENTRIES.c.sequence)
        if stream is not None:
            query = query.where(_ENTRIES.c.stream == stream)
        with self._transaction() as connection:
            return tuple(_entry(row) for row in connection.execute(query))

    def find(self, operation_id: str) -> Entry | None:
        """Return the entry that this operation led to."""
        with self._transaction() as connection:
            return _find(connection, operation_id)

    def verify(self) -> Verification:
        """Walk the whole chain and name every entry that was edited, removed or moved."""
        with self._transaction() as connection:
            return verify(lambda: _stream(connection), _head(connection))

    def _create(self) -> None:
        with self._transaction() as connection:
            if connection.dialect.name == "postgresql":
                # two that make it at once would get in each other's way
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            _META.create_all(connection)
            if connection.execute(select(_HEAD.c.id)).first() is None:
                connection.execute(insert(_HEAD).values(id=1, sequence=0, digest=GENESIS))

    @property
    def _is_file(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None)
            detail = f"{type(cause or error).__name__}: {cause or 'see the URL'}"
            step = remedy(cause, _BROKEN_STEP if self._is_file else _SERVER_STEP)
            raise LedgerError(f"the ledger cannot be used ({detail})", step) from error


def exists(url: str, root: Path) -> bool:
    """Return False for a file of SQLite that is missing; True for anything else."""
    file = file_of(url, root)
    return file is None or file.is_file()


def file_of(url: str, root: Path) -> Path | None:
    """Return the file of SQLite that the URL names; None for anything else."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise LedgerError("the ledger's URL cannot be used", _URL_STEP) from error
    return root / str(parsed.database) if _is_file(parsed) else None


_URL_STEP = "write `ledger:` as sqlite:///PATH or postgresql://…"
_SERVER_STEP = (
    "see that the ledger's server runs, answers and lets this user in; "
    "`gatekeeper feature reconcile KEY` records later what was turned off meanwhile"
)
_BROKEN_STEP = "restore the ledger from a backup; what it recorded cannot be derived again"


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and bool(url.database)


def _sqlite(url: URL, root: Path, create: bool) -> Engine:
    path = root / str(url.database)
    if create:
        _make_folder(path.parent)
    elif not path.is_file():
        raise LedgerError(f"there is no ledger at {url.database}", "see `ledger:` in the policy")
    mode, begin, pragmas = _WRITING if create else _READING
    address = f"{path.resolve().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=_WAIT, isolation_level=None)
        for pragma in pragmas:
            connection.execute(pragma)
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    # the driver would begin too late, after the first read: two writers could decide on the same
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _server(url: URL) -> Engine:
    """Return the engine of a database server, which is given little time to answer at all."""
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    given = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT}
    return create_engine(url, poolclass=NullPool, connect_args=given)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"the ledger's folder cannot be made ({error.strerror})"
        raise LedgerError(reason, "see `ledger:` in the policy") from error


def _stream(connection: Connection) -> Iterator[Entry]:
    """Yield every entry in order, without holding them all."""
    query = select(_ENTRIES).order_by(_ENTRIES.c.sequence)
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query)
    yield from map(_entry, rows)


def _entry(row: Any) -> Entry:
    entry = Entry(*row)
    # must be what this store writes: SQLite keeps any type in any column
    if not _is_sound(entry):
        raise LedgerError(f"the ledger's entry {entry.sequence} cannot be read", _BROKEN_STEP)
    return entry


def _is_sound(entry: Entry) -> bool:
    return _is_number(entry.sequence) and _is_number(entry.revision) and _is_text(entry)


def _is_number(value: object) -> bool:
    return type(value) is int and 0 < value < _MOST


def _is_text(entry: Entry) -> bool:
    texts = (entry.stream, entry.kind, entry.body, entry.actor, entry.at)
    marks = (entry.operation_id, entry.previous, entry.digest)
    return set(map(type, (*texts, *marks))) == {str}


def _head(connection: Connection, *, lock: bool = False) -> Head:
    query = select(_HEAD.c.sequence, _HEAD.c.digest).where(_HEAD.c.id == 1)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise LedgerError("the ledger has lost its head", _BROKEN_STEP)
    return Head(row.sequence, row.digest)


def _find(connection: Connection, operation_id: str) -> Entry | None:
    query = select(_ENTRIES).where(_ENTRIES.c.operation_id == operation_id)
    row = connection.execute(query).first()
    return None if row is None else _entry(row)


def _same(known: Entry, draft: Draft) -> Entry:
    if not known.says(draft):
        raise reused(draft.operation_id)
    return known


def _must_not_have_moved_on(connection: Connection, stream: str, expected: int) -> None:
    """Hold a stream against the revision that whoever decided has seen."""
    query = select(func.max(_ENTRIES.c.revision)).where(_ENTRIES.c.stream == stream)
    revision = connection.execute(query).scalar() or 0
    if revision != expected:
        raise RevisionConflictError(
            f"{stream} is at revision {revision}, and the decision was made on "
            f"revision {expected}: somebody else was faster",
            "look at what changed and decide again",
        )


def _last(connection: Connection, head: Head) -> str:
    """Return when the last entry was recorded; empty when there is none."""
    query = select(_ENTRIES.c.at).where(_ENTRIES.c.sequence == head.sequence)
    return connection.execute(query).scalar() or ""


def _dated(entry: Entry, draft: Draft, last: str) -> Entry:
    """Return the entry, dated like the last one where its clock is behind that."""
    if entry.at >= last:
        return entry
    dated = replace(draft, at=datetime.fromisoformat(last))
    return seal(dated, entry.sequence, entry.revision, entry.previous)


def _must_not_run_backwards(entry: Entry, last: str) -> None:
    if entry.at < last:
        raise LedgerError(
            f"the clock runs backwards: it says {entry.at}, the last entry is of {last}",
            "set this machine's clock; soak cannot be counted on it",
        )


def _write(connection: Connection, head: Head, entry: Entry) -> None:
    values = {field.name: getattr(entry, field.name) for field in fields(Entry)}
    connection.execute(insert(_ENTRIES).values(values))
    moved = connection.execute(
        update(_HEAD)
        .where(_HEAD.c.id == 1, _HEAD.c.sequence == head.sequence)
        .values(sequence=entry.sequence, digest=entry.digest)
    )
    if moved.rowcount != 1:
        raise RevisionConflictError("somebody else wrote at the same time", "try again")
