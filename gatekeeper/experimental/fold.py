"""The fold: from a feature's entries in the ledger to where it stands. Pure.

State and history cannot disagree, for the one is computed from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from gatekeeper.core.errors import EvidenceError
from gatekeeper.experimental.identity import identity
from gatekeeper.experimental.state import (
    Approval,
    Event,
    FeatureState,
    Grounds,
    Phase,
    SignOff,
    Target,
    set_before,
)

_NONE = timedelta(0)
_KEPT = frozenset({Phase.CLEANUP, Phase.ARCHIVED})
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
        paused=_NONE,
        stage_paused=_NONE,
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
        paused=state.paused if (phase, config) == (state.phase, state.config) else _NONE,
        stage_paused=_NONE,
        pending=event.operation_id if targets != state.targets else state.pending,
    )


def _grounds(state: FeatureState, phase: Phase, config: str, shown: Grounds) -> Grounds:
    """Return what it has to show for where it is now: each move has grounds of its own."""
    if phase in _KEPT and state.grounds is not None:
        return state.grounds
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


def _held(state: FeatureState, event: Event) -> FeatureState:
    if state.phase is not Phase.EXPERIMENTAL:
        raise ValueError(state.phase)
    return replace(state, phase=Phase.HELD, held=event.at)


def _resumed(state: FeatureState, event: Event) -> FeatureState:
    if state.held is None:
        raise ValueError(state.phase)
    return replace(
        state,
        phase=Phase.EXPERIMENTAL,
        held=None,
        paused=state.paused + _pause(state.held, state.settled, event.at),
        stage_paused=state.stage_paused + _pause(state.held, state.counted, event.at),
    )


def _pause(held: datetime, counted: datetime, until: datetime) -> timedelta:
    """Return for how long it was held of the time that counts."""
    return max(until - max(held, counted), _NONE)


def _extended(state: FeatureState, event: Event) -> FeatureState:
    until = event.payload["until"]
    return replace(state, extended=until, extensions=state.extensions + 1)


def _rolled_back(state: FeatureState, event: Event) -> FeatureState:
    return replace(
        state,
        phase=Phase.EXPIRED if event.payload.get("expired") else Phase.ROLLED_BACK,
        stage=-1,
        since=event.at,
        stage_since=event.at,
        mover=event.actor,
        targets=_TARGETS.validate_python(event.payload["targets"]),
        pending="",
        grounds=None,
        tallies=(),
        held=None,
        paused=_NONE,
        stage_paused=_NONE,
    )


_KINDS: Mapping[str, Callable[[FeatureState, Event], FeatureState]] = {
    "deployed": _deployed,
    "signed-off": _signed_off,
    "approved": _approved,
    "moved": _moved,
    "applied": _applied,
    "held": _held,
    "resumed": _resumed,
    "extended": _extended,
    "reconciled": lambda state, _: state,
    "rolled-back": _rolled_back,
}
