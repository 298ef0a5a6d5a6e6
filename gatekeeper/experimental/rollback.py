"""Rolling back: turn the flag off everywhere first, record it after.

Nothing stands in the way of it: not a broken declaration, not a drifted or unreadable flag, not a
clock that is behind, not a ledger that cannot be used. In the last case the flag is off and the
error says that it is not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain, product, starmap
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, PolicyError, UsageError
from gatekeeper.experimental.backends.interface import BackendError, Plan
from gatekeeper.experimental.configuration import Configuration, Observed
from gatekeeper.experimental.drift import control
from gatekeeper.experimental.features import Feature, dependents, parse_features
from gatekeeper.experimental.files import read_texts
from gatekeeper.experimental.fold import dump_targets
from gatekeeper.experimental.history import History
from gatekeeper.experimental.outcome import Order, Outcome
from gatekeeper.experimental.state import Event, FeatureState, Target, set_before
from gatekeeper.experimental.stores import Stores
from gatekeeper.ledger.errors import LedgerError, RevisionConflictError

_TRIES = 20
_UNKNOWN = Configuration(False, 0, "", "null", "null", "")


def lenient(root: Path, folder: str, key: str) -> Feature | None:
    """Return the declaration; None when it is gone or cannot be read, whatever others say."""
    return next((feature for feature in declarations(root, folder) if feature.key == key), None)


def declarations(root: Path, folder: str) -> tuple[Feature, ...]:
    """Return every declaration that can be read, whatever others say."""
    try:
        texts = read_texts(root, folder)
    except EvidenceError:
        return ()
    return tuple(chain.from_iterable(starmap(_parsed, texts.items())))


def _parsed(path: str, text: str) -> tuple[Feature, ...]:
    try:
        return parse_features({path: text})
    except PolicyError:
        return ()


def roll_back_with(
    stores: Stores, named: tuple[Path, str, str], event: Event, order: Order
) -> Outcome:
    """Roll a feature back, and then every feature that requires it: none is ahead of another.

    Args:
        stores: the places.
        named: the tree, the folder of its declarations and the feature's key.
        event: what to record.
        order: who, and how.
    """
    root, folder, key = named
    outcome = roll_back(stores, key, lenient(root, folder, key), event, order)
    followers = dependents(key, declarations(root, folder))
    after = [_follower(stores, feature, event, order) for feature in followers]
    told = [f"{one.key} requires it and is off as well" for one in after if one.plans]
    plans = tuple(chain(outcome.plans, *(one.plans for one in after)))
    return replace(outcome, plans=plans, note="; ".join(filter(None, (outcome.note, *told))))


def _follower(stores: Stores, feature: Feature, event: Event, order: Order) -> Outcome:
    name = f"{event.operation_id}:{feature.key}"
    payload = {"reason": f"a feature that it requires was rolled back ({order.actor})"}
    follower = replace(event, payload=payload, operation_id=name)
    try:
        return roll_back(stores, feature.key, feature, follower, replace(order, operation_id=name))
    except UsageError:
        # declared, and never started or turned on
        return Outcome(feature.key, True, None, feature)


def roll_back(
    stores: Stores, key: str, feature: Feature | None, event: Event, order: Order
) -> Outcome:
    """Turn off every flag that the feature has or had, read it back, then record it.

    Raises:
        BackendError: a flag could not be turned off; all others are off.
        EvidenceError: the flags are off, and that could not be recorded.
    """
    wanted = Outcome(key, not order.dry_run, None, feature)
    # must come first: a ledger that does not answer may take its time to say so
    first = wanted if order.dry_run else _at_once(stores, wanted, order)
    state, unrecorded = _recorded(stores, key)
    wanted = replace(wanted, state=state)
    rest = replace(wanted, plans=tuple(_plans(stores, wanted)))
    for plan in rest.plans:
        order.announce(plan)
    if order.dry_run:
        return rest
    _turn_off(stores, rest, order.operation_id)
    outcome = replace(rest, plans=(*first.plans, *rest.plans))
    return _recorded_or_told(stores, event, outcome, unrecorded)


def _at_once(stores: Stores, wanted: Outcome, order: Order) -> Outcome:
    """Turn off what the declaration or the key itself names, whatever was recorded."""
    plans = tuple(plan for plan in _plans(stores, wanted) if plan.observed.live)
    outcome = replace(wanted, plans=plans)
    for plan in plans:
        order.announce(plan)
    # what could not be turned off is tried again, and told, with the rest
    with suppress(BackendError):
        _turn_off(stores, outcome, order.operation_id)
    return outcome


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
    if state is None or state.idle:
        return False
    raise BackendError("the flags cannot be found", "see `backend:` in the policy")


def _places(stores: Stores, wanted: Outcome) -> Iterator[tuple[str, str]]:
    """Yield each environment and flag, production first; the key where nothing declares it.

    What was recorded counts whatever the policy calls its environments now.
    """
    before = [(target.environment, target.flag) for target in set_before(wanted.state)]
    declared = wanted.feature.flag if wanted.feature else wanted.key
    flags = sorted({declared, *(flag for _, flag in before)})
    yield from dict.fromkeys((*product(stores.environments, flags), *before))


def _plans(stores: Stores, wanted: Outcome) -> Iterator[Plan]:
    """Plan to turn off whatever may be on."""
    places = _places(stores, wanted) if _reachable(stores, wanted.state) else ()
    planned = (_plan(stores, wanted, *place) for place in places)
    yield from filter(None, planned)


def _plan(stores: Stores, wanted: Outcome, environment: str, flag: str) -> Plan | None:
    """Plan for one flag; None where there is nothing to do."""
    try:
        seen = stores.backend.read(flag, environment)
    except BackendError:
        return Plan(Observed(flag, environment), _UNKNOWN, ("cannot be read → off",))
    return _off(stores, wanted, seen)


def _off(stores: Stores, wanted: Outcome, seen: Observed) -> Plan | None:
    """Plan that everybody gets the control value; None where everybody does."""
    if seen.configuration is None:
        return None
    expected = control(wanted.feature, wanted.state, seen)
    plan = stores.backend.plan(seen, _turned_off(seen.configuration, expected))
    return plan if plan.changes else None


def _turned_off(held: Configuration, expected: str | None) -> Configuration:
    """Return it with the control value for everybody, and not what somebody put in its place."""
    off = replace(held, on=False)
    if expected in {None, held.control}:
        return off
    return replace(off, control=expected, extras="")


def _turn_off(stores: Stores, outcome: Outcome, operation_id: str) -> None:
    """Turn off all that can be. Raises the first BackendError when that is not everything."""
    failed: list[BackendError] = []
    for plan in outcome.plans:
        try:
            _kill(stores, outcome, plan.observed, operation_id)
        except BackendError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def _kill(stores: Stores, outcome: Outcome, seen: Observed, operation_id: str) -> None:
    """Turn one flag off at once, and then put its control value back where it has another."""
    name = f"{operation_id}:{seen.environment}"
    held = stores.backend.kill(seen.flag, seen.environment, name)
    rest = _off(stores, outcome, held)
    if rest is not None:
        stores.backend.apply(rest, f"{name}:restored")


def _recorded_or_told(
    stores: Stores, event: Event, outcome: Outcome, unread: EvidenceError | None
) -> Outcome:
    """Record that it is off.

    Args:
        stores: where.
        event: what to record.
        outcome: what was turned off.
        unread: why the ledger could not be read, or None.

    Raises:
        LedgerError: that cannot be recorded; it says whether the flag is off.
    """
    try:
        if unread is not None:
            raise unread
        return _record(stores, event, outcome)
    except EvidenceError as error:
        off = (
            "the flag is off, but that is not recorded" if outcome.plans else "nothing was recorded"
        )
        raise LedgerError(f"{off}: {error.reason}", error.next_step) from error


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
    if state is None or (state.idle and not outcome.plans):
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
