"""What makes an e-value one: its expectation never exceeds 1 while the bound holds."""

from __future__ import annotations

from fractions import Fraction
from math import comb, exp, inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.experimental.statistics.beta import log_cdf, log_sf
from gatekeeper.experimental.statistics.processes import log_above, log_below, log_other

SHARES = st.floats(0.005, 0.995)
COUNTS = st.integers(0, 400)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 99))
def test_the_cdf_is_the_exact_binomial_sum(a: int, b: int, percent: int) -> None:
    x, n = Fraction(percent, 100), a + b - 1
    exact = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert log_cdf(float(x), a, b) == pytest.approx(float(log_of(exact)), abs=1e-9)


def log_of(value: Fraction) -> float:
    return log(value.numerator) - log(value.denominator)


@given(SHARES, st.floats(0.5, 1e6), st.floats(0.5, 1e6))
def test_the_two_tails_make_one(x: float, a: float, b: float) -> None:
    assert exp(log_cdf(x, a, b)) + exp(log_sf(x, a, b)) == pytest.approx(1, abs=1e-8)


def test_the_ends_of_the_cdf() -> None:
    assert log_cdf(0, 2, 3) == -inf
    assert log_cdf(1, 2, 3) == 0


@pytest.mark.parametrize("process", [log_above, log_below, log_other])
@given(SHARES)
def test_nothing_counted_says_nothing(process, share: float) -> None:  # type: ignore[no-untyped-def]
    assert process(0, 0, share) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("process", [log_above, log_below, log_other])
@given(COUNTS, COUNTS, SHARES)
def test_at_the_bound_one_more_draw_changes_nothing_on_average(  # type: ignore[no-untyped-def]
    process, hits: int, misses: int, bound: float
) -> None:
    now = process(hits, misses, bound)
    hit = exp(process(hits + 1, misses, bound) - now)
    miss = exp(process(hits, misses + 1, bound) - now)
    assert bound * hit + (1 - bound) * miss == pytest.approx(1, rel=1e-6)


@given(COUNTS, COUNTS, SHARES, st.floats(0, 1))
def test_within_the_bound_it_can_only_be_expected_to_fall(
    hits: int, misses: int, bound: float, part: float
) -> None:
    below = bound * part
    now = log_above(hits, misses, bound)
    hit = exp(log_above(hits + 1, misses, bound) - now)
    miss = exp(log_above(hits, misses + 1, bound) - now)
    assert below * hit + (1 - below) * miss <= 1 + 1e-6


@given(COUNTS, COUNTS, SHARES)
def test_more_hits_are_more_evidence_of_a_higher_share(
    hits: int, misses: int, bound: float
) -> None:
    assert log_above(hits + 1, misses, bound) >= log_above(hits, misses, bound) - 1e-9
    assert log_below(hits, misses + 1, bound) >= log_below(hits, misses, bound) - 1e-9


@given(COUNTS, COUNTS, SHARES)
def test_both_sides_mirror_each_other(hits: int, misses: int, bound: float) -> None:
    mirrored = log_below(misses, hits, 1 - bound)
    assert log_above(hits, misses, bound) == pytest.approx(mirrored, abs=1e-6)
