"""Where a feature stands: the fold of its entries in the ledger. Pure.

The phase is what was recorded, never what traffic looks like. State and history cannot disagree,
for the one is computed from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from gatekeeper.core.errors import EvidenceError
from gatekeeper.experimental.configuration import Configuration
from gatekeeper.experimental.identity import identity
from gatekeeper.experimental.statistics.tally import Tally


class Phase(StrEnum):
    """Where a feature can stand."""

    DRAFT = "DRAFT"
    STAGING = "STAGING"
    QA_PASSED = "QA_PASSED"
    EXPERIMENTAL = "EXPERIMENTAL"
    GENERAL = "GENERAL"
    ROLLED_BACK = "ROLLED_BACK"

    @property
    def label(self) -> str:
        """For people, e.g. `Rolled back`."""
        return self.value.replace("_", " ").capitalize().replace("Qa ", "QA ")


LIVE = frozenset({Phase.EXPERIMENTAL, Phase.GENERAL})
_IDLE = frozenset({Phase.DRAFT, Phase.ROLLED_BACK})


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's yes to one move of exactly this artifact in exactly this configuration.

    Attributes:
        actor: who.
        target: the phase that it opens.
        artifact: digest of what was approved.
        config: digest of the declared flag configuration that was approved.
    """

    actor: str
    target: Phase
    artifact: str
    config: str


@dataclass(frozen=True, slots=True)
class SignOff:
    """QA's word on one artifact.

    Attributes:
        actor: who.
        artifact: digest of what was tested.
    """

    actor: str
    artifact: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a flag has to look like in one environment.

    Attributes:
        environment: the backend's name of it.
        flag: its key.
        configuration: how it has to be set.
    """

    environment: str
    flag: str
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a feature could show when it came where it is.

    Attributes:
        soak_seconds: since the last change before it entered the phase.
        contexts: distinct contexts that had met it before it entered the phase or the stage.
        approvers: whose approval of the phase with this configuration counted.
        tallies: how contexts fared since the last change, stage by stage.
    """

    soak_seconds: int
    contexts: int
    approvers: tuple[str, ...]
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True)
class FeatureState:
    """Where a feature stands.

    Attributes:
        key: of the feature.
        revision: of its stream in the ledger.
        attempt: 1 for the first; each start after a roll-back is another.
        phase: as recorded.
        stage: index of the Experimental stage; -1 outside of the phase.
        since: when it entered the phase.
        stage_since: when it entered the stage.
        changed: when artifact or configuration last changed; soak and evidence count from here.
        latest: when the last entry was recorded.
        author: who started this attempt.
        contributors: who started or deployed it in this attempt.
        mover: who last moved it to another phase or stage; empty before the first move.
        artifact: digest of what is deployed; empty before the first deployment.
        config: digest of the declared flag configuration as last recorded.
        approvals: of this attempt.
        sign_offs: of this attempt.
        targets: what the flag has to look like, by environment.
        pending: operation id of a move that is recorded and not yet seen at the vendor.
        grounds: what it could show when it came where it is; None where nothing is asked.
        tallies: how contexts fared in the stages that are over, since the last change.
    """

    key: str
    revision: int
    attempt: int
    phase: Phase
    stage: int
    since: datetime
    stage_since: datetime
    changed: datetime
    latest: datetime
    author: str
    contributors: tuple[str, ...]
    mover: str = ""
    artifact: str = ""
    config: str = ""
    approvals: tuple[Approval, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    targets: tuple[Target, ...] = ()
    pending: str = ""
    grounds: Grounds | None = None
    tallies: tuple[Tally, ...] = ()

    @property
    def settled(self) -> datetime:
        """Since when phase, artifact and configuration are what they are: soak counts from here."""
        return max(self.since, self.changed)

    @property
    def flags(self) -> frozenset[str]:
        """Every flag that it set, under the names of that time."""
        return frozenset(target.flag for target in self.targets)

    @property
    def live(self) -> bool:
        """True in the phases in which its flag may be on in production."""
        return self.phase in LIVE

    @property
    def idle(self) -> bool:
        """True in the phases in which nothing of it is on anywhere."""
        return self.phase in _IDLE

    @property
    def widened(self) -> bool:
        """True once more people may meet it than when it became Experimental."""
        return self.phase is Phase.GENERAL or self.stage > 0

    def target(self, environment: str) -> Target | None:
        """Return what the flag has to look like in an environment."""
        return next((t for t in self.targets if t.environment == environment), None)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a feature's stream, recorded or about to be.

    Attributes:
        kind: see `_KINDS`.
        payload: details as JSON.
        actor: who.
        at: when.
        operation_id: names the wish.
    """

    kind: str
    payload: Mapping[str, Any]
    actor: str
    at: datetime
    operation_id: str


def set_before(state: FeatureState | None) -> tuple[Target, ...]:
    """Return what was recorded of its flags, whatever the policy and the declaration say now."""
    return state.targets if state else ()


_TARGETS = TypeAdapter(tuple[Target, ...])
_GROUNDS = TypeAdapter(Grounds)


def dump_grounds(grounds: Grounds) -> dict[str, Any]:
    """Return grounds as JSON for a payload."""
    dumped: dict[str, Any] = _GROUNDS.dump_python(grounds, mode="json")
    return dumped


def dump_targets(targets: tuple[Target, ...]) -> list[dict[str, Any]]:
    """Return targets as JSON for a payload."""
    dumped: list[dict[str, Any]] = _TARGETS.dump_python(targets, mode="json")
    return dumped


def replay(key: str, events: Iterable[Event]) -> FeatureState | None:
    """Return where the events lead; None when there are none."""
    state: FeatureState | None = None
    for event in events:
        state = follow(key, state, event)
    return state


def follow(key: str, state: FeatureState | None, event: Event) -> FeatureState:
    """Return the state after one more event. Raises EvidenceError for one that makes no sense."""
    try:
        return _follow(key, state, event)
    except (LookupError, TypeError, ValueError) as error:
        raise _senseless(key, event) from error


def _follow(key: str, state: FeatureState | None, event: Event) -> FeatureState:
    if event.kind == "started":
        return _started(key, state, event)
    handler = _KINDS.get(event.kind)
    if handler is None or state is None:
        raise _senseless(key, event)
    after = handler(state, event)
    return replace(after, revision=state.revision + 1, latest=event.at)


def _senseless(key: str, event: Event) -> EvidenceError:
    return EvidenceError(
        f"the ledger's entry `{event.kind}` of {key} makes no sense here",
        "use the version of gatekeeper that wrote it, or restore the ledger from a backup",
    )


def _started(key: str, state: FeatureState | None, event: Event) -> FeatureState:
    return FeatureState(
        key=key,
        revision=(state.revision if state else 0) + 1,
        attempt=(state.attempt if state else 0) + 1,
        phase=Phase.DRAFT,
        stage=-1,
        since=event.at,
        stage_since=event.at,
        changed=event.at,
        latest=event.at,
        author=event.actor,
        contributors=(event.actor,),
        config=event.payload["config"],
        targets=set_before(state),
    )


def _contributed(state: FeatureState, event: Event) -> tuple[str, ...]:
    known = {identity(actor) for actor in state.contributors}
    new = () if identity(event.actor) in known else (event.actor,)
    return (*state.contributors, *new)


def _deployed(state: FeatureState, event: Event) -> FeatureState:
    return replace(
        state,
        artifact=event.payload["artifact"],
        changed=event.at,
        tallies=(),
        contributors=_contributed(state, event),
    )


def _signed_off(state: FeatureState, event: Event) -> FeatureState:
    sign_off = SignOff(event.actor, event.payload["artifact"])
    return replace(state, sign_offs=(*state.sign_offs, sign_off))


def _approved(state: FeatureState, event: Event) -> FeatureState:
    payload = event.payload
    approval = Approval(
        event.actor, Phase(payload["target"]), payload["artifact"], payload["config"]
    )
    return replace(state, approvals=(*state.approvals, approval))


def _moved(state: FeatureState, event: Event) -> FeatureState:
    phase = Phase(event.payload["to"])
    config = event.payload["config"]
    shown = _GROUNDS.validate_python(event.payload["grounds"])
    targets = _TARGETS.validate_python(event.payload["targets"])
    return replace(
        state,
        phase=phase,
        config=config,
        changed=state.changed if config == state.config else event.at,
        stage=event.payload["stage"],
        since=state.since if phase is state.phase else event.at,
        stage_since=event.at,
        mover=event.actor,
        targets=targets,
        grounds=_grounds(state, phase, config, shown),
        # a change voids what was counted: it says nothing about what is there now
        tallies=shown.tallies if config == state.config else (),
        pending=event.operation_id if targets != state.targets else state.pending,
    )


def _grounds(state: FeatureState, phase: Phase, config: str, shown: Grounds) -> Grounds:
    """Return what it has to show for where it is now: each move has grounds of its own."""
    if phase is not state.phase or state.grounds is None:
        return shown
    if config != state.config:
        return replace(state.grounds, approvers=shown.approvers)
    return replace(state.grounds, contexts=shown.contexts, tallies=shown.tallies)


def _applied(state: FeatureState, event: Event) -> FeatureState:
    if event.payload["move"] != state.pending:
        return state
    moved = state.stage_since

    def held(since: datetime) -> datetime:
        # nobody met it before it was there: what was recorded and not yet set does not soak
        return event.at if since == moved else since

    return replace(
        state,
        pending="",
        since=held(state.since),
        stage_since=event.at,
        changed=held(state.changed),
    )


def _rolled_back(state: FeatureState, event: Event) -> FeatureState:
    return replace(
        state,
        phase=Phase.ROLLED_BACK,
        stage=-1,
        since=event.at,
        stage_since=event.at,
        mover=event.actor,
        targets=_TARGETS.validate_python(event.payload["targets"]),
        pending="",
        grounds=None,
        tallies=(),
    )


_KINDS: Mapping[str, Callable[[FeatureState, Event], FeatureState]] = {
    "deployed": _deployed,
    "signed-off": _signed_off,
    "approved": _approved,
    "moved": _moved,
    "applied": _applied,
    "rolled-back": _rolled_back,
}
