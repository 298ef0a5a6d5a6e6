"""Rolling back: turn the flag off everywhere first, record it after.

Nothing stands in the way of it: not a broken declaration, not a drifted or unreadable flag, not a
clock that is behind, not a ledger that cannot be used. In the last case the flag is off and the
error says that it is not recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, PolicyError, UsageError
from gatekeeper.experimental.backends.interface import BackendError, Plan
from gatekeeper.experimental.configuration import Configuration, Observed
from gatekeeper.experimental.drift import control
from gatekeeper.experimental.features import Feature, parse_features
from gatekeeper.experimental.files import read_texts
from gatekeeper.experimental.history import History
from gatekeeper.experimental.outcome import Order, Outcome
from gatekeeper.experimental.state import Event, FeatureState, Phase, Target, dump_targets
from gatekeeper.experimental.stores import Stores
from gatekeeper.ledger.errors import LedgerError, RevisionConflictError

_TRIES = 20
_UNKNOWN = Configuration(False, 0, "", "null", "null", "")
_IDLE = frozenset({Phase.DRAFT, Phase.ROLLED_BACK})


def lenient(root: Path, folder: str, key: str) -> Feature | None:
    """Return the declaration; None when it is gone or cannot be read, whatever others say."""
    try:
        texts = read_texts(root, folder)
    except EvidenceError:
        return None
    features = (feature for text in texts.items() for feature in _parsed(*text))
    return next((feature for feature in features if feature.key == key), None)


def _parsed(path: str, text: str) -> tuple[Feature, ...]:
    try:
        return parse_features({path: text})
    except PolicyError:
        return ()


def roll_back(
    stores: Stores, key: str, feature: Feature | None, event: Event, order: Order
) -> Outcome:
    """Turn off every flag that the feature has or had, read it back, then record it.

    Raises:
        BackendError: a flag could not be turned off; all others are off.
        EvidenceError: the flags are off, and that could not be recorded.
    """
    state, unrecorded = _recorded(stores, key)
    places = _places(stores, key, feature, state) if _reachable(stores, state) else ()
    plans = tuple(_plans(stores, feature, state, places))
    for plan in plans:
        order.announce(plan)
    outcome = Outcome(key, not order.dry_run, state, feature, plans=plans)
    if order.dry_run:
        return outcome
    _turn_off(stores, outcome, order.operation_id)
    if unrecorded is None:
        try:
            return _record(stores, event, outcome)
        except EvidenceError as error:
            unrecorded = error
    off = "the flag is off, but that is not recorded" if plans else "nothing was recorded"
    raise LedgerError(f"{off}: {unrecorded.reason}", unrecorded.next_step) from unrecorded


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


def _places(
    stores: Stores, key: str, feature: Feature | None, state: FeatureState | None
) -> list[tuple[str, str]]:
    """Return each environment and flag, production first; the key where nothing declares it.

    What was recorded counts whatever the policy calls its environments now.
    """
    declared = feature.flag if feature else key
    flags = sorted({declared, *(state.flags if state else ())})
    before = ((t.environment, t.flag) for t in (state.targets if state else ()))
    return list(dict.fromkeys((*product(stores.environments, flags), *before)))


def _plans(
    stores: Stores,
    feature: Feature | None,
    state: FeatureState | None,
    places: Iterable[tuple[str, str]],
) -> Iterator[Plan]:
    """Plan to turn off whatever may be on."""
    for environment, flag in places:
        try:
            seen = stores.backend.read(flag, environment)
        except BackendError:
            yield Plan(Observed(flag, environment), _UNKNOWN, ("cannot be read → off",))
            continue
        plan = _off(stores, feature, state, seen)
        if plan is not None and plan.changes:
            yield plan


def _off(
    stores: Stores, feature: Feature | None, state: FeatureState | None, seen: Observed
) -> Plan | None:
    """Plan that everybody gets the control value, and not what somebody put in its place."""
    held = seen.configuration
    if held is None:
        return None
    off, expected = replace(held, on=False), control(feature, state, seen)
    if expected not in {None, held.control}:
        off = replace(off, control=expected, extras="")
    return stores.backend.plan(seen, off)


def _turn_off(stores: Stores, outcome: Outcome, operation_id: str) -> None:
    """Turn off all that can be. Raises the first BackendError when that is not everything."""
    failed: list[BackendError] = []
    for plan in outcome.plans:
        name = f"{operation_id}:{plan.observed.environment}"
        try:
            held = stores.backend.kill(plan.observed.flag, plan.observed.environment, name)
            rest = _off(stores, outcome.feature, outcome.state, held)
            if rest is not None and rest.changes:
                stores.backend.apply(rest, f"{name}:restored")
        except BackendError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def _record(stores: Stores, event: Event, outcome: Outcome) -> Outcome:
    if outcome.state is None:
        return _never_recorded(outcome)
    history = stores.history(write=True)
    for _ in range(_TRIES):
        try:
            return _append(stores, history, event, outcome)
        except RevisionConflictError:
            continue  # whoever was faster did not ask for less: off is off
    raise LedgerError("others kept writing to its history", "run the command again")


def _never_recorded(outcome: Outcome) -> Outcome:
    if outcome.plans:
        return replace(outcome, note="nothing of this feature was recorded before")
    reason = f"there is no feature and no flag `{outcome.key}`"
    raise UsageError(reason, "see `gatekeeper feature list`")


def _append(stores: Stores, history: History, event: Event, outcome: Outcome) -> Outcome:
    """Record it on what is there now. Raises RevisionConflictError when that has moved on."""
    state = history.state(outcome.key)
    if state is None or (state.phase in _IDLE and not outcome.plans):
        return replace(outcome, state=state, note="it was off already")
    targets = dump_targets(tuple(_held(stores, state)))
    # must be recorded each time that something was live: giving its id again is no reason not to
    name = f"{event.operation_id}:{state.revision}"
    payload = {**event.payload, "targets": targets}
    complete = replace(event, payload=payload, operation_id=name)
    after = history.record(outcome.key, state, complete, whatever_the_clock=True)
    return replace(outcome, state=after)


def _held(stores: Stores, state: FeatureState) -> Iterator[Target]:
    """Read back what is there now: that is what has to stay."""
    for seen in map(stores.read, state.targets):
        if seen.live:
            raise BackendError(f"the flag of {state.key} is still on", "run the command again")
        if seen.configuration is not None:
            yield Target(seen.environment, seen.flag, seen.configuration)
