"""Weighs what was counted: is the experimental arm worse, not worse, or is the count itself off?

Given that some context met an error, the chance that it was an experimental one is
π = R·n_e / (R·n_e + n_c) when errors are R times as frequent there. What makes errors more or less
frequent for everybody at once cancels out. Each stage is weighed with the arms that it had; the
e-values of the stages multiply. Contexts count, not requests: the requests of one context fail
together. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, log

from gatekeeper.experimental.statistics.processes import log_above, log_below, log_other
from gatekeeper.experimental.statistics.tally import Arm, Tally

# further ahead than this nobody waits
_FARTHEST = 1e8
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """What is held against the counts.

    Attributes:
        margin: how many times as frequent errors would be that must be ruled out.
        negligible: share of contexts with errors below which no comparison is needed.
        alpha: chance of a wrong word on harm, and of one on safety, however often one looks.
        mismatch_alpha: chance of a wrong word on the arms' sizes.
    """

    margin: float = 1.5
    negligible: float = 0.001
    alpha: float = 0.05
    mismatch_alpha: float = 0.001

    @property
    def threshold(self) -> float:
        """The log e-value from which on something is shown."""
        return -log(self.alpha)

    @property
    def mismatch_threshold(self) -> float:
        """The log e-value from which on the arms' sizes are wrong."""
        return -log(self.mismatch_alpha)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the counts say so far, as natural logarithms of e-values; 0 says nothing.

    Attributes:
        harm: against "errors are no more frequent in the experimental arm".
        safety: against "they are more frequent by the margin, or more".
        calm: against "the experimental arm's share of contexts with errors is not negligible", in
            the last stage.
        mismatch: against "the arms have the sizes that were asked for", where it is most.
    """

    harm: float
    safety: float
    calm: float
    mismatch: float

    def harmful(self, limits: Limits) -> bool:
        """True when the experimental arm is shown to be worse."""
        return self.harm >= limits.threshold

    def safe(self, limits: Limits) -> bool:
        """True when the experimental arm is shown to be not worse by the margin, or negligible."""
        return max(self.safety, self.calm) >= limits.threshold

    def mismatched(self, limits: Limits) -> bool:
        """True when the arms are shown to have other sizes than were asked for."""
        return self.mismatch >= limits.mismatch_threshold


def weigh(tallies: Iterable[Tally], limits: Limits) -> Weighed:
    """Weigh the stages since the last change. Raises ValueError for counts that cannot be."""
    stages = tuple(tallies)
    if not all(stage.sound for stage in stages):
        raise ValueError("more errors than contexts were counted")
    compared = [stage for stage in stages if stage.concurrent]
    return Weighed(
        harm=sum(_compared(stage, log_above, 1.0) for stage in compared),
        safety=sum(_compared(stage, log_below, limits.margin) for stage in compared),
        # must be of one stage: who comes again in the next would count twice as somebody without
        # an error, and without a control arm nothing makes up for that
        calm=_calm(stages[-1].experimental, limits.negligible) if stages else 0.0,
        mismatch=max(map(mismatch, stages), default=0.0),
    )


def _compared(stage: Tally, process: Callable[[float, float, float], float], ratio: float) -> float:
    return process(stage.experimental.errors, stage.control.errors, stage.bound(ratio))


def _calm(arm: Arm, negligible: float) -> float:
    return log_below(arm.errors, arm.contexts - arm.errors, negligible)


def mismatch(stage: Tally) -> float:
    """Return the log e-value against "the arms have the sizes that were asked for"."""
    control, experimental = stage.control.contexts, stage.experimental.contexts
    if 0 < stage.share < 1:
        return log_other(experimental, control, stage.share)
    # of a stage for everybody or for nobody the other arm has to stay empty, but for stragglers
    return 0.0


def ratio(tallies: Sequence[Tally]) -> float | None:
    """Return how many times as frequent contexts with errors were in the experimental arm."""
    compared = [stage for stage in tallies if stage.concurrent]
    expected = sum(stage.errors * stage.bound(1.0) for stage in compared)
    met = sum(stage.experimental.errors for stage in compared)
    others = sum(stage.errors for stage in compared)
    if not others or met == others:
        return None
    # the odds of an error being experimental, against what they would be without an effect
    return (met / (others - met)) / (expected / (others - expected))


def more_contexts(tallies: Sequence[Tally], limits: Limits) -> int | None:
    """Estimate how many more experimental contexts it takes to show that nothing is worse.

    Assumes that the last stage goes on as it went so far.

    Returns:
        None when that would not show it, or when nothing was counted in the last stage.
    """
    if not tallies or not tallies[-1].experimental.contexts:
        return None
    *before, last = tallies

    def shown(factor: float) -> bool:
        return weigh((*before, _longer(last, factor)), limits).safe(limits)

    if shown(1):
        return 0
    reach = 2.0
    while not shown(reach):
        reach *= 2
        if reach * last.experimental.contexts > _FARTHEST:
            return None
    factor = _least(shown, reach / 2, reach)
    return ceil((factor - 1) * last.experimental.contexts)


def _longer(stage: Tally, factor: float) -> Tally:
    return replace(
        stage,
        control=_grown(stage.control, factor),
        experimental=_grown(stage.experimental, factor),
    )


def _grown(arm: Arm, factor: float) -> Arm:
    return Arm(round(arm.contexts * factor), round(arm.errors * factor))


def _least(shown: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if shown(middle) else (middle, high)
    return high
