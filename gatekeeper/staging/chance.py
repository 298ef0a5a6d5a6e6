"""How likely is it by chance? Plain arithmetic over counts."""

from __future__ import annotations

import math
from collections.abc import Sequence

CONFIDENCE = 0.95


def binomial_tail(trials: int, probability: float, hits: int) -> float:
    """Return the probability of at least `hits` successes in `trials` independent ones.

    Up to the mean it is not worked out: 1.0 stands for "nothing unusual".
    """
    if hits <= trials * probability:
        return 1.0
    terms = [_log_term(trials, probability, k) for k in _telling(trials, probability, hits)]
    return min(1.0, _sum_of_powers(terms))


def leak_rate_bound(rows: int) -> float:
    """Return x: with none found in `rows` rows, the leak rate is below x at 95 %."""
    return 1.0 - (1.0 - CONFIDENCE) ** (1.0 / rows) if rows else 1.0


def _telling(trials: int, probability: float, hits: int) -> range:
    """The outcomes that matter: 40 deviations further on nothing adds up any more."""
    deviation = math.sqrt(trials * probability * (1 - probability))
    last = math.ceil(hits + 40 * deviation) + 40
    return range(hits, min(trials, last) + 1)


def _sum_of_powers(logarithms: Sequence[float]) -> float:
    """Return the sum of e^x; the largest is taken out, so that no sum leaves a float's range."""
    largest = max(logarithms, default=0.0)
    return math.exp(largest) * math.fsum(math.exp(x - largest) for x in logarithms)


def _log_term(trials: int, probability: float, hits: int) -> float:
    choose = math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
    return choose + hits * math.log(probability) + (trials - hits) * math.log1p(-probability)
