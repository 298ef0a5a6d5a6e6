"""Is the feature harmless to those who meet it? Guards on how contexts fared. Pure.

What is shown was weighed by e-processes, which may be looked at as often as one likes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import exp

from gatekeeper.core.fields import format_duration
from gatekeeper.experimental.guards import Guard, Refusal, Situation
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.statistics.tally import Arm, Tally
from gatekeeper.experimental.statistics.weighing import (
    Weighed,
    mismatch,
    more_contexts,
    ratio,
    weigh,
)

_TELL = "see that applications evaluate the flag inside `with client.request():`"
_MOST = 1e12
_WHOLE_FROM = 10


def fresh(at: Situation) -> Refusal | None:
    """It must be known how contexts fare, and until when."""
    # missing data never advances
    if at.fared is None:
        reason = "nothing is known about how contexts fared in this stage"
        return Refusal("freshness", reason, _TELL, needs="word on errors")
    age = at.now - at.fared.latest
    if age <= at.settings.fresh:
        return None
    reason = (
        f"the latest word on how contexts fare is {format_duration(_whole(age))} old; "
        f"{format_duration(at.settings.fresh)} is allowed"
    )
    return Refusal("freshness", reason, _TELL, needs="word on errors")


def counted(at: Situation) -> Refusal | None:
    """The arms must have been counted right: no more errors than contexts."""
    if weighed(at) is not None:
        return None
    reason = "more contexts with errors were counted than contexts"
    return Refusal("counts", reason, "see what counts them", needs="counts that can be")


def unharmed(at: Situation) -> Refusal | None:
    """Errors must not be shown to be more frequent where the feature is met."""
    found = weighed(at)
    limits = at.settings.guardrail.limits
    if found is None or not found.harmful(limits):
        return None
    return Refusal(
        "harm",
        f"{_errors(at)}; that it does harm is shown by {evidence(found.harm)}, and "
        f"{evidence(limits.threshold)} is enough",
        f"run `gatekeeper feature rollback {at.state.key}`",
        needs="another attempt",
    )


def evenly(at: Situation) -> Refusal | None:
    """The arms must have the sizes that were asked for: else they are not alike."""
    found = weighed(at)
    limits = at.settings.guardrail.limits
    if found is None or not found.mismatched(limits):
        return None
    worst = max(at.tallies, key=mismatch)
    reason = (
        f"the arms are not as large as they should be: {worst.experimental.contexts:,} of "
        f"{worst.experimental.contexts + worst.control.contexts:,} contexts are experimental, and "
        f"{worst.share:.4g} of them should be (evidence {evidence(found.mismatch)})"
    )
    remedy = "find out who is lost or counted twice; nothing that was counted can be believed"
    return Refusal("sample ratio", reason, remedy, needs="arms of the right size")


def not_worse(at: Situation) -> Refusal | None:
    """It must be shown that errors are not more frequent by the margin, or that they are few."""
    found, guardrail = weighed(at), at.settings.guardrail
    limits = guardrail.limits
    # of counts that cannot be `counted` tells
    if found is None or found.safe(limits):
        return None
    best = max(found.safety, found.calm)
    reason = (
        f"it is not shown yet that errors are less than {guardrail.margin:g} times as frequent, "
        f"nor that they are below {guardrail.negligible:.3g}: evidence {evidence(best)} of "
        f"{evidence(limits.threshold)}; {_errors(at)}"
    )
    return _until(at, reason)


def _until(at: Situation, reason: str) -> Refusal:
    more = more_contexts(at.tallies, at.settings.guardrail.limits) if at.fared else None
    if more is None:
        remedy = "wait for more traffic, or look at why contexts fail"
        return Refusal("non-inferiority", reason, remedy, needs="evidence that it is not worse")
    wait = _at_this_rate(at, more)
    about = f" (about {format_duration(wait)} at this rate)" if wait else ""
    remedy = f"wait for about {more:,} more contexts{about}"
    return Refusal("non-inferiority", reason, remedy, wait, contexts=more)


def _at_this_rate(at: Situation, more: int) -> timedelta | None:
    met = at.fared.experimental.contexts if at.fared else 0
    elapsed = at.now - max(at.state.stage_since, at.state.settled)
    if not met or elapsed <= timedelta(0):
        return None
    seconds = elapsed.total_seconds() * more / met
    return timedelta(seconds=max(1, round(seconds))) if seconds < _MOST else None


def weighed(at: Situation) -> Weighed | None:
    """Return what the counts say so far; None for counts that cannot be."""
    try:
        return weigh(at.tallies, at.settings.guardrail.limits)
    except ValueError:
        return None


def shows_safety(tallies: Iterable[Tally], settings: ExperimentalSettings) -> bool:
    """Return True when counts show that a feature is not worse; False for counts that cannot be."""
    limits = settings.guardrail.limits
    try:
        return weigh(tallies, limits).safe(limits)
    except ValueError:
        return False


def evidence(logarithm: float) -> str:
    """Write an e-value for people: how many to one."""
    value = exp(min(logarithm, 30))
    return f"{value:,.0f}:1" if value >= _WHOLE_FROM else f"{value:.2g}:1"


def _errors(at: Situation) -> str:
    times = ratio(at.tallies)
    about = f" ({times:.2g} times as frequent)" if times is not None else ""
    ours = _arm(tally.experimental for tally in at.tallies)
    theirs = _arm(tally.control for tally in at.tallies)
    return f"{ours} contexts with it met an error, {theirs} without{about}"


def _arm(stages: Iterable[Arm]) -> str:
    arms = tuple(stages)
    return f"{sum(arm.errors for arm in arms):,} of {sum(arm.contexts for arm in arms):,}"


def _whole(span: timedelta) -> timedelta:
    return timedelta(seconds=int(span.total_seconds()))


UNHARMED: tuple[Guard, ...] = (fresh, counted, unharmed, evenly)
