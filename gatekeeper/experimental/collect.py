"""Gathers the evidence of the gate `experimental`: declarations, ledger, flags, exposure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gatekeeper.core.errors import UsageError
from gatekeeper.core.gate import Request
from gatekeeper.core.hints import did_you_mean
from gatekeeper.experimental.declared import declared
from gatekeeper.experimental.facts import ChainFacts, ExperimentalEvidence, FeatureFacts
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import FeatureState
from gatekeeper.experimental.tracked import tracked

if TYPE_CHECKING:
    from gatekeeper.experimental.stores import Stores
    from gatekeeper.ledger.chain import Verification


def collect(request: Request[ExperimentalSettings]) -> ExperimentalEvidence:
    """Read everything that is declared, recorded and set.

    Raises:
        GatekeeperError: something is there and cannot be read.
    """
    from gatekeeper.experimental.stores import Stores

    settings, root = request.settings, request.root.resolve()
    stores = Stores(settings, root, request.environment)
    found = declared(root, settings.features, request.subject.base)
    facts = ExperimentalEvidence(
        backend=stores.backend.name,
        backend_present=False,
        production=settings.production,
        folder=settings.features,
        only=request.options.feature or "",
        chain=ChainFacts(present=False),
        base=request.subject.base or "",
        changes=found.changes,
        tracked=tracked(root, stores.files),
    )
    # must not even be opened: whoever wrote the change wrote these files too
    return facts if facts.tracked else _read(facts, stores, found.features)


def _read(
    facts: ExperimentalEvidence, stores: Stores, declarations: tuple[Feature, ...]
) -> ExperimentalEvidence:
    features = {feature.key: feature for feature in declarations}
    chain, states = _ledger(stores)
    present = stores.backend.exists()
    listed = present and not facts.only
    keys = _chosen(sorted({*features, *states}), facts.only)
    return replace(
        facts,
        backend_present=present,
        chain=chain,
        features=tuple(_facts(stores, key, features.get(key), states.get(key)) for key in keys),
        flags=stores.backend.flags(facts.production) if listed else (),
    )


def _chosen(keys: list[str], only: str) -> list[str]:
    if not only:
        return keys
    if only not in keys:
        raise UsageError(f"there is no feature `{only}`", did_you_mean(only, keys))
    return [only]


def _ledger(stores: Stores) -> tuple[ChainFacts, dict[str, FeatureState]]:
    from gatekeeper.experimental.history import states

    ledger = stores.ledger()
    if ledger is None:
        return ChainFacts(present=False), {}
    chain = _chain(ledger.verify())
    # must be whole before anything in it is believed
    return chain, {} if chain.problems else states(ledger.entries())


def _chain(found: Verification) -> ChainFacts:
    dated = found.latest and not found.problems
    latest = datetime.fromisoformat(found.latest) if dated else None
    return ChainFacts(True, found.entries, found.head, latest, found.problems)


def _facts(
    stores: Stores, key: str, feature: Feature | None, state: FeatureState | None
) -> FeatureFacts:
    seen = stores.observe(feature, state)
    counts = stores.exposure(state, None) if state else None
    fared = stores.fared(state, None) if state else None
    flags = tuple(one for one in seen if one.environment == stores.settings.production)
    return FeatureFacts(key, feature, state, flags, counts, fared)
