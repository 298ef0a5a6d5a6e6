"""Brings the flags back to what is recorded, in the safe direction only by itself."""

from __future__ import annotations

from collections.abc import Iterable

from gatekeeper.experimental.backends.interface import OutcomeUnknownError, Plan
from gatekeeper.experimental.state import FeatureState, Target
from gatekeeper.experimental.stores import Stores


def turned_off(stores: Stores, state: FeatureState) -> str | None:
    """Return why a feature has to be recorded as rolled back, or turned off; None otherwise.

    Somebody who turns a flag off past the ledger had a reason: it is never turned on again here.
    """
    production = stores.settings.production
    live = any(stores.read(target).live for target in state.targets)
    target = state.target(production)
    if state.live and target is not None and not stores.read(target).live:
        return f"its flag was found off in {production}"
    if state.idle and live:
        return "its flag was found on"
    return None


def wanted(stores: Stores, state: FeatureState) -> tuple[Target, ...]:
    """Return what has to be put right: what staging holds matters only until it is live."""
    if not state.live:
        return state.targets
    return tuple(t for t in state.targets if t.environment == stores.settings.production)


def restore(stores: Stores, plans: Iterable[Plan], operation_id: str) -> None:
    """Write the plans and read them back. Raises OutcomeUnknownError where that differs."""
    for plan in plans:
        where = f"{plan.observed.environment}:{plan.observed.version}"
        stores.backend.apply(plan, f"{operation_id}:{where}")
        held = stores.backend.read(plan.observed.flag, plan.observed.environment)
        if held.configuration != plan.desired:
            reason = f"{plan.observed.where} does not read back as written"
            raise OutcomeUnknownError(reason, "run the command again")
