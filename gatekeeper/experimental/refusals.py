"""Refusals that are no guard of a move: the order itself makes no sense now. Pure."""

from __future__ import annotations

from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.guards import Refusal, Situation, approvers, outsider, qa, short
from gatekeeper.experimental.state import FeatureState, Phase

_TESTABLE = frozenset({Phase.STAGING, Phase.QA_PASSED, Phase.EXPERIMENTAL})
_UNDER_WAY = frozenset({Phase.STAGING, Phase.QA_PASSED, Phase.EXPERIMENTAL})


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
    remedy = {
        Phase.GENERAL: "nothing is left to do",
        Phase.ROLLED_BACK: f"run `gatekeeper feature start {state.key}` for another attempt",
    }.get(state.phase, f"run `gatekeeper feature advance {state.key}`")
    return Refusal("phase", f"it is {state.phase.label}", remedy)


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
    settled = state.phase is Phase.EXPERIMENTAL and feature.config == state.config
    return Phase.GENERAL if settled else Phase.EXPERIMENTAL


def _other_artifact(at: Situation, artifact: str) -> Refusal | None:
    if artifact == at.state.artifact:
        return None
    reason = f"{short(at.state.artifact)} is deployed, not {short(artifact)}"
    return Refusal("artifact", reason, "look at what is deployed and decide on that")


_first = "see `gatekeeper feature show` for its next step"
