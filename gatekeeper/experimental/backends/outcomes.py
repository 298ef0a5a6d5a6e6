"""How requests went, for each context that met a flag in one: noted first, written in batches."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

_TABLE = """
CREATE TABLE IF NOT EXISTS outcomes (
    environment TEXT NOT NULL, flag TEXT NOT NULL, context BLOB NOT NULL,
    variation INTEGER NOT NULL, version INTEGER NOT NULL,
    last_seen REAL NOT NULL, last_failed REAL,
    PRIMARY KEY (environment, flag, context, variation, version)
) STRICT, WITHOUT ROWID
"""
_WRITE = """
INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    last_seen = max(last_seen, excluded.last_seen),
    last_failed = coalesce(max(last_failed, excluded.last_failed), last_failed,
        excluded.last_failed)
"""


@dataclass(frozen=True, slots=True)
class Served:
    """What a context met.

    Attributes:
        flag: its key.
        variation: index of the arm.
        context: key of the unit.
        version: of the flag.
    """

    flag: str
    variation: int
    context: str
    version: int


@dataclass(slots=True)
class Request:
    """One request under way.

    Attributes:
        served: what contexts met in it.
        bad: True once it is known that it failed.
    """

    served: set[Served] = field(default_factory=set)
    bad: bool = False

    def failed(self) -> None:
        """Say that it failed, where no exception does."""
        self.bad = True


@dataclass(slots=True)
class Outcomes:
    """The latest of each context: when it was heard of, and when it failed last."""

    seen: dict[Served, float] = field(default_factory=dict)
    failed: dict[Served, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.seen)

    def write(self, connection: sqlite3.Connection, environment: str, secret: bytes) -> None:
        """Add them to the table."""
        # a file that an older version made has no such table yet
        connection.execute(_TABLE)
        rows = [
            (
                environment,
                one.flag,
                hashed(secret, one.context),
                one.variation,
                one.version,
                at,
                self.failed.get(one),
            )
            for one, at in self.seen.items()
        ]
        connection.executemany(_WRITE, rows)


class Requests:
    """Every request under way, and how those went that have ended since the last writing."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._now: ContextVar[Request | None] = ContextVar("gatekeeper-request", default=None)
        self._held = Outcomes()
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[Request]:
        """Follow one request to its end."""
        request = Request()
        token = self._now.set(request)
        try:
            yield request
        except BaseException:
            request.failed()
            raise
        finally:
            self._now.reset(token)
            self._end(request)

    def serve(self, served: Served) -> None:
        """Note what a context met in the request under way, if there is one."""
        request = self._now.get()
        if request is not None:
            request.served.add(served)

    def take(self) -> Outcomes:
        """Hand over what was noted."""
        with self._lock:
            held, self._held = self._held, Outcomes()
        return held

    def give_back(self, outcomes: Outcomes) -> None:
        """Take back what could not be written; whatever came since is newer."""
        with self._lock:
            self._held = Outcomes(
                outcomes.seen | self._held.seen, outcomes.failed | self._held.failed
            )

    def _end(self, request: Request) -> None:
        at = self._clock()
        with self._lock:
            for one in request.served:
                self._held.seen[one] = at
                if request.bad:
                    self._held.failed[one] = at


def hashed(secret: bytes, context: str) -> bytes:
    """Return what stands for a context: nobody without the secret can tell who it is."""
    return hashlib.blake2b(context.encode(), key=secret, digest_size=16).digest()
