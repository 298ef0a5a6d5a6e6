"""Rolling back: turn the flag off everywhere first, record it after.

Nothing stands in the way of it: not a broken declaration, not a drifted flag, not a ledger that
cannot be used. In the last case the flag is off and the error says that it is not recorded.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, PolicyError, UsageError
from gatekeeper.experimental.backends.interface import BackendError, Plan
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.files import read_features
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
    state, unreadable = _recorded(stores, key, write=False)
    plans = _plans(stores, key, feature, state)
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


def _record(stores: Stores, event: Event, outcome: Outcome) -> Outcome:
    key, state = outcome.key, outcome.state
    if state is None:
        if outcome.plans:
            return replace(outcome, note="nothing of this feature was recorded before")
        raise UsageError(
            f"there is no feature and no flag `{key}`", "see `gatekeeper feature list`"
        )
    history = stores.history(write=True)
    for _ in range(_TRIES):
        state = history.state(key)
        if history.recorded(key, event.operation_id):
            return replace(outcome, state=state, note=REPLAYED)
        if state is None or (state.phase in _IDLE and not outcome.plans):
            return replace(outcome, state=state, note="it was off already")
        targets = dump_targets(_seen(stores, state))
        complete = replace(event, payload={**event.payload, "targets": targets})
        try:
            return replace(outcome, state=history.record(key, state, complete))
        except RevisionConflictError:
            continue  # whoever was faster did not ask for less: off is off
    raise LedgerError(f"the flag of {key} is off, but that could not be recorded", "try again")


def _recorded(
    stores: Stores, key: str, *, write: bool
) -> tuple[FeatureState | None, EvidenceError | None]:
    if not stores.has_ledger():
        return None, None
    try:
        return stores.history(write=write).state(key), None
    except EvidenceError as error:
        return None, error


def _plans(
    stores: Stores, key: str, feature: Feature | None, state: FeatureState | None
) -> tuple[Plan, ...]:
    """Plan to turn off whatever is on under any name that the feature has or had."""
    if not stores.backend.exists():
        if state is not None and state.phase not in _IDLE:
            raise BackendError("the flags cannot be found", "see `backend:` in the policy")
        return ()
    flags = {feature.flag if feature else key} | {t.flag for t in (state.targets if state else ())}
    # production first: that is where it hurts
    names = (stores.settings.production, stores.settings.staging)
    seen = [stores.backend.read(flag, name) for name in names for flag in sorted(flags)]
    held = [(one, one.configuration) for one in seen if one.configuration is not None]
    return tuple(
        stores.backend.plan(one, replace(configuration, on=False))
        for one, configuration in held
        if configuration.on
    )


def _seen(stores: Stores, state: FeatureState) -> tuple[Target, ...]:
    """Read back what is there now: that is what has to stay."""
    seen = [stores.backend.read(t.flag, t.environment) for t in state.targets]
    if any(one.live for one in seen):
        raise BackendError(f"the flag of {state.key} is still on", "run the command again")
    return tuple(
        Target(one.environment, one.flag, one.configuration)
        for one in seen
        if one.configuration is not None
    )
