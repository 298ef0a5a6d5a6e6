"""The two places that an operation touches, the ledger and the vendor, and what it sees there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import product, starmap
from pathlib import Path

from gatekeeper.core.errors import ToolError, UsageError
from gatekeeper.core.references import resolve
from gatekeeper.experimental.backends.interface import (
    BackendError,
    ConflictError,
    FlagBackend,
    OutcomeUnknownError,
    Plan,
    Span,
    Window,
)
from gatekeeper.experimental.backends.registry import open_backend
from gatekeeper.experimental.configuration import Counts, Fared, Observed
from gatekeeper.experimental.drift import drift
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.guards import Ahead, Situation
from gatekeeper.experimental.history import History
from gatekeeper.experimental.references import references
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import Event, FeatureState, Phase, Target, set_before
from gatekeeper.experimental.tracked import exposed
from gatekeeper.ledger.errors import RevisionConflictError
from gatekeeper.ledger.store import Ledger, exists, file_of

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

    @property
    def files(self) -> tuple[Path, ...]:
        """The local files that hold flags and phases, whether or not they exist."""
        found = (self.backend.file, file_of(self._ledger_url, self._root))
        return tuple(file for file in found if file is not None)

    def advice(self) -> str:
        """Return what to do so that flags and phases do not become part of a change, or nothing."""
        try:
            names = exposed(self._root.resolve(), self.files)
        except ToolError:
            return ""
        if not names:
            return ""
        return f"name {' and '.join(names)} in .gitignore: no change may bring them"

    def situation(self, feature: Feature, state: FeatureState, now: datetime) -> Situation:
        """Look at everything that guards look at."""
        seen = self.observe(feature, state)
        return Situation(
            feature=feature,
            state=state,
            settings=self.settings,
            exposure=self.exposure(state, now),
            drift=drift(state, seen, self.settings.production),
            now=now,
            fared=self.fared(state, now),
            references=self._references(feature, state),
            evaluated=self._evaluated(state, now),
        )

    def _references(self, feature: Feature, state: FeatureState) -> tuple[str, ...] | None:
        if state.phase is not Phase.CLEANUP:
            return None
        return references(self._root, feature.flag, self.settings.features)

    def ahead(self, feature: Feature, history: History) -> tuple[Ahead, ...]:
        """Look where the features stand that this one requires."""
        return tuple(self._ahead(key, history.state(key)) for key in feature.requires)

    def _ahead(self, key: str, state: FeatureState | None) -> Ahead:
        target = state.target(self.settings.production) if state else None
        return Ahead(key, state, target.configuration.weight if target else 0)

    def _evaluated(self, state: FeatureState, now: datetime) -> bool | None:
        """Return whether somebody asked for its flag of late; None when nobody can tell."""
        target = state.target(self.settings.production)
        counts = self.backend.capabilities.exposure and self.backend.exists()
        if state.phase is not Phase.CLEANUP or target is None or not counts:
            return None
        window = Window(now - self.settings.quiet, now)
        return self.backend.exposure(target.flag, target.environment, window) is not None

    def observe(self, feature: Feature | None, state: FeatureState | None) -> tuple[Observed, ...]:
        """Read every flag that a feature has or had, in every environment."""
        declared = product((feature.flag,) if feature else (), self.environments)
        before = ((target.flag, target.environment) for target in set_before(state))
        # must be told as gone: what cannot be seen is not as recorded
        read = self.backend.read if self.backend.exists() else Observed
        return tuple(starmap(read, sorted({*declared, *before})))

    def exposure(self, state: FeatureState, until: datetime | None) -> Counts | None:
        """Return the distinct contexts since the last change; None when nobody counted."""
        target = state.target(self.settings.production)
        if not state.experimenting or target is None or not self.backend.exists():
            return None
        window = Window(state.settled, until)
        return self.backend.exposure(target.flag, target.environment, window)

    def fared(self, state: FeatureState, until: datetime | None) -> Fared | None:
        """Return how contexts fared in the present stage; None when nobody was told."""
        target = state.target(self.settings.production)
        if not state.experimenting or target is None or not self.backend.exists():
            return None
        span = Span(state.settled, max(state.counted, state.settled), until)
        return self.backend.fared(target.flag, target.environment, span)

    @property
    def environments(self) -> tuple[str, str]:
        """The backend's names, production first: that is where it hurts."""
        return self.settings.production, self.settings.staging

    def plans(self, targets: tuple[Target, ...]) -> tuple[Plan, ...]:
        """Say what would have to be written to bring the flags there."""
        plans = (self.backend.plan(self.read(target), target.configuration) for target in targets)
        return tuple(plan for plan in plans if plan.changes)

    def read(self, target: Target) -> Observed:
        """Return what the vendor holds where this target says what it should."""
        return self.backend.read(target.flag, target.environment)

    def settle(self, history: History, state: FeatureState, now: datetime) -> FeatureState:
        """Bring a recorded move to the vendor, read it back and record that; else do nothing.

        Raises:
            BackendError: it could not be brought there; it stays pending and is tried again.
            RevisionConflictError: somebody else was faster; what they rolled back is off.
        """
        if not state.pending:
            return state
        try:
            self._bring(state)
            return self._confirmed(history, state, now)
        except (BackendError, RevisionConflictError):
            self._give_way(history, state)
            raise

    def _confirmed(self, history: History, state: FeatureState, now: datetime) -> FeatureState:
        seen = tuple(self.read(target) for target in state.targets)
        # must be there: an answer that nobody read back is no evidence
        if any(map(_differs, seen, state.targets)):
            raise OutcomeUnknownError(
                f"the flag of {state.key} does not read back as written",
                "run the command again; see `gatekeeper feature show`",
            )
        payload = {
            "move": state.pending,
            "versions": {one.environment: one.version for one in seen},
        }
        event = Event("applied", payload, RECORDER, now, f"{state.pending}:applied")
        return history.record(state.key, state, event, whatever_the_clock=True)

    def _give_way(self, history: History, state: FeatureState) -> None:
        """Turn off again what was rolled back while it was being turned on.

        Raises:
            RevisionConflictError: that is what happened.
        """
        now = history.state(state.key)
        if now is None or not now.ended:
            return
        for target in state.targets:
            self.backend.kill(target.flag, target.environment, f"{state.pending}:given-way")
        raise RevisionConflictError(
            f"{state.key} was rolled back in the meantime: its flag is off",
            f"see `gatekeeper feature show {state.key}`",
        )

    def _bring(self, state: FeatureState) -> None:
        for _ in range(_TRIES):
            try:
                self._apply(state)
            except ConflictError:
                continue  # somebody else brings the same move there: look again
            return

    def _apply(self, state: FeatureState) -> None:
        for plan in self.plans(state.targets):
            where = f"{plan.observed.environment}:{plan.observed.version}"
            self.backend.apply(plan, f"{state.pending}:{where}")


def _differs(observed: Observed, target: Target) -> bool:
    held = observed.configuration
    return held is None or held.digest != target.configuration.digest


def _resolved(template: str, environment: Mapping[str, str]) -> str:
    try:
        return resolve(template, environment)
    except KeyError as error:
        reason = f"the environment variable {error.args[0]} is not set"
        raise UsageError(reason, "set it, or write the value into the policy") from None
