"""What people do with features: start, sign off, approve, advance, promote, roll back.

Each move is decided by the phase machine on recorded state and shows its plan before it writes.
Then the intent is recorded in the ledger, the vendor is written, and what was read back is
recorded. Rolling back goes the other way round: the flag goes off first and is recorded after.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from gatekeeper.core.errors import UsageError
from gatekeeper.core.hints import did_you_mean
from gatekeeper.experimental import phases, reconciling, refusals, rollback
from gatekeeper.experimental.artifacts import artifact_digest
from gatekeeper.experimental.features import Feature, parse_features, template
from gatekeeper.experimental.files import declaration_path, read_features, write_feature
from gatekeeper.experimental.fold import dump_grounds, dump_targets, follow
from gatekeeper.experimental.guards import Refusal, Situation
from gatekeeper.experimental.history import History
from gatekeeper.experimental.identity import named
from gatekeeper.experimental.outcome import REPLAYED, Order, Outcome, Standing, recorded
from gatekeeper.experimental.phases import Move
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import Event, FeatureState, Phase
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
        return rollback.roll_back_with(self._stores, (self._root, self._folder, key), event, order)

    def expire(self, key: str, order: Order) -> Outcome:
        """Roll back a feature whose deadline has passed, and record it as expired."""
        order = self._numbered(order)
        payload = {"reason": "its deadline has passed", "expired": True}
        event = self._event("rolled-back", payload, order)
        return rollback.roll_back_with(self._stores, (self._root, self._folder, key), event, order)

    def hold(self, key: str, order: Order, reason: str, *, automatic: bool = False) -> Outcome:
        """Let an Experimental feature stay as it is; while it is held it does not soak."""
        order = self._numbered(order)
        loaded = self._load(key, order)
        event = self._event("held", {"reason": reason, "automatic": automatic}, order)
        held = loaded[2].phase is Phase.EXPERIMENTAL
        refusal = None if held else refusals.not_experimental(loaded[2])
        return self._record(loaded, event, refusal, order)

    def resume(self, key: str, order: Order) -> Outcome:
        """Let a held feature go on."""
        order = self._numbered(order)
        loaded = self._load(key, order)
        refusal = None if loaded[2].held else refusals.not_held(loaded[2])
        return self._record(loaded, self._event("resumed", {}, order), refusal, order)

    def extend(self, key: str, order: Order, until: date) -> Outcome:
        """Put a feature's expiry off: by somebody outside the change, and not for ever."""
        order = self._numbered(order)
        loaded = self._load(key, order)
        feature, _, state = loaded
        event = self._event("extended", {"until": until.isoformat()}, order)
        at = self._stores.situation(feature, state, event.at)
        return self._record(loaded, event, refusals.extension(at, until, order.actor), order)

    def reconcile(self, key: str, order: Order) -> Outcome:
        """Bring ledger and flags together; what somebody turned off is recorded and stays off."""
        order = self._numbered(order)
        feature, history, state = self._load(key, order)
        if state.pending and not order.dry_run:
            state = self._stores.settle(history, state, self._now())
        stray = reconciling.turned_off(self._stores, state)
        if stray is not None:
            return self.rollback(key, order, stray)
        return self._restored((feature, history, state), order)

    def _restored(self, loaded: tuple[Feature, History, FeatureState], order: Order) -> Outcome:
        """Set the flags as recorded, where they are otherwise."""
        feature, history, state = loaded
        plans = self._stores.plans(reconciling.wanted(self._stores, state))
        for plan in plans:
            order.announce(plan)
        if order.dry_run or not plans:
            note = "" if plans else "ledger and flags agree"
            return Outcome(state.key, not order.dry_run, state, feature, plans=plans, note=note)
        reconciling.restore(self._stores, plans, order.operation_id)
        changes = [f"{plan.observed.where}: {change}" for plan in plans for change in plan.changes]
        event = self._event("reconciled", {"changes": changes}, order)
        return Outcome(state.key, True, history.record(state.key, state, event), feature, (), plans)

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
        situation = self._situation(feature, state, history, order.hotfix)
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
            **({"hotfix": order.hotfix} if order.hotfix else {}),
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
        situation = self._situation(feature, state, history)
        move = phases.advance(feature, state) or phases.promote(state)
        found = move.refusals(situation) if move else ()
        return Standing(key, feature, state, events, situation, move, found)

    def _situation(
        self, feature: Feature, state: FeatureState, history: History, hotfix: str = ""
    ) -> Situation:
        seen = self._stores.situation(feature, state, self._now())
        return replace(seen, ahead=self._stores.ahead(feature, history), hotfix=hotfix)

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
