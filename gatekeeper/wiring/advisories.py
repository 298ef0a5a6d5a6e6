"""Builds what `gatekeeper advisories` works with: this machine's cache, proxies and clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.scan.dependencies.database import index, sync
from gatekeeper.scan.dependencies.database.ecosystems import ECOSYSTEMS
from gatekeeper.scan.dependencies.database.places import database_file
from gatekeeper.scan.gate import DEPENDENCIES
from gatekeeper.wiring import environment

NAMES = tuple(ECOSYSTEMS)


@dataclass(frozen=True, slots=True)
class State:
    """A database that is kept here.

    Attributes:
        key: of the ecosystem.
        ecosystem: as OSV writes it.
        path: of the file.
        about: what it says of itself; None when there is none.
        age: of what it speaks for, in seconds; 0 without a database.
    """

    key: str
    ecosystem: str
    path: Path
    about: index.About | None
    age: float = 0.0


def synchronise(
    ecosystem: str, source: str, *, accept_less: bool, progress: Callable[[str], None]
) -> sync.Synced:
    """Refresh the database of an ecosystem, by its key."""
    variables = environment.variables()
    plan = sync.Plan(
        ecosystem=ECOSYSTEMS[ecosystem],
        source=source,
        cache=environment.cache_folder(),
        environment={name: variables.get(name, "") for name in DEPENDENCIES.environment},
        key=environment.cache_key(),
        now=datetime.now(UTC).replace(microsecond=0),
        accept_less=accept_less,
        progress=progress,
    )
    return sync.sync(plan)


def states() -> tuple[State, ...]:
    """Return the database of every ecosystem, read whole.

    Raises:
        EvidenceError: one is damaged.
    """
    return tuple(map(_state, ECOSYSTEMS))


def _state(key: str) -> State:
    ecosystem = ECOSYSTEMS[key]
    path = database_file(environment.cache_folder(), ecosystem)
    if not path.is_file():
        return State(key, ecosystem.osv, path, None)
    with index.opened(path, environment.cache_key()) as found:
        found.verify()
        age = datetime.now(UTC) - found.about.as_of
        return State(key, ecosystem.osv, path, found.about, age.total_seconds())
