"""What has to hold before a feature may move. Pure.

Each guard returns None, or a refusal that says with figures what is missing, what would satisfy
it and how long that probably takes. What is not known never satisfies a guard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from gatekeeper.core.fields import format_duration
from gatekeeper.experimental.configuration import Counts, Fared
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.identity import identity
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import FeatureState, Phase
from gatekeeper.experimental.statistics.tally import Tally


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where a feature stands that another one requires.

    Attributes:
        key: of the feature.
        state: as recorded; None when nothing is.
        weight: share of the units that meets it in production, in thousandths of a percent.
    """

    key: str
    state: FeatureState | None
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a guard may look at.

    Attributes:
        feature: as declared now.
        state: as recorded.
        settings: the policy.
        exposure: distinct contexts since the last change; None when nobody counted.
        drift: what differs between the flags and what was recorded, in words.
        now: UTC.
        fared: how contexts fared in the present stage; None when nobody was told.
        ahead: where the features stand that this one requires.
        references: files that name its flag; None when nobody looked.
        evaluated: True when somebody asked for its flag of late; None when nobody can tell.
        hotfix: why it must move in spite of a freeze; empty where it must not.
    """

    feature: Feature
    state: FeatureState
    settings: ExperimentalSettings
    exposure: Counts | None
    drift: tuple[str, ...]
    now: datetime
    fared: Fared | None = None
    ahead: tuple[Ahead, ...] = ()
    references: tuple[str, ...] | None = None
    evaluated: bool | None = None
    hotfix: str = ""

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """How contexts fared since the last change, stage by stage."""
        target = self.state.target(self.settings.production)
        if self.fared is None or target is None:
            return self.state.tallies
        weight = target.configuration.weight
        now = Tally(self.fared.control, self.fared.experimental, weight)
        return (*self.state.tallies, now)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a feature may not move.

    Attributes:
        guard: which guard says so.
        reason: what is missing, with figures.
        remedy: what would satisfy it.
        wait: how long that probably takes when nothing but time is missing; None when it takes
            somebody's action, or when nobody can tell.
        needs: what has to happen besides waiting, in a few words; empty when nothing has to.
        contexts: about how many more contexts have to meet it; 0 where that is not what is missing.
    """

    guard: str
    reason: str
    remedy: str
    wait: timedelta | None = None
    needs: str = ""
    contexts: int = 0


Guard = Callable[[Situation], Refusal | None]
_UNKNOWN = "it is not known which artifact is deployed"
_STAGE = "its stage declared again"


def clock(at: Situation) -> Refusal | None:
    """Time must not run backwards: soak could not be counted."""
    if at.now >= at.state.latest:
        return None
    behind = format_duration(at.state.latest - at.now)
    reason = f"this clock is {behind} behind the ledger's last entry"
    return Refusal("clock", reason, "set this machine's clock", needs="a clock that is right")


def artifact(at: Situation) -> Refusal | None:
    """Something must be deployed, and it must be known what."""
    if at.state.artifact:
        return None
    remedy = f"say what is deployed: `gatekeeper feature advance {at.state.key} --artifact DIGEST`"
    return Refusal("artifact", _UNKNOWN, remedy, needs="an artifact")


def qa(at: Situation) -> Refusal | None:
    """QA must have signed off this very artifact, by someone outside the change."""
    if any(_valid(at, sign.artifact, sign.actor) for sign in at.state.sign_offs):
        return None
    reason = f"QA has not signed off {short(at.state.artifact)}{_void_sign_off(at.state)}"
    remedy = f"have somebody else test it and run `gatekeeper feature sign-off {at.state.key}`"
    return Refusal("qa", reason, remedy, needs="QA's sign-off")


def _void_sign_off(state: FeatureState) -> str:
    """Say why a sign-off that is there does not count."""
    signed = [sign for sign in state.sign_offs if sign.artifact == state.artifact]
    if signed:
        return f" by anybody outside the change ({signed[-1].actor} is part of it)"
    if state.sign_offs:
        return f" (the last sign-off is for {short(state.sign_offs[-1].artifact)})"
    return ""


def expiry(at: Situation) -> Refusal | None:
    """An expiry must be set and not be over."""
    where = f"`expires:` in {at.feature.path or 'the declaration'}"
    if not at.feature.expires:
        return Refusal("expiry", "no expiry is set", f"set {where}", needs="an expiry")
    if not expired(at.feature, at.state, at.now):
        return None
    reason = f"it expired on {deadline(at.feature, at.state)}"
    remedy = f"run `gatekeeper feature rollback {at.state.key}`; a new attempt needs a new {where}"
    return Refusal("expiry", reason, remedy, needs="another attempt")


def expired(feature: Feature, state: FeatureState, now: datetime) -> bool:
    """Return True after the last day (UTC) on which the feature may be Experimental."""
    last = deadline(feature, state)
    return bool(last) and now.date() > date.fromisoformat(last)


def deadline(feature: Feature, state: FeatureState) -> str:
    """Return the last day (UTC) on which it may be Experimental, ISO 8601; empty if not set."""
    return max(feature.expires, state.extended) if feature.expires else ""


def configured(at: Situation) -> Refusal | None:
    """The flag must be set as declared now."""
    if at.feature.config == at.state.config:
        return None
    reason = f"{at.feature.path or 'the declaration'} was changed since the flag was set"
    remedy = f"have it approved and run `gatekeeper feature advance {at.state.key}`, or undo it"
    return Refusal("configuration", reason, remedy, needs="the flag set as declared")


def same_flag(at: Situation) -> Refusal | None:
    """A live feature keeps its flag: the one that it leaves would stay on, and nobody's."""
    live = at.state.target(at.settings.production)
    if live is None or live.flag == at.feature.flag:
        return None
    reason = f"its flag is {live.flag}, and the declaration names {at.feature.flag}"
    remedy = f"undo that, or run `gatekeeper feature rollback {at.state.key}` and start again"
    return Refusal("flag", reason, remedy, needs="its own flag")


def in_sync(at: Situation) -> Refusal | None:
    """The flags must be as recorded: nobody changed them by hand."""
    if not at.drift:
        return None
    remedy = f"undo the change, or run `gatekeeper feature rollback {at.state.key}`"
    reason = "the flag is not as recorded: " + "; ".join(at.drift)
    return Refusal("in-sync", reason, remedy, needs="the flag set as recorded")


def soak(at: Situation) -> Refusal | None:
    """It must have been Experimental for long enough since its last change."""
    return _soaked("soak", at.state.soaked(at.now), at.settings.soak)


def stage_soak(at: Situation) -> Refusal | None:
    """The stage must have lasted long enough since the last change."""
    stage = at.state.stage
    # must be a declared stage: a shortened list leaves nothing to measure against
    if not 0 <= stage < len(at.feature.stages):
        remedy = f"declare the stage again, or `gatekeeper feature rollback {at.state.key}`"
        return Refusal("stage", f"stage {stage + 1} is not declared any more", remedy, needs=_STAGE)
    needed = timedelta(seconds=at.feature.stages[stage].soak_seconds)
    return _soaked("stage soak", at.state.stage_soaked(at.now), needed)


def _soaked(guard: str, done: timedelta, needed: timedelta) -> Refusal | None:
    # of time that runs backwards `clock` tells, for every move
    if done >= needed or not needed:
        return None
    # in whole seconds, up: whoever waits that long has waited long enough
    left = timedelta(seconds=ceil((needed - done).total_seconds()))
    reason = (
        f"needs {format_duration(left)} more soak: {format_duration(needed - left)} of "
        f"{format_duration(needed)} since the last change"
    )
    return Refusal(guard, reason, f"wait {format_duration(left)}", left)


def last_stage(at: Situation) -> Refusal | None:
    """It must have gone through every stage."""
    if at.state.stage + 1 >= len(at.feature.stages):
        return None
    reason = f"it is at stage {at.state.stage + 1} of {len(at.feature.stages)}"
    needs = _more(len(at.feature.stages) - at.state.stage - 1, "stage")
    remedy = f"run `gatekeeper feature advance {at.state.key}` first"
    return Refusal("stage", reason, remedy, needs=needs)


def exposure(at: Situation) -> Refusal | None:
    """Enough distinct contexts must have met it since the last change."""
    needed = at.settings.min_contexts
    # missing data never advances
    if at.exposure is None:
        reason = f"no exposure was counted; {needed:,} distinct contexts are needed"
        remedy = "see that applications evaluate the flag"
        return Refusal("exposure", reason, remedy, contexts=needed)
    met = at.exposure.experimental
    if met >= needed:
        return None
    reason = f"needs about {needed - met:,} more contexts: {met:,} of {needed:,} met it"
    wait = _at_this_rate(met, needed, at.now - at.state.settled)
    about = f" (about {format_duration(wait)} at this rate)" if wait else ""
    remedy = f"wait for more traffic{about}"
    return Refusal("exposure", reason, remedy, wait, contexts=needed - met)


def _at_this_rate(met: int, needed: int, elapsed: timedelta) -> timedelta | None:
    if met <= 0 or elapsed <= timedelta(0):
        return None
    return elapsed * (needed - met) / met


def entry_approvals(at: Situation) -> Refusal | None:
    """Enough people outside the change must have approved that it becomes Experimental."""
    return _approved(at, Phase.EXPERIMENTAL, at.settings.entry_approvals)


def approvals(at: Situation) -> Refusal | None:
    """Enough people outside the change must have approved that it becomes general."""
    return _approved(at, Phase.GENERAL, at.settings.approvals)


def _approved(at: Situation, target: Phase, needed: int) -> Refusal | None:
    count = len(approvers(at, target))
    if count >= needed:
        return None
    missing = _more(needed - count, "approval")
    reason = f"needs {missing}: {count} of {needed}{_void_approvals(at, target, count)}"
    outside = ", ".join(sorted(set(insiders(at, movers=True))))
    remedy = f"`gatekeeper feature approve {at.state.key}` by somebody other than {outside}"
    return Refusal("approvals", reason, remedy, needs=missing)


def _void_approvals(at: Situation, target: Phase, counted: int) -> str:
    """Say why approvals that are there do not count."""
    void = sum(approval.target is target for approval in at.state.approvals) - counted
    if void <= 0:
        return ""
    return (
        f" ({void} do not count: given for another artifact or configuration, twice, "
        "or by somebody who is part of the change)"
    )


def _more(number: int, what: str) -> str:
    return f"{number} more {what}" if number == 1 else f"{number} more {what}s"


def approvers(at: Situation, target: Phase) -> tuple[str, ...]:
    """Return the distinct people whose approval of this artifact and configuration counts."""
    # must be bound to something: an approval of an artifact that nobody knows is for none
    if not at.state.artifact:
        return ()
    bound = (target, at.state.artifact, at.feature.config)
    given = [a.actor for a in at.state.approvals if (a.target, a.artifact, a.config) == bound]
    counted: dict[str, str] = {}
    for actor in given:
        if outsider(at, actor, movers=True):
            counted.setdefault(identity(actor), actor)
    return tuple(counted.values())


def insiders(at: Situation, *, movers: bool) -> Iterable[str]:
    """Return who is part of the change: owner, author, deployers and, if asked, the last mover."""
    last = (at.state.mover,) if movers and at.state.mover else ()
    return (at.feature.owner, *at.state.contributors, *last)


def outsider(at: Situation, actor: str, *, movers: bool) -> bool:
    """Return True for somebody who is no part of the change under any spelling."""
    return identity(actor) not in map(identity, insiders(at, movers=movers))


def _valid(at: Situation, signed: str, actor: str) -> bool:
    return bool(signed) and signed == at.state.artifact and outsider(at, actor, movers=False)


def short(digest: str) -> str:
    """Return an artifact's digest short enough to read."""
    return digest[:19] if digest else "the artifact (none is known)"
