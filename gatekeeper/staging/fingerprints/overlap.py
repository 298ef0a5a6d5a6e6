"""Is what staging shares with production more than chance gives?

Two columns that are filled independently share values when few values are possible. How many are
possible is estimated from how often a column repeats itself: of n values drawn from U possible
ones about n²/2U pairs are equal (the birthday problem). Plain arithmetic over counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# of a false alarm anywhere in an environment
SIGNIFICANCE = 1e-4
# A value of random form (a UUID has 122 random bits) is never met twice by chance.
_RANDOM_UNIVERSE = 2.0**96
# With none seen, fewer than 3 pairs were to be expected, at 95 %.
_NONE_SEEN = 3.0
_DEVIATIONS = 1.64
_MOSTLY_UNIQUE = 0.5
_FEWEST = 2  # one shared value can be a colleague's own account


@dataclass(frozen=True, slots=True)
class Repeats:
    """How a column repeats itself.

    Attributes:
        values: in it.
        distinct: different ones among them.
        pairs: pairs of equal ones that were seen.
        share: the part of all pairs that was looked at, from 0 to 1.
        random: its values are random by their form.
    """

    values: int
    distinct: int
    pairs: int
    share: float = 1.0
    random: bool = False


def universe(column: Repeats) -> float:
    """Return how many values are possible in the column, at least, at 95 %.

    A column in which most values come back (orders that name their customer) repeats itself for
    another reason than chance: then only its different values tell.
    """
    if column.random:
        return _RANDOM_UNIVERSE
    if column.distinct < _MOSTLY_UNIQUE * column.values:
        return column.distinct**2 / (2 * _NONE_SEEN)
    most = column.pairs + _DEVIATIONS * math.sqrt(column.pairs) + _NONE_SEEN
    return column.values**2 * column.share / (2 * most)


def expected(staging: Repeats, production: Repeats) -> float:
    """Return how many different values two such columns share by chance, at most, at 95 %."""
    possible = max(universe(staging), universe(production), 1.0)
    return staging.distinct * production.distinct / possible


def is_telling(shared: int, by_chance: float, comparisons: int, *, random: bool = False) -> bool:
    """Tell whether so many shared values are no chance, in so many comparisons of columns."""
    if shared < (1 if random else _FEWEST):
        return False
    return log_poisson_tail(by_chance, shared) + math.log(max(1, comparisons)) < math.log(
        SIGNIFICANCE
    )


def log_poisson_tail(mean: float, hits: int) -> float:
    """Return ln P(at least `hits`) of a Poisson distribution; 0 up to its mean.

    The sum is at most its first term times a geometric series: never too small.
    """
    if hits <= mean or not hits:
        return 0.0
    first = hits * math.log(mean) - mean - math.lgamma(hits + 1) if mean > 0 else -math.inf
    return min(0.0, first - math.log1p(-mean / (hits + 1)))
