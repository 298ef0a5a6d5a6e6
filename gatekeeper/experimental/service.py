"""What people do with features: start, sign off, approve, advance, promote, roll back.

Each move is decided by the phase machine on recorded state and shows its plan before it writes.
Then the intent is recorded in the ledger, the vendor is written, and what was read back is
recorded. Rolling back goes the other way round: the flag goes off first and is recorded after.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gatekeeper.core.errors import UsageError
from gatekeeper.core.hints import did_you_mean
from gatekeeper.experimental import phases, refusals, rollback
from gatekeeper.experimental.artifacts import artifact_digest
from gatekeeper.experimental.features import Feature, parse_features, template
from gatekeeper.experimental.files import declaration_path, read_features, write_feature
from gatekeeper.experimental.fold import dump_grounds, dump_targets, follow
from gatekeeper.experimental.guards import Refusal
from gatekeeper.experimental.history import History
from gatekeeper.experimental.identity import named
from gatekeeper.experimental.outcome import REPLAYED, Order, Outcome, Standing, recorded
from gatekeeper.experimental.phases import Move
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import Event, FeatureState
from gatekeeper.experimental.stores import Stores

_EXPIRES_AFTER = timedelta(days=90)
Chooser = Callable[[Feature, FeatureState], Move | None]


class FeatureService:
    """Operations on the features of one tree."""

    def __init__(
        self,
        settings: ExperimentalSettings,
        root: Path,
        environment: Mapping[str, str],
        now: Callable[[], datetime],
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        """Make the service.

        Args:
            settings: the policy's section.
            root: the tree.
            environment: the variables that `backend` and `ledger` refer to.
            now: the clock, UTC.
            new_id: makes operation ids up.
        """
        self._folder = settings.features
        self._root = root
        self._now = now
        self._new_id = new_id
        self._stores = Stores(settings, root, environment)

    def start(self, key: str, order: Order) -> Outcome:
        """Begin an attempt; writes a declaration first where there is none."""
        order = self._numbered(order)
        history = self._history(order)
        state = history.state(key)
        if history.recorded(key, "started", order.actor, order.operation_id):
            return Outcome(key, True, state, self._declared(key), note=REPLAYED)
        # must not be under way: an attempt ends by rolling back
        if state is not None and not state.ended:
            return Outcome(key, False, state, refusals=(refusals.under_way(state),))
        feature, note = self._declaration(key, order)
        if order.dry_run:
            return Outcome(key, False, state, feature, note=note)
        self._stores.backend.prepare()
        note = "; ".join(filter(None, (note, self._stores.advice())))
        event = self._event("started", {"config": feature.config}, order)
        return Outcome(key, True, history.record(key, state, event), feature, note=note)

    def sign_off(self, key: str, order: Order, artifact: str = "") -> Outcome:
        """Record QA's word on the artifact that is deployed."""
        order = self._numbered(order)
        feature, history, state = self._load(key, order)
        signed = artifact_digest(artifact) or state.artifact
        event = self._event("signed-off", {"artifact": signed}, order)
        after = self._stores.situation(feature, follow(key, state, event), event.at)
        refusal = refusals.sign_off(after, signed)
        return self._record((feature, history, state), event, refusal, order)

    def approve(self, key: str, order: Order, artifact: str = "") -> Outcome:
        """Record an approval of the next guarded move, bound to artifact and configuration."""
        order = self._numbered(order)
        feature, history, state = self._load(key, order)
        target = refusals.approvable(feature, state)
        approved = artifact_digest(artifact) or state.artifact
        payload = {"target": target.value, "artifact": approved, "config": feature.config}
        event = self._event("approved", payload, order)
        before = self._stores.situation(feature, state, event.at)
        after = replace(before, state=follow(key, state, event))
        refusal = refusals.approval(before, after, approved, target)
        return self._record((feature, history, state), event, refusal, order)

    def advance(self, key: str, order: Order, artifact: str = "") -> Outcome:
        """Take the next step short of general release.

        Args:
            key: of the feature.
            order: who, and how.
            artifact: digest of what is deployed where the feature goes; empty for "as before".
        """
        return self._move(key, order, phases.advance, artifact_digest(artifact))

    def promote(self, key: str, order: Order) -> Outcome:
        """Make an Experimental feature generally available."""
        return self._move(key, order, lambda _, state: phases.promote(state))

    def rollback(self, key: str, order: Order, reason: str = "") -> Outcome:
        """Turn the feature off everywhere, then record it. Nothing guards it."""
        order = self._numbered(order)
        event = self._event("rolled-back", {"reason": reason}, order)
        feature = rollback.lenient(self._root, self._folder, key)
        return rollback.roll_back(self._stores, key, feature, event, order)

    def standings(self) -> tuple[Standing, ...]:
        """Return where every feature stands that is declared or recorded, by key."""
        features = self._features()
        history = self._history(Order("", dry_run=True))
        keys = sorted({*features, *history.keys()})
        return tuple(self._standing(key, features.get(key), history) for key in keys)

    def show(self, key: str) -> Standing:
        """Return where one feature stands, what it needs and what happened to it."""
        found = {standing.key: standing for standing in self.standings()}
        if key not in found:
            raise UsageError(f"there is no feature `{key}`", did_you_mean(key, found))
        return found[key]

    def _move(self, key: str, order: Order, choose: Chooser, artifact: str = "") -> Outcome:
        """Decide, plan, record the intent, write, read back, record."""
        order = self._numbered(order)
        feature, history, state = self._load(key, order)
        if not order.dry_run:
            state = self._stores.settle(history, state, self._now())
        if history.recorded(key, "moved", order.actor, order.operation_id):
            return Outcome(key, True, state, feature, note=REPLAYED)
        if artifact not in {"", state.artifact}:
            state = self._deployed(history, state, artifact, order)
        move = choose(feature, state)
        if move is None:
            return Outcome(key, False, state, feature, (refusals.no_move(feature, state),))
        situation = self._stores.situation(feature, state, self._now())
        if found := move.refusals(situation):
            return Outcome(key, False, state, feature, found)
        payload = {
            "from": state.phase.value,
            "to": move.to.value,
            "stage": move.stage,
            "artifact": state.artifact,
            "config": feature.config,
            "targets": dump_targets(phases.targets(situation, move)),
            "grounds": dump_grounds(phases.grounds(situation, move)),
        }
        event = self._event("moved", payload, order)
        return self._carry_out((feature, history, state), event, order)

    def _carry_out(
        self, loaded: tuple[Feature, History, FeatureState], event: Event, order: Order
    ) -> Outcome:
        feature, history, state = loaded
        plans = self._stores.plans(follow(state.key, state, event).targets)
        for plan in plans:
            order.announce(plan)
        if order.dry_run:
            return Outcome(state.key, False, state, feature, plans=plans)
        state = history.record(state.key, state, event)
        state = self._stores.settle(history, state, self._now())
        return Outcome(state.key, True, state, feature, plans=plans)

    def _deployed(
        self, history: History, state: FeatureState, artifact: str, order: Order
    ) -> FeatureState:
        part = replace(order, operation_id=f"{order.operation_id}:deployed")
        event = self._event("deployed", {"artifact": artifact}, part)
        if order.dry_run:
            return follow(state.key, state, event)
        return history.record(state.key, state, event)

    def _record(
        self,
        loaded: tuple[Feature, History, FeatureState],
        event: Event,
        refusal: Refusal | None,
        order: Order,
    ) -> Outcome:
        feature, history, state = loaded
        if history.recorded(feature.key, event.kind, order.actor, order.operation_id):
            return Outcome(feature.key, True, state, feature, note=REPLAYED)
        if refusal is not None:
            return Outcome(feature.key, False, state, feature, (refusal,))
        if order.dry_run:
            return Outcome(feature.key, False, state, feature)
        after = history.record(feature.key, state, event)
        return Outcome(feature.key, True, after, feature, note=recorded(event))

    def _standing(self, key: str, feature: Feature | None, history: History) -> Standing:
        state, events = history.state(key), history.events(key)
        if feature is None or state is None:
            return Standing(key, feature, state, events)
        situation = self._stores.situation(feature, state, self._now())
        move = phases.advance(feature, state) or phases.promote(state)
        found = move.refusals(situation) if move else ()
        return Standing(key, feature, state, events, situation, move, found)

    def _load(self, key: str, order: Order) -> tuple[Feature, History, FeatureState]:
        feature = self._declared(key)
        history = self._history(order)
        state = history.state(key)
        if state is None:
            raise UsageError(f"`{key}` was not started", f"run `gatekeeper feature start {key}`")
        return feature, history, state

    def _history(self, order: Order) -> History:
        """Return the ledger, made where it is missing; a dry run makes nothing."""
        if order.dry_run and not self._stores.has_ledger():
            return History(None)
        return self._stores.history(write=not order.dry_run)

    def _features(self) -> dict[str, Feature]:
        return {feature.key: feature for feature in read_features(self._root, self._folder)}

    def _declared(self, key: str) -> Feature:
        features = self._features()
        if key not in features:
            reason = f"{declaration_path(self._folder, key)} does not exist"
            raise UsageError(reason, did_you_mean(key, features))
        return features[key]

    def _declaration(self, key: str, order: Order) -> tuple[Feature, str]:
        features = self._features()
        if key in features:
            return features[key], ""
        text = template(key, order.actor, (self._now() + _EXPIRES_AFTER).date())
        path = declaration_path(self._folder, key)
        (feature,) = parse_features({path: text})
        if order.dry_run:
            return feature, f"would write {path}"
        write_feature(self._root / path, text)
        return feature, f"wrote {path}: look at it, and commit it"

    def _event(self, kind: str, payload: Mapping[str, Any], order: Order) -> Event:
        return Event(kind, payload, order.actor, self._now(), order.operation_id)

    def _numbered(self, order: Order) -> Order:
        operation_id = order.operation_id or self._new_id()
        return replace(order, actor=named(order.actor), operation_id=operation_id)
