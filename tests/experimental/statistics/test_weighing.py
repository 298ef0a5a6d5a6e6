"""What two arms say together, and what must say nothing."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.experimental.statistics import weighing
from gatekeeper.experimental.statistics.tally import Arm, Tally
from gatekeeper.experimental.statistics.weighing import Limits, more_contexts, ratio, weigh

LIMITS = Limits()
HALF = 50_000
ARMS = st.integers(0, 100_000).flatmap(
    lambda contexts: st.integers(0, contexts).map(lambda errors: Arm(contexts, errors))
)
TALLIES = st.builds(Tally, ARMS, ARMS, st.integers(0, 100_000))


def halves(control: int, experimental: int, contexts: int = 10_000) -> Tally:
    return Tally(Arm(contexts, control), Arm(contexts, experimental), HALF)


def test_thresholds_are_those_of_the_error_rates() -> None:
    assert LIMITS.threshold == pytest.approx(log(20))
    assert LIMITS.mismatch_threshold == pytest.approx(log(1_000))


def test_twice_the_errors_are_harm_and_never_safe() -> None:
    found = weigh([halves(100, 200)], LIMITS)
    assert found.harmful(LIMITS)
    assert not found.safe(LIMITS)


def test_as_many_errors_are_safe_and_no_harm() -> None:
    found = weigh([halves(300, 300)], LIMITS)
    assert found.safe(LIMITS)
    assert not found.harmful(LIMITS)


def test_few_errors_are_neither() -> None:
    found = weigh([halves(10, 12, 1_000)], LIMITS)
    assert not found.harmful(LIMITS)
    assert not found.safe(LIMITS)


def test_no_error_at_all_is_safe_once_enough_contexts_were_seen() -> None:
    assert not weigh([halves(0, 0, 1_000)], LIMITS).safe(LIMITS)
    assert weigh([halves(0, 0, 20_000)], LIMITS).safe(LIMITS)


def test_a_control_arm_without_errors_does_not_hide_harm() -> None:
    assert weigh([halves(0, 30)], LIMITS).harmful(LIMITS)


def test_nothing_counted_shows_nothing() -> None:
    empty = Tally(Arm(), Arm(), HALF)
    for stages in ([], [empty], [empty, empty]):
        found = weigh(stages, LIMITS)
        assert (found.harm, found.safety, found.mismatch) == (0, 0, 0)
        assert found.calm == pytest.approx(0, abs=1e-9)
        assert not found.safe(LIMITS)


def test_without_a_control_arm_there_is_nothing_to_compare() -> None:
    everybody = Tally(Arm(), Arm(50_000, 500), 100_000)
    found = weigh([everybody], LIMITS)
    assert (found.harm, found.safety, found.mismatch) == (0, 0, 0)
    assert not found.safe(LIMITS)


def test_stages_with_other_shares_are_weighed_with_their_own() -> None:
    first = Tally(Arm(95_000, 950), Arm(5_000, 50), 5_000)
    second = halves(400, 400, 40_000)
    apart = weigh([first], LIMITS).safety + weigh([second], LIMITS).safety
    assert weigh([first, second], LIMITS).safety == pytest.approx(apart)
    # poured together, the same counts would look like a difference that there is not
    assert not weigh([first, second], LIMITS).harmful(LIMITS)


def test_the_same_calm_people_in_another_stage_are_no_more_evidence_of_calm() -> None:
    few = halves(0, 0, 2_000)
    assert weigh([few] * 10, LIMITS).calm == weigh([few], LIMITS).calm
    assert not weigh([few] * 10, LIMITS).safe(LIMITS)


def test_arms_of_the_wrong_size_are_told_and_stragglers_are_not() -> None:
    assert weigh([Tally(Arm(5_500), Arm(4_500), HALF)], LIMITS).mismatched(LIMITS)
    assert not weigh([Tally(Arm(5_050), Arm(4_950), HALF)], LIMITS).mismatched(LIMITS)
    assert weigh([Tally(Arm(0), Arm(4_000), HALF)], LIMITS).mismatched(LIMITS)
    assert not weigh([Tally(Arm(3), Arm(9_000), 100_000)], LIMITS).mismatched(LIMITS)


def test_one_mismatched_stage_is_not_outweighed_by_others() -> None:
    wrong = Tally(Arm(5_500), Arm(4_500), HALF)
    assert weigh([wrong, halves(0, 0, 500_000)], LIMITS).mismatched(LIMITS)


@pytest.mark.parametrize("arm", [Arm(10, 11), Arm(-1, 0), Arm(5, -1)])
def test_counts_that_cannot_be_are_refused(arm: Arm) -> None:
    with pytest.raises(ValueError, match="more errors than contexts"):
        weigh([Tally(arm, Arm(10, 1), HALF)], LIMITS)


@given(TALLIES)
def test_whatever_is_counted_gives_finite_evidence(tally: Tally) -> None:
    found = weigh([tally], LIMITS)
    for value in (found.harm, found.safety, found.calm, found.mismatch):
        assert -1e9 < value < 1e9


@given(TALLIES)
def test_nothing_is_harmful_and_not_worse_by_the_margin_at_once(tally: Tally) -> None:
    found = weigh([tally], LIMITS)
    # between no effect and the margin lies room for being a little worse, and certain of it
    if found.harm >= LIMITS.threshold and found.safety >= LIMITS.threshold:
        assert 1 < (ratio([tally]) or 0) < LIMITS.margin


@given(TALLIES)
def test_one_more_error_in_the_experimental_arm_never_makes_it_safer(tally: Tally) -> None:
    arm = tally.experimental
    if arm.errors == arm.contexts:
        return
    worse = replace(tally, experimental=replace(arm, errors=arm.errors + 1))
    before, after = weigh([tally], LIMITS), weigh([worse], LIMITS)
    assert after.safety <= before.safety + 1e-6
    assert after.calm <= before.calm + 1e-6
    assert after.harm >= before.harm - 1e-6


def test_the_wait_is_what_the_present_rates_would_take() -> None:
    now = halves(50, 50, 5_000)
    more = more_contexts([now], LIMITS)
    assert more is not None
    grown = 1 + more / 5_000
    enough = halves(round(50 * grown), round(50 * grown), round(5_000 * grown))
    assert weigh([enough], LIMITS).safety == pytest.approx(LIMITS.threshold, abs=0.15)
    assert more_contexts([halves(300, 300)], LIMITS) == 0


def test_no_wait_is_promised_where_waiting_would_not_help() -> None:
    assert more_contexts([halves(100, 200)], LIMITS) is None
    assert more_contexts([Tally(Arm(9, 1), Arm(), HALF)], LIMITS) is None
    assert more_contexts([], LIMITS) is None


def test_the_ratio_is_of_rates_and_not_of_counts() -> None:
    assert ratio([Tally(Arm(90_000, 900), Arm(10_000, 200), 10_000)]) == pytest.approx(2)
    assert ratio([halves(0, 0)]) is None
    assert ratio([halves(0, 5)]) is None
    assert weighing.mismatch(Tally(Arm(1), Arm(1), 0)) == 0
