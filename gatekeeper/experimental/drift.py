"""Are the flags as the ledger says they should be? Pure."""

from __future__ import annotations

from collections.abc import Iterable

from gatekeeper.experimental.configuration import Observed, describe, differences
from gatekeeper.experimental.state import FeatureState, Phase, Target

_TESTED = frozenset({Phase.STAGING, Phase.QA_PASSED})


def drift(state: FeatureState, observed: Iterable[Observed], production: str) -> tuple[str, ...]:
    """Return what differs between the flags of a feature and what was recorded, in words."""
    # what staging holds matters only while somebody tests there
    everywhere = state.phase in _TESTED
    matters = (one for one in observed if everywhere or one.environment == production)
    return tuple(filter(None, (_one(state, one, production) for one in matters)))


def _one(state: FeatureState, observed: Observed, production: str) -> str:
    target = state.target(observed.environment)
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
