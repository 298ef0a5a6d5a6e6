"""E-values of a share: how much the data speak against a bound on it, at any time. Pure.

Each is the likelihood of the data mixed over all shares beyond the bound, against their likelihood
at the bound (Lindon and Malek 2022). While the bound holds, it is a non-negative supermartingale
that starts at 1: the chance that it ever reaches 1/α, however often somebody looks, is at most α.
Everything is in natural logarithms.
"""

from __future__ import annotations

from math import log, log1p

from gatekeeper.experimental.statistics.beta import log_beta, log_cdf, log_sf

# as if so many draws had been seen at exactly the expected share
_EXPECTED = 100.0


def log_above(hits: float, misses: float, bound: float) -> float:
    """Return the log e-value against "the share of hits is at most `bound`"."""
    a, b = _prior(bound)
    tail = log_sf(bound, a + hits, b + misses) - log_sf(bound, a, b)
    return _mixture(hits, misses, bound, (a, b)) + tail


def log_below(hits: float, misses: float, bound: float) -> float:
    """Return the log e-value against "the share of hits is at least `bound`"."""
    a, b = _prior(bound)
    tail = log_cdf(bound, a + hits, b + misses) - log_cdf(bound, a, b)
    return _mixture(hits, misses, bound, (a, b)) + tail


def log_other(hits: float, misses: float, share: float) -> float:
    """Return the log e-value against "the share of hits is `share`"."""
    return _mixture(hits, misses, share, (_EXPECTED * share, _EXPECTED * (1 - share)))


def _prior(bound: float) -> tuple[float, float]:
    """Return a Beta prior that is as wide as the bound itself, on either scale."""
    concentration = 1 / min(bound, 1 - bound)
    return concentration * bound, concentration * (1 - bound)


def _mixture(hits: float, misses: float, bound: float, prior: tuple[float, float]) -> float:
    a, b = prior
    at_bound = hits * log(bound) + misses * log1p(-bound)
    return log_beta(a + hits, b + misses) - log_beta(a, b) - at_bound
