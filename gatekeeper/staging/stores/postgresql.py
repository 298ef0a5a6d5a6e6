"""PostgreSQL: one read-only REPEATABLE READ transaction, every relation of the catalog.

`information_schema` hides what a role has no grant for, and row-level security hides rows: the
list comes from `pg_class`, and `row_security` is off, which turns hidden rows into an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gatekeeper.core.errors import EvidenceError, GatekeeperError, NotAuthorisedError
from gatekeeper.staging.stores import postgresql_catalog as catalog
from gatekeeper.staging.stores.adbc import Link, linked
from gatekeeper.staging.stores.address import Address
from gatekeeper.staging.stores.interface import Column, StoreObject

if TYPE_CHECKING:
    import pyarrow as pa

_CONNECT_SECONDS = 10
_MAX_MILLISECONDS = 2**31 - 1
_GRANT = "grant the role SELECT on it, with BYPASSRLS where row-level security is on"
_AGAIN = "look at the server's log, then scan again"


class _Fault(NamedTuple):
    """What the server can answer to a statement: SQLSTATE (or how it begins), words, meaning."""

    sqlstate: str
    phrase: str
    reason: str
    next_step: str


class _Refusal(NamedTuple):
    """What can keep the connection from being made: words or an SQLSTATE, and the error."""

    phrases: tuple[str, ...]
    error: type[EvidenceError]
    reason: str
    next_step: str


_FAULTS = (
    _Fault("42501", "permission denied", "the role may not read it", _GRANT),
    _Fault("42501", "row-level security", "row-level security hides rows from this role",
           "let a role with BYPASSRLS scan, or the tables' owner"),
    _Fault("57014", "statement timeout", "the server gave up after the time limit",
           "give the gate a longer deadline, or look for what slows the query down"),
    _Fault("55P03", "lock timeout", "another session holds it locked", "try again when it is free"),
    _Fault("42P01", "does not exist", "it was dropped or renamed during the scan", "scan again"),
    _Fault("57P", "terminating connection", "the server ended the connection", _AGAIN),
    _Fault("08", "server closed the connection", "the connection to the server broke", _AGAIN),
    _Fault("25P02", "transaction is aborted", "an earlier statement broke the transaction", _AGAIN),
)  # fmt: skip
_REFUSALS = (
    _Refusal(
        ("sqlstate 28", "password authentication failed", "no password supplied",
         "authentication failed", "pg_hba.conf"),
        NotAuthorisedError,
        "the server refused the user name or password",
        "set the store's URL to a role that may log in and read every table",
    ),
    _Refusal(
        ("does not exist",), EvidenceError,
        "the server knows no such database or role",
        "mend the store's URL in the environment",
    ),
    _Refusal(
        ("refused", "could not translate", "timeout expired", "no such file", "no route",
         "timed out", "unreachable"),
        EvidenceError,
        "no server answers there",
        "start it, or mend host and port in the store's URL",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostgresqlSession:
    """See `interface.Session`."""

    link: Link
    server: str
    remaining: Callable[[], float]

    def objects(self) -> tuple[StoreObject, ...]:
        """Every relation that is not PostgreSQL's own, and its large objects."""
        listed = catalog.relations(self._rows(catalog.RELATIONS), self._rows(catalog.COLUMNS))
        (large,) = self._rows(catalog.LARGE_OBJECTS)[0]
        return (*listed, *catalog.large_objects(large))

    def count(self, item: StoreObject) -> int:
        """See `interface.Session`."""
        count = int(self._rows(f"SELECT count(*) FROM {item.source}")[0][0])  # noqa: S608 (quoted)
        if not count and not self._rows(catalog.still_there(item)):
            raise EvidenceError("it was rewritten or replaced during the scan", "scan again")
        return count

    def read(self, item: StoreObject, columns: Sequence[Column]) -> Iterator[pa.RecordBatch]:
        """See `interface.Session`."""
        import pyarrow as pa

        names = [column.name for column in columns]
        select = ", ".join(chain.from_iterable(column.select for column in columns))
        with self._savepoint():
            for batch in self.link.batches(f"SELECT {select} FROM {item.source}"):  # noqa: S608 (quoted)
                yield pa.RecordBatch.from_arrays(batch.columns, names=names)

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self._savepoint():
            return self.link.rows(statement)

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        """Keep the transaction, and so the snapshot, alive when one object cannot be read.

        Always rolled back: a view's function must not change a setting for what is read next.
        """
        milliseconds = min(max(1, int(self.remaining() * 1000)), _MAX_MILLISECONDS)
        self.link.rows("SAVEPOINT object")
        try:
            self.link.rows(f"SET LOCAL statement_timeout = {milliseconds}")
            yield
        except GatekeeperError:
            with suppress(GatekeeperError):  # what broke first is what counts
                self._undo()
            raise
        self._undo()

    def _undo(self) -> None:
        self.link.rows("ROLLBACK TO SAVEPOINT object")
        self.link.rows("RELEASE SAVEPOINT object")


@contextmanager
def open_postgresql(
    address: Address, root: Path, remaining: Callable[[], float]
) -> Iterator[PostgresqlSession]:
    """Connect; the folder is not used."""
    del root
    with linked(lambda: _connect(address.url), _explain_connecting) as connected:
        link = Link(connected.handle, _explain)
        for statement in (
            # what the database's own schemas call `format` or `abs` must not stand in for the real
            "SET search_path = pg_catalog, pg_temp",
            "SET client_encoding = 'UTF8'",
            "SET row_security = off",
            # what a database or role can set for itself must not cut digits off or change quoting
            "SET extra_float_digits = 1",
            "SET standard_conforming_strings = on",
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ):
            link.rows(statement)
        version = link.rows("SELECT current_setting('server_version')")[0][0]
        yield PostgresqlSession(link, f"PostgreSQL {version}", remaining)


def _connect(url: str) -> object:
    from adbc_driver_postgresql import dbapi

    separator = "&" if "?" in url else "?"
    limit = "" if "connect_timeout=" in url else f"{separator}connect_timeout={_CONNECT_SECONDS}"
    return dbapi.connect(url + limit, autocommit=True)


def _explain(sqlstate: str, message: str) -> GatekeeperError:
    """Name a fault by its SQLSTATE and a phrase, by either where the other tells nothing."""
    for fault in _fitting(sqlstate, message.lower()):
        return EvidenceError(fault.reason, fault.next_step)
    named = f" (SQLSTATE {sqlstate})" if sqlstate else ""
    return EvidenceError(
        f"the server could not answer{named}",
        "look at the server's log, or exclude it in the policy with a reason",
    )


def _fitting(sqlstate: str, text: str) -> Iterator[_Fault]:
    """Yield the faults that this can be, the likeliest first."""
    by_state = _of_state(sqlstate)
    yield from (fault for fault in (by_state if sqlstate else _FAULTS) if fault.phrase in text)
    yield from by_state


def _of_state(sqlstate: str) -> list[_Fault]:
    return [fault for fault in _FAULTS if sqlstate.startswith(fault.sqlstate)]


def _explain_connecting(sqlstate: str, message: str) -> GatekeeperError:
    """Name what kept the connection from being made."""
    text = f"sqlstate {sqlstate} {message}".lower()
    for refusal in _REFUSALS:
        if any(phrase in text for phrase in refusal.phrases):
            return refusal.error(refusal.reason, refusal.next_step)
    return EvidenceError(
        "the connection could not be made", "try the same URL with psql and see why"
    )
