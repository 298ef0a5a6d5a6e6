"""The embedded backend: flags in an SQLite file, read by the real LaunchDarkly SDK.

It needs no account and no server. Applications call `client` and evaluate flags as they would
with LaunchDarkly; distinct contexts are counted into the same file, as keyed hashes.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rfc8785

from gatekeeper.core.digest import canonical
from gatekeeper.experimental.backends import database
from gatekeeper.experimental.backends.document import (
    CONTROL,
    EXPERIMENTAL,
    configuration,
    document,
)
from gatekeeper.experimental.backends.interface import (
    BackendError,
    Capabilities,
    ConflictError,
    Plan,
    Span,
    Window,
)
from gatekeeper.experimental.configuration import (
    Configuration,
    Counts,
    Fared,
    Observed,
    differences,
)
from gatekeeper.experimental.statistics.tally import Arm
from gatekeeper.ledger.errors import remedy

if TYPE_CHECKING:
    from gatekeeper.experimental.backends.sdk import EmbeddedClient

_FARED = """
SELECT variation, count(DISTINCT context),
    count(DISTINCT CASE WHEN last_failed > :since AND last_failed <= :until THEN context END),
    max(last_seen)
FROM outcomes AS now
WHERE environment = :environment AND flag = :flag
    AND last_seen > :since AND last_seen <= :until
    AND NOT EXISTS (
        SELECT 1 FROM outcomes AS before
        WHERE before.environment = :environment AND before.flag = :flag
            AND before.context = now.context
            AND before.last_failed > :settled AND before.last_failed <= :since)
GROUP BY variation
"""
_Row = tuple[str, int, str, str]
# A flag that is off serves its off variation: somebody may have made that the experimental one.
_OFF = {"on": False, "offVariation": CONTROL}
_STEP = "restore the file from a backup, or roll the features back and start them again"


def client(
    path: Path, environment: str, *, poll: float = 0.5, clock: Callable[[], float] = time.time
) -> EmbeddedClient:
    """Return LaunchDarkly's own client on an embedded flag file.

    Evaluate flags inside `with client.request():` and it is counted as well how contexts fared:
    one whose block ends with an exception, or calls `failed()` on what it gave, met an error.

    While the file is missing or broken, every flag evaluates to the caller's default or to what
    was last read. Close the client to write the last counts.

    Args:
        path: the SQLite file that the policy's `backend:` names.
        environment: e.g. `production`.
        poll: seconds between looks at the file.
        clock: seconds since the epoch; dates what is counted.
    """
    from gatekeeper.experimental.backends import sdk

    return sdk.client(path, environment, poll, clock)


class EmbeddedBackend:
    """Flags in one SQLite file."""

    name = "embedded"
    capabilities = Capabilities(compare_and_set=True, exposure=True)

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def from_url(cls, rest: str, root: Path) -> EmbeddedBackend:
        """Return the backend of `embedded:PATH`, found from the root of the tree."""
        return cls(root / rest)

    @property
    def file(self) -> Path:
        """The file that holds the flags."""
        return self.path

    def exists(self) -> bool:
        """Return True when there is a file."""
        return self.path.is_file()

    def prepare(self) -> None:
        """Make the file where there is none."""
        with _told():
            database.create(self.path)

    def flags(self, environment: str) -> tuple[Observed, ...]:
        """Return every flag of an environment, by key."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT key, version, document, operation_id FROM flags"
                " WHERE environment = ? ORDER BY key",
                (environment,),
            ).fetchall()
        return tuple(_observed(environment, row) for row in rows)

    def read(self, flag: str, environment: str) -> Observed:
        """Return one flag; version 0 when there is none."""
        with self._reading() as connection:
            return _read(connection, flag, environment)

    def plan(self, observed: Observed, desired: Configuration) -> Plan:
        """Say what would be written."""
        return Plan(observed, desired, tuple(differences(observed.configuration, desired)))

    def apply(self, plan: Plan, operation_id: str) -> Observed:
        """Write a plan where the flag still is as observed; doing so twice changes nothing."""
        flag, environment = plan.observed.flag, plan.observed.environment
        with self._writing() as connection:
            held = _read(connection, flag, environment)
            if held.operation_id == operation_id:
                return held
            if held.version != plan.observed.version:
                raise ConflictError(
                    f"{flag} in {environment} is at version {held.version}, the plan was made "
                    f"for version {plan.observed.version}",
                    "look at what changed and decide again",
                )
            return _write(connection, held, document(flag, plan.desired), operation_id)

    def kill(self, flag: str, environment: str, operation_id: str) -> Observed:
        """Turn a flag off in one minimal write, whatever its version and whatever it says."""
        with self._writing() as connection:
            row = _row(connection, flag, environment)
            if row is None:
                return Observed(flag, environment)
            try:
                held = _observed(environment, row)
            except BackendError:
                # nothing of it can be kept: everybody gets the caller's default
                broken = Observed(flag, environment, _version(row[1]))
                return _write(connection, broken, {"key": flag, "on": False}, operation_id)
            if not held.live:
                return held
            return _write(connection, held, json.loads(row[2]) | _OFF, operation_id)

    def exposure(self, flag: str, environment: str, window: Window) -> Counts | None:
        """Return the distinct contexts of each arm; None when nobody counted."""
        until = window.until.timestamp() if window.until else float("inf")
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT variation, count(*) FROM exposures"
                " WHERE environment = ? AND flag = ? AND last_seen > ? AND last_seen <= ?"
                " GROUP BY variation",
                (environment, flag, window.since.timestamp(), until),
            ).fetchall()
        found = dict(rows)
        return Counts(found.get(CONTROL, 0), found.get(EXPERIMENTAL, 0)) if found else None

    def fared(self, flag: str, environment: str, span: Span) -> Fared | None:
        """Return how the distinct contexts of each arm fared; None when nobody was told of."""
        given = {
            "environment": environment,
            "flag": flag,
            "settled": span.settled.timestamp(),
            "since": span.since.timestamp(),
            "until": span.until.timestamp() if span.until else float("inf"),
        }
        with self._reading() as connection:
            # a file of an older version has no such table until a client reports the first time
            if not connection.execute(database.HAS_OUTCOMES).fetchone():
                return None
            rows = connection.execute(_FARED, given).fetchall()
        arms = {variation: Arm(contexts, errors) for variation, contexts, errors, _ in rows}
        if not arms:
            return None
        latest = datetime.fromtimestamp(max(row[3] for row in rows), UTC)
        return Fared(arms.get(CONTROL, Arm()), arms.get(EXPERIMENTAL, Arm()), latest)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with _told(), database.reading(self.path) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _told(), database.writing(self.path) as connection:
            yield connection


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        step = remedy(error, _STEP)
        raise BackendError(f"the flag file cannot be used ({error})", step) from error


def _read(connection: sqlite3.Connection, flag: str, environment: str) -> Observed:
    row = _row(connection, flag, environment)
    return Observed(flag, environment) if row is None else _observed(environment, row)


def _row(connection: sqlite3.Connection, flag: str, environment: str) -> _Row | None:
    rows: list[_Row] = connection.execute(
        "SELECT key, version, document, operation_id FROM flags WHERE environment = ? AND key = ?",
        (environment, flag),
    ).fetchall()
    if len(rows) > 1:
        # a table of somebody's own making: nobody knows which of them the clients read
        return flag, max(_version(row[1]) for row in rows), "", ""
    return rows[0] if rows else None


def _version(held: object) -> int:
    return held if type(held) is int else 0


def _observed(environment: str, row: _Row) -> Observed:
    flag, version, text, operation_id = row
    try:
        held: Any = json.loads(text)
        if not isinstance(held, dict):
            raise ValueError("not an object")
        if type(version) is not int or type(flag) is not str:
            raise ValueError("its key or version is of another type")
        found = configuration(flag, held)
    except (ValueError, TypeError, RecursionError, rfc8785.CanonicalizationError) as error:
        reason = f"the flag {flag} in {environment} cannot be read ({error})"
        raise BackendError(reason, _STEP) from error
    return Observed(flag, environment, version, found, operation_id)


def _write(
    connection: sqlite3.Connection, held: Observed, content: dict[str, Any], operation_id: str
) -> Observed:
    version = held.version + 1
    text = canonical(content | {"version": version}).decode()
    where = (held.environment, held.flag)
    connection.execute("DELETE FROM flags WHERE environment = ? AND key = ?", where)
    connection.execute(
        "INSERT INTO flags (environment, key, version, document, operation_id)"
        " VALUES (?, ?, ?, ?, ?)",
        (*where, version, text, operation_id),
    )
    return _read(connection, held.flag, held.environment)
