"""Gathers the evidence of the gate `experimental`: declarations, ledger, flags, exposure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gatekeeper.core.errors import UsageError
from gatekeeper.core.gate import Request
from gatekeeper.core.hints import did_you_mean
from gatekeeper.experimental.facts import ChainFacts, ExperimentalEvidence, FeatureFacts
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.files import read_features
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import FeatureState

if TYPE_CHECKING:
    from gatekeeper.experimental.stores import Stores


def collect(request: Request[ExperimentalSettings]) -> ExperimentalEvidence:
    """Read everything that is declared, recorded and set.

    Raises:
        GatekeeperError: something is there and cannot be read.
    """
    from gatekeeper.experimental.stores import Stores

    settings = request.settings
    stores = Stores(settings, request.root, request.environment)
    features = {f.key: f for f in read_features(request.root, settings.features)}
    chain, states = _ledger(stores)
    only = request.options.feature or ""
    keys = sorted({*features, *states})
    if only and only not in keys:
        raise UsageError(f"there is no feature `{only}`", did_you_mean(only, keys))
    chosen = [key for key in keys if only in {"", key}]
    present = stores.backend.exists()
    return ExperimentalEvidence(
        backend=stores.backend.name,
        backend_present=present,
        production=settings.production,
        folder=settings.features,
        only=only,
        chain=chain,
        features=tuple(_facts(stores, k, features.get(k), states.get(k)) for k in chosen),
        flags=stores.backend.flags(settings.production) if present and not only else (),
    )


def _ledger(stores: Stores) -> tuple[ChainFacts, dict[str, FeatureState]]:
    from gatekeeper.experimental.history import by_feature
    from gatekeeper.experimental.state import replay

    ledger = stores.ledger()
    if ledger is None:
        return ChainFacts(present=False), {}
    found = ledger.verify()
    latest = datetime.fromisoformat(found.latest) if found.latest and not found.problems else None
    chain = ChainFacts(True, found.entries, found.head, latest, found.problems)
    # must be whole before anything in it is believed
    if found.problems:
        return chain, {}
    replayed = {key: replay(key, events) for key, events in by_feature(ledger.entries()).items()}
    return chain, {key: state for key, state in replayed.items() if state is not None}


def _facts(
    stores: Stores, key: str, feature: Feature | None, state: FeatureState | None
) -> FeatureFacts:
    from gatekeeper.experimental.stores import exposure, observe

    production = stores.settings.production
    seen = observe(stores.backend, stores.settings, feature, state)
    counts = exposure(stores.backend, stores.settings, state, None) if state else None
    flags = tuple(one for one in seen if one.environment == production)
    return FeatureFacts(key, feature, state, flags, counts)
