"""What the stores that are read over ADBC share: one connection, and errors in our own words.

A driver's messages are never passed on: they quote data, and parts of passwords.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatekeeper.core.errors import GatekeeperError

if TYPE_CHECKING:
    import pyarrow as pa

    Explain = Callable[[str, str], GatekeeperError]


@dataclass(frozen=True, slots=True)
class Link:
    """A connection.

    Attributes:
        handle: the ADBC connection.
        explain: turns an SQLSTATE (may be empty) and a driver's message into an error that can
            be shown.
    """

    handle: Any
    explain: Explain

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement and return what it answers, if anything."""
        with _translated(self.explain), closing(self.handle.cursor()) as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def batches(self, statement: str) -> Iterator[pa.RecordBatch]:
        """Run a query and stream its rows."""
        with _translated(self.explain), closing(self.handle.cursor()) as cursor:
            cursor.execute(statement)
            yield from cursor.fetch_record_batch()


@contextmanager
def linked(connect: Callable[[], Any], explain: Explain) -> Iterator[Link]:
    """Connect, and close the connection in the end."""
    with _translated(explain):
        handle = connect()
    with closing(handle):
        yield Link(handle, explain)


@contextmanager
def _translated(explain: Explain) -> Iterator[None]:
    import pyarrow as pa
    from adbc_driver_manager import Error

    try:
        yield
    except (Error, pa.ArrowException, OSError, UnicodeError) as error:
        # `from None`: the driver's words must not reach a traceback either
        raise explain(getattr(error, "sqlstate", None) or "", str(error)) from None


def quoted(name: str) -> str:
    """Return an SQL identifier that means exactly this name."""
    return '"' + name.replace('"', '""') + '"'
