"""The two places that an operation touches, the ledger and the vendor, and what it sees there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gatekeeper.core.errors import UsageError
from gatekeeper.core.references import resolve
from gatekeeper.experimental.backends.interface import (
    ConflictError,
    FlagBackend,
    OutcomeUnknownError,
    Plan,
    Window,
)
from gatekeeper.experimental.backends.registry import open_backend
from gatekeeper.experimental.configuration import Counts, Observed
from gatekeeper.experimental.drift import drift
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.guards import Situation
from gatekeeper.experimental.history import History
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import Event, FeatureState, Phase, Target
from gatekeeper.ledger.store import Ledger, exists

RECORDER = "gatekeeper"
_TRIES = 5


class Stores:
    """The ledger and the vendor of one tree."""

    def __init__(
        self, settings: ExperimentalSettings, root: Path, environment: Mapping[str, str]
    ) -> None:
        self.settings = settings
        self._root = root
        self._ledger_url = _resolved(settings.ledger, environment)
        self.backend: FlagBackend = open_backend(_resolved(settings.backend, environment), root)

    def history(self, *, write: bool) -> History:
        """Open the ledger and walk its chain. Raises LedgerError."""
        return History.open(self._ledger_url, self._root, write=write)

    def ledger(self) -> Ledger | None:
        """Open the ledger for reading; None when there is none. Raises LedgerError."""
        return Ledger.open(self._ledger_url, self._root) if self.has_ledger() else None

    def has_ledger(self) -> bool:
        """Return False when there is no ledger yet."""
        return exists(self._ledger_url, self._root)

    def situation(self, feature: Feature, state: FeatureState, now: datetime) -> Situation:
        """Look at everything that guards look at."""
        seen = tuple(observe(self.backend, self.settings, feature, state))
        return Situation(
            feature=feature,
            state=state,
            settings=self.settings,
            exposure=exposure(self.backend, self.settings, state, now),
            drift=drift(state, seen, self.settings.production),
            now=now,
        )

    def plans(self, targets: tuple[Target, ...]) -> tuple[Plan, ...]:
        """Say what would have to be written to bring the flags there."""
        plans = [
            self.backend.plan(self.backend.read(t.flag, t.environment), t.configuration)
            for t in targets
        ]
        return tuple(plan for plan in plans if plan.changes)

    def settle(self, history: History, state: FeatureState, now: datetime) -> FeatureState:
        """Bring a recorded move to the vendor, read it back and record that; else do nothing.

        Raises:
            BackendError: it could not be brought there; it stays pending and is tried again.
        """
        if not state.pending:
            return state
        self._bring(state)
        seen = {t.environment: self.backend.read(t.flag, t.environment) for t in state.targets}
        # must be there: an answer that nobody read back is no evidence
        if any(_differs(seen[t.environment], t) for t in state.targets):
            raise OutcomeUnknownError(
                f"the flag of {state.key} does not read back as written",
                "run the command again; see `gatekeeper feature show`",
            )
        payload = {
            "move": state.pending,
            "versions": {name: observed.version for name, observed in seen.items()},
        }
        at = max(now, state.latest)
        event = Event("applied", payload, RECORDER, at, f"{state.pending}:applied")
        return history.record(state.key, state, event)

    def _bring(self, state: FeatureState) -> None:
        for _ in range(_TRIES):
            try:
                for plan in self.plans(state.targets):
                    where = f"{plan.observed.environment}:{plan.observed.version}"
                    self.backend.apply(plan, f"{state.pending}:{where}")
            except ConflictError:
                continue  # somebody else brings the same move there: look again
            return


def observe(
    backend: FlagBackend,
    settings: ExperimentalSettings,
    feature: Feature | None,
    state: FeatureState | None,
) -> tuple[Observed, ...]:
    """Read every flag that a feature has or had, in every environment."""
    if not backend.exists():
        return ()
    flags = {feature.flag} if feature else set()
    pairs = {(flag, name) for flag in flags for name in (settings.production, settings.staging)}
    pairs |= {(t.flag, t.environment) for t in (state.targets if state else ())}
    return tuple(backend.read(flag, name) for flag, name in sorted(pairs))


def exposure(
    backend: FlagBackend,
    settings: ExperimentalSettings,
    state: FeatureState,
    until: datetime | None,
) -> Counts | None:
    """Return the distinct contexts since the last change; None when nobody counted."""
    target = state.target(settings.production)
    if state.phase is not Phase.EXPERIMENTAL or target is None or not backend.exists():
        return None
    since = max(state.since, state.changed)
    return backend.exposure(target.flag, settings.production, Window(since, until))


def _differs(observed: Observed, target: Target) -> bool:
    held = observed.configuration
    return held is None or held.digest != target.configuration.digest


def _resolved(template: str, environment: Mapping[str, str]) -> str:
    try:
        return resolve(template, environment)
    except KeyError as error:
        reason = f"the environment variable {error.args[0]} is not set"
        raise UsageError(reason, "set it, or write the value into the policy") from None
