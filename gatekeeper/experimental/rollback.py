"""Rolling back: turn the flag off everywhere first, record it after.

Nothing stands in the way of it: not a broken declaration, not a drifted flag, not a ledger that
cannot be used. In the last case the flag is off and the error says that it is not recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, PolicyError, UsageError
from gatekeeper.experimental.backends.interface import BackendError, Plan
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.files import read_features
from gatekeeper.experimental.history import History
from gatekeeper.experimental.outcome import REPLAYED, Order, Outcome
from gatekeeper.experimental.state import Event, FeatureState, Phase, Target, dump_targets
from gatekeeper.experimental.stores import Stores
from gatekeeper.ledger.errors import LedgerError, RevisionConflictError

_TRIES = 20
_IDLE = frozenset({Phase.DRAFT, Phase.ROLLED_BACK})


def lenient(root: Path, folder: str, key: str) -> Feature | None:
    """Return the declaration; None when it is gone or cannot be read."""
    try:
        features = read_features(root, folder)
    except (PolicyError, EvidenceError):
        return None
    return next((feature for feature in features if feature.key == key), None)


def roll_back(
    stores: Stores, key: str, feature: Feature | None, event: Event, order: Order
) -> Outcome:
    """Turn off every flag that the feature has or had, read it back, then record it.

    Raises:
        BackendError: a flag could not be turned off.
        LedgerError: the flags are off, and that could not be recorded.
    """
    state, unreadable = _recorded(stores, key)
    plans = tuple(_plans(stores, _flags(key, feature, state))) if _reachable(stores, state) else ()
    for plan in plans:
        order.announce(plan)
    if order.dry_run:
        return Outcome(key, False, state, feature, plans=plans)
    for plan in plans:
        name = f"{order.operation_id}:{plan.observed.environment}"
        stores.backend.kill(plan.observed.flag, plan.observed.environment, name)
    if unreadable is not None:
        off = "the flag is off, but that is not recorded" if plans else "nothing was recorded"
        raise LedgerError(f"{off}: {unreadable.reason}", unreadable.next_step) from unreadable
    return _record(stores, event, Outcome(key, True, state, feature, plans=plans))


def _recorded(stores: Stores, key: str) -> tuple[FeatureState | None, EvidenceError | None]:
    if not stores.has_ledger():
        return None, None
    try:
        return stores.history(write=False).state(key), None
    except EvidenceError as error:
        return None, error


def _reachable(stores: Stores, state: FeatureState | None) -> bool:
    """Return False where nothing was ever on. Raises BackendError when that is not certain."""
    if stores.backend.exists():
        return True
    if state is None or state.phase in _IDLE:
        return False
    raise BackendError("the flags cannot be found", "see `backend:` in the policy")


def _flags(key: str, feature: Feature | None, state: FeatureState | None) -> list[str]:
    """Return every name that the feature has or had; its key where nothing declares it."""
    declared = feature.flag if feature else key
    return sorted({declared, *(state.flags if state else ())})


def _plans(stores: Stores, flags: Iterable[str]) -> Iterator[Plan]:
    """Plan to turn off whatever is on."""
    for environment, flag in product(stores.environments, flags):
        seen = stores.backend.read(flag, environment)
        if seen.configuration is not None and seen.configuration.on:
            yield stores.backend.plan(seen, replace(seen.configuration, on=False))


def _record(stores: Stores, event: Event, outcome: Outcome) -> Outcome:
    if outcome.state is None:
        return _never_recorded(outcome)
    history = stores.history(write=True)
    for _ in range(_TRIES):
        try:
            return _append(stores, history, event, outcome)
        except RevisionConflictError:
            continue  # whoever was faster did not ask for less: off is off
    reason = f"the flag of {outcome.key} is off, but that could not be recorded"
    raise LedgerError(reason, "try again")


def _never_recorded(outcome: Outcome) -> Outcome:
    if outcome.plans:
        return replace(outcome, note="nothing of this feature was recorded before")
    reason = f"there is no feature and no flag `{outcome.key}`"
    raise UsageError(reason, "see `gatekeeper feature list`")


def _append(stores: Stores, history: History, event: Event, outcome: Outcome) -> Outcome:
    """Record it on what is there now. Raises RevisionConflictError when that has moved on."""
    state = history.state(outcome.key)
    if history.recorded(outcome.key, event.operation_id):
        return replace(outcome, state=state, note=REPLAYED)
    if state is None or (state.phase in _IDLE and not outcome.plans):
        return replace(outcome, state=state, note="it was off already")
    targets = dump_targets(tuple(_held(stores, state)))
    complete = replace(event, payload={**event.payload, "targets": targets})
    return replace(outcome, state=history.record(outcome.key, state, complete))


def _held(stores: Stores, state: FeatureState) -> Iterator[Target]:
    """Read back what is there now: that is what has to stay."""
    for seen in map(stores.read, state.targets):
        if seen.live:
            raise BackendError(f"the flag of {state.key} is still on", "run the command again")
        if seen.configuration is not None:
            yield Target(seen.environment, seen.flag, seen.configuration)
