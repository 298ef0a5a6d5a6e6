"""What a store has to do: list everything, count it, stream it as Arrow record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gatekeeper.staging.stores.address import Address

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Column:
    """One column that the server lists.

    Attributes:
        name: as the server spells it.
        type: as the server spells it.
        unread: why it cannot be scanned; empty when it can.
        next_step: what to do about that.
        select: what to select so that it comes as text or bytes; the store's own business.
    """

    name: str
    type: str
    unread: str = ""
    next_step: str = ""
    select: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreObject:
    """One thing that the server lists.

    Attributes:
        name: as a policy names it, e.g. `public.orders`.
        kind: `table`, `view`, …
        source: how the store itself names it in a query.
        columns: in the server's order.
        accounted: why it holds no values of its own; empty when it must be read.
        definition: of a view that is accounted for: its text is scanned, for a view can hold
            values as literals.
        unread: why it cannot be read; empty when it can.
        next_step: what to do about that.
    """

    name: str
    kind: str
    source: str = ""
    columns: tuple[Column, ...] = ()
    accounted: str = ""
    definition: str = ""
    unread: str = ""
    next_step: str = ""


class Session(Protocol):
    """An open, read-only connection that sees one snapshot of the store.

    Every method raises `GatekeeperError` when the server does not answer in full. After that the
    session can be used for another object, unless the connection is gone.
    """

    @property
    def server(self) -> str:
        """Product and version."""

    def objects(self) -> tuple[StoreObject, ...]:
        """Everything the server lists, whether this role may read it or not."""

    def count(self, item: StoreObject) -> int:
        """The number of its rows, by the server's own count."""

    def read(self, item: StoreObject, columns: Sequence[Column]) -> Iterator[pa.RecordBatch]:
        """Stream these columns of every row, as strings, or binary for what may be no text.

        A column can come in several parts, all of its name.
        """


# Opens a session on an address; relative paths start at the folder, and no statement may take
# longer than the seconds that the function says are left.
Opener = Callable[[Address, Path, Callable[[], float]], AbstractContextManager[Session]]
