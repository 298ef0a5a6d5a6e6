"""Are the flags as the ledger says they should be? Pure."""

from __future__ import annotations

from collections.abc import Iterable

from gatekeeper.experimental.configuration import Observed, describe, differences
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.state import FeatureState, Phase, Target

_TESTED = frozenset({Phase.STAGING, Phase.QA_PASSED})


def drift(state: FeatureState, observed: Iterable[Observed], production: str) -> tuple[str, ...]:
    """Return what differs between the flags of a feature and what was recorded, in words."""
    matter = (one for one in observed if _matters(state, one, production))
    found = (_elsewhere(state, production), *(_one(state, one, production) for one in matter))
    return tuple(filter(None, found))


def control(feature: Feature | None, state: FeatureState | None, at: Observed) -> str | None:
    """Return what a flag has to serve while it is off, as canonical JSON; None if nobody says."""
    target = _recorded(state, at) if state else None
    return target.configuration.control if target else _declared(feature, at)


def _declared(feature: Feature | None, at: Observed) -> str | None:
    return feature.control if feature and feature.flag == at.flag else None


def _matters(state: FeatureState, observed: Observed, production: str) -> bool:
    # what staging holds matters only while somebody tests there
    return state.phase in _TESTED or observed.environment == production


def _elsewhere(state: FeatureState, production: str) -> str:
    """Say that a live feature was never set where it is looked for: that proves nothing."""
    if not state.live or state.target(production) is not None:
        return ""
    return f"nothing is recorded in {production}; recorded is {_places(state.targets)}"


def _places(targets: Iterable[Target]) -> str:
    return ", ".join(f"{one.flag} in {one.environment}" for one in targets) or "nothing"


def _recorded(state: FeatureState, at: Observed) -> Target | None:
    target = state.target(at.environment)
    # must be this very flag: another one can be set alike
    return target if target is not None and target.flag == at.flag else None


def _one(state: FeatureState, observed: Observed, production: str) -> str:
    target = _recorded(state, observed)
    return _changed(target, observed) if target else _unrecorded(observed, production)


def _unrecorded(observed: Observed, production: str) -> str:
    if observed.live and observed.environment == production:
        return f"{observed.where} is {observed.described}, and nothing of it is recorded"
    return ""


def _changed(target: Target, observed: Observed) -> str:
    recorded, held = target.configuration, observed.configuration
    if held is None:
        return f"{observed.where} is gone; recorded is {describe(recorded)}"
    if held.digest == recorded.digest:
        return ""
    return f"{observed.where} was changed: {', '.join(differences(recorded, held))}"
