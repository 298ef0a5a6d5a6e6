"""Refusals that are no guard of a move: the order itself makes no sense now. Pure."""

from __future__ import annotations

from datetime import date

from gatekeeper.experimental import guards
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.guards import Refusal, Situation, approvers, outsider, qa, short
from gatekeeper.experimental.state import EXPERIMENTING, FeatureState, Phase

_TESTABLE = frozenset({Phase.STAGING, Phase.QA_PASSED, *EXPERIMENTING})
_UNDER_WAY = _TESTABLE


def under_way(state: FeatureState) -> Refusal:
    """An attempt is under way already."""
    reason = f"attempt {state.attempt} is under way ({state.phase.label})"
    if state.phase is Phase.DRAFT:
        remedy = f"go on with `gatekeeper feature advance {state.key} --artifact DIGEST`"
        return Refusal("phase", reason, remedy)
    return Refusal("phase", reason, f"`gatekeeper feature rollback {state.key}` ends it")


def no_move(feature: Feature, state: FeatureState) -> Refusal:
    """There is no such move from here."""
    if state.phase is Phase.EXPERIMENTAL:
        reason = f"it is at the last of {len(feature.stages)} stages"
        return Refusal("phase", reason, f"run `gatekeeper feature promote {state.key}`")
    another = f"run `gatekeeper feature start {state.key}` for another attempt"
    remedy = {
        Phase.HELD: f"run `gatekeeper feature resume {state.key}` first",
        Phase.ARCHIVED: "nothing is left to do",
        Phase.ROLLED_BACK: another,
        Phase.EXPIRED: another,
    }.get(state.phase, f"run `gatekeeper feature advance {state.key}`")
    return Refusal("phase", f"it is {state.phase.label}", remedy)


def not_held(state: FeatureState) -> Refusal:
    """Only what is held can be resumed."""
    return Refusal("phase", f"it is {state.phase.label}, not held", _first)


def not_experimental(state: FeatureState) -> Refusal:
    """Only what is Experimental can be held, or have its expiry put off."""
    return Refusal("phase", f"it is {state.phase.label}, not Experimental", _first)


def extension(at: Situation, until: date, actor: str) -> Refusal | None:
    """An expiry is put off by somebody outside the change, for a while, and not for ever."""
    state, settings = at.state, at.settings
    if not state.experimenting:
        return not_experimental(state)
    if state.extensions >= settings.extensions:
        reason = f"its expiry was put off {state.extensions} times; {settings.extensions} may be"
        remedy = f"promote it, or run `gatekeeper feature rollback {state.key}`"
        return Refusal("extensions", reason, remedy)
    last = guards.deadline(at.feature, state)
    most = (date.fromisoformat(last) if last else at.now.date()) + settings.extension
    if not at.now.date() <= until <= most:
        reason = f"{until} is not between today and {most}"
        return Refusal("extensions", reason, f"put it off by {settings.extension.days}d at most")
    if not outsider(at, actor, movers=True):
        reason = f"{actor} is part of the change"
        return Refusal("approvals", reason, "have somebody else put it off")
    return None


def sign_off(after: Situation, artifact: str) -> Refusal | None:
    """A sign-off has to be for what is deployed, by somebody outside the change.

    Args:
        after: the situation if it were recorded.
        artifact: what is signed off.
    """
    state = after.state
    if state.phase not in _TESTABLE:
        return Refusal("phase", f"it is {state.phase.label}: nothing is deployed for QA", _first)
    return _other_artifact(after, artifact) or qa(after)


def approval(before: Situation, after: Situation, artifact: str, target: Phase) -> Refusal | None:
    """An approval has to count: for what is deployed, once, by somebody outside the change."""
    state = after.state
    if state.phase not in _UNDER_WAY:
        return Refusal("phase", f"it is {state.phase.label}: there is nothing to approve", _first)
    if refusal := _other_artifact(after, artifact):
        return refusal
    if len(approvers(after, target)) > len(approvers(before, target)):
        return None
    actor = state.approvals[-1].actor
    outside = outsider(after, actor, movers=True)
    why = "has approved this already" if outside else "is part of the change"
    return Refusal("approvals", f"{actor} {why}", "have somebody else approve it")


def approvable(feature: Feature, state: FeatureState) -> Phase:
    """Return which phase an approval given now opens."""
    settled = state.experimenting and feature.config == state.config
    return Phase.GENERAL if settled else Phase.EXPERIMENTAL


def _other_artifact(at: Situation, artifact: str) -> Refusal | None:
    if artifact == at.state.artifact:
        return None
    reason = f"{short(at.state.artifact)} is deployed, not {short(artifact)}"
    return Refusal("artifact", reason, "look at what is deployed and decide on that")


_first = "see `gatekeeper feature show` for its next step"
