"""Published figures, to the digits that were printed."""

from __future__ import annotations

from math import exp, log

import pytest

from gatekeeper.experimental.statistics.beta import log_cdf
from gatekeeper.experimental.statistics.processes import log_above
from scripts.bench.experimental import classic

GU_ERRORS, GU_SIZES = (60, 30), (51_477.5, 54_308.7)


@pytest.mark.parametrize(
    ("horizon", "critical"),
    [(1, 2.853937), (2, 3.046977), (5, 3.297183), (10, 3.467952), (20, 3.628123)],
)
def test_kulldorff_2011_table_1(horizon: float, critical: float) -> None:
    assert round(classic.maxsprt_critical(horizon, 0.05), 6) == critical


def test_gu_2008_score() -> None:
    assert round(classic.z_score(GU_ERRORS, GU_SIZES), 6) == 3.417402


def test_gu_2008_exact_conditional_p() -> None:
    assert round(classic.exact_p(GU_ERRORS, GU_SIZES), 6) == 0.000675


def test_the_beta_tail_is_the_binomial_one_of_the_same_study() -> None:
    share = GU_SIZES[0] / sum(GU_SIZES)
    upper = sum(classic._binomial(hits, 90, share) for hits in range(60, 91))
    assert exp(log_cdf(share, 60, 31)) == pytest.approx(upper, rel=1e-11)


def test_a_study_that_a_single_look_finds_significant_is_harm_at_any_look_as_well() -> None:
    share = GU_SIZES[0] / sum(GU_SIZES)
    assert log_above(*GU_ERRORS, share) > log(20)
