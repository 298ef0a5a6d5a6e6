"""The Beta distribution in logarithms, so that neither of its tails runs out of digits. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from math import exp, expm1, inf, lgamma, log, log1p

_TINY = 1e-300
_CLOSE = 1e-15
_MOST = 100_000


def log_beta(a: float, b: float) -> float:
    """Return the logarithm of the Beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def log_cdf(x: float, a: float, b: float) -> float:
    """Return log P(X ≤ x) for X ~ Beta(a, b); exact to about ten digits in either tail.

    Args:
        x: 0..1.
        a: > 0.
        b: > 0.
    """
    if x <= 0:
        return -inf
    if x >= 1:
        return 0.0
    if x <= (a + 1) / (a + b + 2):
        return _log_series(x, a, b)
    return _log_complement(_log_series(1 - x, b, a))


def log_sf(x: float, a: float, b: float) -> float:
    """Return log P(X > x) for X ~ Beta(a, b)."""
    return log_cdf(1 - x, b, a)


def _log_complement(logarithm: float) -> float:
    """Return log(1 - e^logarithm) for a logarithm that is not positive."""
    if logarithm >= 0:
        return -inf
    return log(-expm1(logarithm)) if logarithm > -1 else log1p(-exp(logarithm))


def _log_series(x: float, a: float, b: float) -> float:
    front = a * log(x) + b * log1p(-x) - log(a) - log_beta(a, b)
    return min(front - log(_fraction(x, a, b)), 0.0)


def _fraction(x: float, a: float, b: float) -> float:
    """Evaluate the continued fraction of the incomplete Beta function, by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for coefficient in _coefficients(x, a, b):
        d = 1 / _apart(1 + coefficient * d)
        c = _apart(1 + coefficient / c)
        value *= c * d
        if abs(c * d - 1) < _CLOSE:
            return value
    raise ArithmeticError(f"the Beta distribution does not converge at {x}, {a}, {b}")


def _coefficients(x: float, a: float, b: float) -> Iterator[float]:
    yield -(a + b) * x / (a + 1)
    for m in count(1):
        if m > _MOST:
            return
        yield m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))


def _apart(value: float) -> float:
    """Keep a denominator away from zero."""
    return value if abs(value) > _TINY else _TINY
