"""Are the flags as the ledger says they should be? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gatekeeper.experimental.configuration import Observed, describe, differences
from gatekeeper.experimental.state import FeatureState, Phase

_TESTED = frozenset({Phase.STAGING, Phase.QA_PASSED})


def drift(state: FeatureState, observed: Iterable[Observed], production: str) -> tuple[str, ...]:
    """Return what differs between the flags of a feature and what was recorded, in words."""
    return tuple(line for one in observed for line in _one(state, one, production))


def _one(state: FeatureState, observed: Observed, production: str) -> Iterator[str]:
    live = observed.environment == production
    # what staging holds matters only while somebody tests there
    if not live and state.phase not in _TESTED:
        return
    target = state.target(observed.environment)
    where = f"{observed.flag} in {observed.environment}"
    if target is None:
        if observed.live and live and observed.configuration:
            yield f"{where} is {describe(observed.configuration)}, and nothing of it is recorded"
    elif observed.configuration is None:
        yield f"{where} is gone; recorded is {describe(target.configuration)}"
    elif target.configuration.digest != observed.configuration.digest:
        changes = differences(target.configuration, observed.configuration)
        yield f"{where} was changed: {', '.join(changes)}"
