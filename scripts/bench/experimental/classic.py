"""Tests that others use: fixed-sample ones for two Poisson rates, and the Poisson MaxSPRT.

They are here to be compared with, and because their published figures are known to many digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, sqrt


def z_score(errors: tuple[float, float], sizes: tuple[float, float]) -> float:
    """Return the score statistic of "the first rate is no higher" (Gu et al. 2008)."""
    relative = sizes[0] / sizes[1]
    spread = sqrt(sum(errors) * relative)
    return (errors[0] - errors[1] * relative) / spread if spread else 0.0


def exact_p(errors: tuple[int, int], sizes: tuple[float, float]) -> float:
    """Return the two-sided p-value of the exact conditional test of two equal rates."""
    total, share = sum(errors), sizes[0] / sum(sizes)
    chances = [_binomial(hits, total, share) for hits in range(total + 1)]
    return sum(chance for chance in chances if chance <= chances[errors[0]] * (1 + 1e-9))


def _binomial(hits: int, total: int, share: float) -> float:
    ways = lgamma(total + 1) - lgamma(hits + 1) - lgamma(total - hits + 1)
    return exp(ways + hits * log(share) + (total - hits) * log(1 - share))


def maxsprt_ratio(events: float, expected: float) -> float:
    """Return the log-likelihood ratio of the Poisson MaxSPRT; 0 while there are too few events."""
    if events <= expected:
        return 0.0
    return expected - events + events * log(events / expected)


def maxsprt_critical(horizon: float, alpha: float) -> float:
    """Return the critical value of the Poisson MaxSPRT up to `horizon` expected events.

    Kulldorff et al. 2011, Table 1.
    """
    low, high = 0.1, 20.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (low, middle) if _signals(middle, horizon) < alpha else (middle, high)
    return (low + high) / 2


def _signals(critical: float, horizon: float) -> float:
    """Return how probable it is that the ratio ever reaches a critical value under the null."""
    states, time, events = [1.0], 0.0, 0
    while True:
        # the n-th event signals when it comes before this time
        events += 1
        limit = min(_limit(events, critical), horizon)
        states = _passed(states, limit - time, events)
        time = limit
        if time >= horizon:
            return 1 - sum(states)


def _limit(events: int, critical: float) -> float:
    low, high = 0.0, float(events)
    for _ in range(100):
        middle = (low + high) / 2
        if not middle:
            break
        low, high = (middle, high) if maxsprt_ratio(events, middle) > critical else (low, middle)
    return low


def _passed(states: Sequence[float], time: float, events: int) -> list[float]:
    """Return how probable each number of events below `events` is after some more time."""
    arrivals = [exp(-time + n * log(time) - lgamma(n + 1)) for n in range(events)]
    return [
        sum(states[m] * arrivals[n - m] for m in range(min(n + 1, len(states))))
        for n in range(events)
    ]
