"""A feature's history in the ledger: read as state, written one event at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gatekeeper.experimental.fold import follow, replay
from gatekeeper.experimental.state import Event, FeatureState
from gatekeeper.ledger.entry import Draft, Entry
from gatekeeper.ledger.errors import LedgerError, reused
from gatekeeper.ledger.store import Ledger

_PREFIX = "feature/"


class History:
    """The histories of all features in one ledger; nothing happened while there is none."""

    def __init__(self, ledger: Ledger | None) -> None:
        self._ledger = ledger

    @classmethod
    def open(cls, url: str, root: Path, *, write: bool) -> History:
        """Open the ledger and walk its chain.

        Raises:
            LedgerError: it is missing, not readable, or an entry is not as it was written.
        """
        ledger = Ledger.open(url, root, create=write)
        problems = ledger.verify().problems
        # must be whole: a decision on a history that somebody edited is worth nothing
        if problems:
            raise LedgerError(
                f"the ledger was tampered with: {'; '.join(problems)}",
                "find out who did it and restore the ledger from a backup",
            )
        return cls(ledger)

    def events(self, key: str) -> tuple[Event, ...]:
        """Return what happened to one feature, in order."""
        return tuple(event_of(entry) for entry in self._entries(_PREFIX + key))

    def state(self, key: str) -> FeatureState | None:
        """Return where a feature stands; None when nothing is recorded of it."""
        return replay(key, self.events(key))

    def keys(self) -> tuple[str, ...]:
        """Return every feature of which something is recorded."""
        return tuple(sorted(_by_feature(self._entries())))

    def recorded(self, key: str, kind: str, actor: str, operation_id: str) -> bool:
        """Return True when this very operation is part of the feature's history already.

        Raises:
            RevisionConflictError: its id names what somebody else, or another order, did.
        """
        entry = self._ledger.find(operation_id) if self._ledger else None
        if entry is None:
            return False
        if (entry.stream, entry.kind, entry.actor) != (_PREFIX + key, kind, actor):
            raise reused(operation_id)
        return True

    def record(
        self,
        key: str,
        state: FeatureState | None,
        event: Event,
        *,
        whatever_the_clock: bool = False,
    ) -> FeatureState:
        """Record an event on the state that it was decided on, and return the new state.

        Args:
            key: of the feature.
            state: that it was decided on.
            event: what happened.
            whatever_the_clock: True to date it like the last entry where the clock is behind that.

        Raises:
            RevisionConflictError: somebody else was faster.
            LedgerError: there is no ledger, or it cannot be written.
        """
        if self._ledger is None:
            raise LedgerError("there is no ledger to write to", "see `ledger:` in the policy")
        # must make sense before it is written: the ledger forgets nothing
        follow(key, state, event)
        draft = Draft(
            _PREFIX + key, event.kind, event.payload, event.actor, event.at, event.operation_id
        )
        entry = self._ledger.append(
            draft,
            expect_revision=state.revision if state else 0,
            whatever_the_clock=whatever_the_clock,
        )
        return follow(key, state, event_of(entry))

    def _entries(self, stream: str | None = None) -> tuple[Entry, ...]:
        return self._ledger.entries(stream) if self._ledger else ()


def states(entries: Iterable[Entry]) -> dict[str, FeatureState]:
    """Return where every feature stands of which something is recorded."""
    replayed = {key: replay(key, events) for key, events in _by_feature(entries).items()}
    return {key: state for key, state in replayed.items() if state is not None}


def _by_feature(entries: Iterable[Entry]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for entry in entries:
        if entry.stream.startswith(_PREFIX):
            key = entry.stream.removeprefix(_PREFIX)
            found.setdefault(key, []).append(event_of(entry))
    return found


def event_of(entry: Entry) -> Event:
    """Return the event that an entry records. Raises LedgerError for one that cannot be read."""
    try:
        return Event(entry.kind, entry.payload, entry.actor, entry.time, entry.operation_id)
    except ValueError as error:
        reason = f"the ledger's entry {entry.sequence} cannot be read"
        raise LedgerError(reason, "restore the ledger from a backup") from error
