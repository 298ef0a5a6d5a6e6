"""Are the flags as the ledger says they should be? Pure."""

from __future__ import annotations

from collections.abc import Iterable

from gatekeeper.experimental.configuration import Observed, describe, differences
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.state import LIVE, FeatureState, Phase, Target

_TESTED = frozenset({Phase.STAGING, Phase.QA_PASSED})


def drift(state: FeatureState, observed: Iterable[Observed], production: str) -> tuple[str, ...]:
    """Return what differs between the flags of a feature and what was recorded, in words."""
    # what staging holds matters only while somebody tests there
    everywhere = state.phase in _TESTED
    matters = (one for one in observed if everywhere or one.environment == production)
    found = (_elsewhere(state, production), *(_one(state, one, production) for one in matters))
    return tuple(filter(None, found))


def control(feature: Feature | None, state: FeatureState | None, at: Observed) -> str | None:
    """Return what a flag has to serve while it is off, as canonical JSON; None if nobody says."""
    if state and (target := _recorded(state, at)):
        return target.configuration.control
    return feature.control if feature and feature.flag == at.flag else None


def _elsewhere(state: FeatureState, production: str) -> str:
    """Say that a live feature was never set where it is looked for: that proves nothing."""
    if state.phase not in LIVE or state.target(production) is not None:
        return ""
    places = ", ".join(f"{target.flag} in {target.environment}" for target in state.targets)
    return f"nothing is recorded in {production}; recorded is {places or 'nothing'}"


def _recorded(state: FeatureState, at: Observed) -> Target | None:
    target = state.target(at.environment)
    # must be this very flag: another one can be set alike
    return target if target is not None and target.flag == at.flag else None


def _one(state: FeatureState, observed: Observed, production: str) -> str:
    target = _recorded(state, observed)
    where = f"{observed.flag} in {observed.environment}"
    if target is not None:
        return _changed(target, observed, where)
    if observed.live and observed.environment == production:
        return f"{where} is {observed.described}, and nothing of it is recorded"
    return ""


def _changed(target: Target, observed: Observed, where: str) -> str:
    recorded, held = target.configuration, observed.configuration
    if held is None:
        return f"{where} is gone; recorded is {describe(recorded)}"
    if held.digest == recorded.digest:
        return ""
    return f"{where} was changed: {', '.join(differences(recorded, held))}"
