"""The phase machine: which moves there are and what guards them. Pure; start reading here.

    DRAFT → STAGING → QA_PASSED → EXPERIMENTAL (stage by stage) → GENERAL → CLEANUP → ARCHIVED
    EXPERIMENTAL ⇄ HELD (what is held does not soak)
    any of them → ROLLED_BACK, after the deadline EXPIRED → DRAFT (another attempt)

Rolling back has no guard: it is open from everywhere, at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gatekeeper.experimental import guards, health, lifecycle
from gatekeeper.experimental.configuration import Configuration, percent
from gatekeeper.experimental.features import WHOLE, Feature
from gatekeeper.experimental.guards import Guard, Refusal, Situation
from gatekeeper.experimental.state import FeatureState, Grounds, Phase, Target

_NEXT = {
    Phase.DRAFT: Phase.STAGING,
    Phase.STAGING: Phase.QA_PASSED,
    Phase.QA_PASSED: Phase.EXPERIMENTAL,
    Phase.GENERAL: Phase.CLEANUP,
    Phase.CLEANUP: Phase.ARCHIVED,
}
_ENTERED = {Phase.EXPERIMENTAL: 0}
# the flag stays as it is
_UNTOUCHED = frozenset({Phase.QA_PASSED, Phase.CLEANUP})

GUARDS: Mapping[tuple[Phase, Phase], tuple[Guard, ...]] = {
    (Phase.DRAFT, Phase.STAGING): (guards.clock, guards.artifact, guards.in_sync),
    (Phase.STAGING, Phase.QA_PASSED): (
        guards.clock,
        guards.artifact,
        guards.qa,
        guards.in_sync,
    ),
    (Phase.QA_PASSED, Phase.EXPERIMENTAL): (
        guards.clock,
        guards.qa,
        guards.expiry,
        lifecycle.thawed,
        guards.entry_approvals,
        guards.in_sync,
    ),
    (Phase.EXPERIMENTAL, Phase.EXPERIMENTAL): (
        guards.clock,
        guards.configured,
        guards.qa,
        guards.expiry,
        lifecycle.thawed,
        guards.stage_soak,
        guards.exposure,
        *health.UNHARMED,
        guards.in_sync,
    ),
    (Phase.EXPERIMENTAL, Phase.GENERAL): (
        guards.clock,
        guards.configured,
        guards.qa,
        guards.expiry,
        lifecycle.thawed,
        guards.last_stage,
        guards.stage_soak,
        guards.soak,
        guards.exposure,
        *health.UNHARMED,
        health.not_worse,
        guards.approvals,
        guards.in_sync,
    ),
    (Phase.GENERAL, Phase.CLEANUP): (guards.clock, lifecycle.baked, guards.in_sync),
    (Phase.CLEANUP, Phase.ARCHIVED): (
        guards.clock,
        lifecycle.unreferenced,
        lifecycle.quiet,
        guards.in_sync,
    ),
}

# A changed declaration of a live feature is brought to the flag in the same stage: it needs what
# entering the phase needed, and its soak starts anew.
RECONFIGURE: tuple[Guard, ...] = (
    guards.clock,
    guards.same_flag,
    guards.qa,
    guards.expiry,
    lifecycle.thawed,
    guards.entry_approvals,
    guards.in_sync,
)


@dataclass(frozen=True, slots=True)
class Move:
    """A step that a feature could take.

    Attributes:
        to: the phase that it leads to.
        stage: index of the Experimental stage; -1 outside of the phase.
        guards: what has to hold.
    """

    to: Phase
    stage: int
    guards: tuple[Guard, ...]

    def refusals(self, situation: Situation) -> tuple[Refusal, ...]:
        """Return everything that stands in the way."""
        return tuple(found for guard in self.guards if (found := guard(situation)) is not None)


def advance(feature: Feature, state: FeatureState) -> Move | None:
    """Return the next step short of general release, or None when there is none."""
    if state.phase is Phase.EXPERIMENTAL:
        return _stage(feature, state)
    to = _NEXT.get(state.phase)
    if to is None:
        return None
    ordered = GUARDS[state.phase, to]
    if to is Phase.EXPERIMENTAL:
        ordered = (*ordered, _follows(feature, 0))
    return Move(to, _ENTERED.get(to, -1), ordered)


def _stage(feature: Feature, state: FeatureState) -> Move | None:
    """Return the step within the Experimental phase."""
    declared = range(len(feature.stages))
    if feature.config != state.config and state.stage in declared:
        return Move(Phase.EXPERIMENTAL, state.stage, (*RECONFIGURE, _follows(feature, state.stage)))
    following = state.stage + 1
    if following not in declared:
        return None
    wider = (*GUARDS[state.phase, state.phase], _follows(feature, following))
    return Move(Phase.EXPERIMENTAL, following, wider)


def _follows(feature: Feature, stage: int) -> Guard:
    return lifecycle.follows(feature.stages[stage].weight)


def promote(state: FeatureState) -> Move | None:
    """Return the step to general release, or None when the feature is not Experimental."""
    if state.phase is not Phase.EXPERIMENTAL:
        return None
    ordered = (*GUARDS[Phase.EXPERIMENTAL, Phase.GENERAL], lifecycle.follows(WHOLE))
    return Move(Phase.GENERAL, -1, ordered)


def targets(situation: Situation, move: Move) -> tuple[Target, ...]:
    """Return what the flag has to look like in each environment after a move."""
    feature, settings = situation.feature, situation.settings
    if move.to in _UNTOUCHED:
        return situation.state.targets
    if move.to is Phase.ARCHIVED:
        return tuple(map(_archived, situation.state.targets))
    environment = settings.staging if move.to is Phase.STAGING else settings.production
    others = tuple(t for t in situation.state.targets if t.environment != environment)
    return (*others, Target(environment, feature.flag, _configuration(feature, move)))


def _archived(target: Target) -> Target:
    off = replace(target.configuration, on=False, phase=Phase.ARCHIVED.value)
    return replace(target, configuration=off)


def _configuration(feature: Feature, move: Move) -> Configuration:
    staged = move.to is Phase.EXPERIMENTAL
    return Configuration(
        on=True,
        weight=feature.stages[move.stage].weight if staged else WHOLE,
        unit=feature.unit,
        control=feature.control,
        experimental=feature.experimental,
        phase=move.to.value,
    )


def grounds(situation: Situation, move: Move) -> Grounds:
    """Return what a move was decided on, for the record."""
    state = situation.state
    soaked = state.soaked(situation.now)
    contexts = situation.exposure.experimental if situation.exposure else 0
    approvers = guards.approvers(situation, move.to)
    # must be written as counted: counts that cannot be are refused when they are weighed
    return Grounds(int(soaked.total_seconds()), contexts, approvers, situation.tallies)


def standing(state: FeatureState, production: str) -> str:
    """Return where a feature stands, e.g. `Experimental at 25 %`."""
    target = state.target(production)
    if state.experimenting and target is not None:
        return f"{state.phase.label} at {percent(target.configuration.weight)}"
    return state.phase.label
