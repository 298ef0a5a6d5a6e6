"""SQLite files: opened read only, never created, read in one transaction.

Any cell can hold any type, whatever its column says. So every cell is asked for as text, and a
column that holds byte strings is read a second time for those alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from gatekeeper.core.errors import EvidenceError, GatekeeperError
from gatekeeper.staging.stores.adbc import Link, linked, quoted
from gatekeeper.staging.stores.address import Address
from gatekeeper.staging.stores.interface import Column, StoreObject

if TYPE_CHECKING:
    import pyarrow as pa

_HIDDEN_ARGUMENT = 1  # of a virtual table: takes part in queries, holds nothing
_VIEW = "a view: its definition was scanned, and the tables it reads are listed themselves"
_FAULTS = (
    ("not a database", "the file is no SQLite database", "look at what made the file"),
    ("malformed", "the file is damaged or cut off", "build or restore it again"),
    ("disk i/o", "the file could not be read to its end", "look at the disk, then try again"),
    ("locked", "another program holds the file locked", "try again when nothing writes to it"),
    ("unable to open", "the file cannot be opened", "let the user who runs this read it"),
    ("codec can't decode", "a name in its schema is no UTF-8 text", "rename what bears it"),
    ("readonly", "a write to it was cut off, and its journal is still to be played back",
     "open it once with the program that writes it"),
    ("no such module", "it needs an SQLite extension that is not loaded here",
     "exclude it in the policy with the reason, if the tables it stands for are read"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SqliteSession:
    """See `interface.Session`."""

    link: Link
    server: str

    def objects(self) -> tuple[StoreObject, ...]:
        """Every table and view, virtual and internal ones included."""
        listed = self.link.rows(
            "SELECT l.name, l.type, coalesce(s.sql, '') FROM pragma_table_list AS l "
            "LEFT JOIN sqlite_schema AS s ON s.name = l.name AND s.type IN ('table', 'view') "
            "WHERE l.schema = 'main' AND l.name NOT IN ('sqlite_schema', 'sqlite_master') "
            "ORDER BY l.name"
        )
        return tuple(self._object(name, kind, sql) for name, kind, sql in listed)

    def count(self, item: StoreObject) -> int:
        """See `interface.Session`."""
        return int(self.link.rows(f"SELECT count(*) FROM {item.source}")[0][0])  # noqa: S608 (quoted)

    def read(self, item: StoreObject, columns: Sequence[Column]) -> Iterator[pa.RecordBatch]:
        """See `interface.Session`."""
        import pyarrow as pa

        # first the text and numbers of every column, then the byte strings of those with any
        holding = self._holding_bytes(item, columns)
        parts = [(c.name, c.select[0]) for c in columns] + [(c.name, c.select[1]) for c in holding]
        names, expressions = zip(*parts, strict=True)
        statement = f"SELECT {', '.join(expressions)} FROM {item.source}"  # noqa: S608 (quoted)
        for batch in self.link.batches(statement):
            yield pa.RecordBatch.from_arrays(batch.columns, names=names)

    def _object(self, name: str, kind: str, sql: str) -> StoreObject:
        if kind == "view":
            return StoreObject(name, kind, accounted=_VIEW, definition=sql)
        named = "table" if kind == "table" else f"{kind} table"
        try:
            columns = self._columns(name)
        except GatekeeperError as error:
            return StoreObject(name, named, unread=error.reason, next_step=error.next_step)
        return StoreObject(name, named, quoted(name), columns)

    def _columns(self, name: str) -> tuple[Column, ...]:
        literal = "'" + name.replace("'", "''") + "'"
        listed = self.link.rows(
            f"SELECT name, type FROM pragma_table_xinfo({literal}) "  # noqa: S608 (quoted)
            f"WHERE hidden <> {_HIDDEN_ARGUMENT}"
        )
        return tuple(
            Column(column, kind.lower() or "any", select=_expressions(column))
            for column, kind in listed
        )

    def _holding_bytes(self, item: StoreObject, columns: Sequence[Column]) -> list[Column]:
        flags = ", ".join(f"max(typeof({quoted(c.name)}) = 'blob')" for c in columns)
        (found,) = self.link.rows(f"SELECT {flags} FROM {item.source}")  # noqa: S608 (quoted)
        return list(compress(columns, found))


def _expressions(name: str) -> tuple[str, str]:
    """Return what to select for a column's text and numbers, and for its byte strings.

    Never null, so that the driver, which guesses types from the first rows, guesses right. A
    whole number that is kept as a real would lose its last digits as text.
    """
    cell = quoted(name)
    whole = f"abs({cell}) < 9e18 AND {cell} = CAST({cell} AS INTEGER)"
    real = f"CASE WHEN {whole} THEN CAST(CAST({cell} AS INTEGER) AS TEXT) ELSE {cell} END"
    text = (
        f"CAST(CASE typeof({cell}) WHEN 'null' THEN '' WHEN 'blob' THEN '' "
        f"WHEN 'real' THEN {real} ELSE {cell} END AS TEXT)"
    )
    return text, f"CASE typeof({cell}) WHEN 'blob' THEN {cell} ELSE x'' END"


@contextmanager
def open_sqlite(
    address: Address, root: Path, remaining: Callable[[], float]
) -> Iterator[SqliteSession]:
    """Open a file; `remaining` is not used: SQLite has no server that could be told a limit."""
    del remaining
    path = root / address.path
    if not path.is_file():
        raise EvidenceError(
            "there is no such file",
            "build or restore it first, or mend the path in the policy (it starts at the root)",
        )
    with linked(lambda: _connect(path), _explain) as link:
        # an extension or a schema from elsewhere must not run code while it is read
        link.rows("PRAGMA trusted_schema = OFF")
        link.rows("BEGIN")
        version = link.rows("SELECT sqlite_version(), count(*) FROM sqlite_schema")[0][0]
        _refuse_cut_off(path, link)
        yield SqliteSession(link, f"SQLite {version}")


def _refuse_cut_off(path: Path, link: Link) -> None:
    """SQLite takes what is missing of the last page for zeros, and says nothing."""
    page_size = link.rows("PRAGMA page_size")[0][0]
    if path.stat().st_size % page_size:
        raise EvidenceError("the file is damaged or cut off", "build or restore it again")


def _connect(path: Path) -> object:
    from adbc_driver_sqlite import dbapi

    # not `immutable`: that would leave out what still stands in the write-ahead log
    return dbapi.connect(f"file:{quote(str(path.absolute()))}?mode=ro", autocommit=True)


def _explain(_sqlstate: str, message: str) -> GatekeeperError:
    for sign, reason, next_step in _FAULTS:
        if sign in message.lower():
            return EvidenceError(reason, next_step)
    return EvidenceError("SQLite could not read it", "open it with the sqlite3 shell and see why")
