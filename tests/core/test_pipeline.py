"""The verdict of a gate, and of all of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from gatekeeper.core.model import (
    Failure,
    Finding,
    Judgement,
    Place,
    PolicySource,
    Severity,
    Subject,
    Verdict,
    Waiver,
    combine,
)
from gatekeeper.core.pipeline import NOTHING_CHECKED, Outcome, conclude, report

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
POLICY = PolicySource("gatekeeper.yml", None, "sha256:" + "0" * 64)


def finding(name: str = "a", *, blocking: bool = True) -> Finding:
    return Finding("r", "t", name, Severity.HIGH, Place(path="x.py"), name * 32, blocking=blocking)


def verdict_of(judged: Judgement | Failure, *accepted: Waiver) -> Verdict:
    return conclude(Outcome("code", 1.0, judged), accepted, NOW).verdict


def waiver(name: str = "a", expires: date = date(2026, 12, 31)) -> Waiver:
    return Waiver(name * 32, "accepted for the migration", "dana", expires)


@pytest.mark.parametrize("verdicts", [[], [Verdict.SKIP], [Verdict.SKIP, Verdict.SKIP]])
def test_nothing_or_nothing_but_skips_is_an_error(verdicts: list[Verdict]) -> None:
    assert combine(verdicts) is Verdict.ERROR


def test_the_worst_verdict_wins_in_any_order() -> None:
    for order in permutations(Verdict):
        assert combine(order) is Verdict.ERROR
    assert combine([Verdict.PASS, Verdict.SKIP]) is Verdict.PASS
    assert combine([Verdict.PENDING, Verdict.FAIL, Verdict.PASS]) is Verdict.FAIL


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (Judgement(checked=("1 file",)), Verdict.PASS),
        (Judgement(), Verdict.ERROR),
        (Judgement(summary="all is well"), Verdict.ERROR),
        (Judgement(pending=("1 is running",)), Verdict.ERROR),
        (Judgement(checked=("1",), pending=("1 is running",)), Verdict.PENDING),
        (Judgement(checked=("1",), findings=(finding(),)), Verdict.FAIL),
        (Judgement(findings=(finding(),)), Verdict.ERROR),
        (Judgement(checked=("1",), findings=(finding(blocking=False),)), Verdict.PASS),
        (Judgement(skipped="no pull request"), Verdict.SKIP),
        (Judgement(skipped="no pull request", findings=(finding(),)), Verdict.FAIL),
        (Judgement(skipped="none", failures=(Failure("broken"),)), Verdict.ERROR),
        (Judgement(checked=("1",), failures=(Failure("one file"),)), Verdict.ERROR),
        (Failure("crashed"), Verdict.ERROR),
    ],
)
def test_the_verdict_of_a_judgement(judged: Judgement | Failure, expected: Verdict) -> None:
    assert verdict_of(judged) is expected


def test_nothing_checked_keeps_what_was_found() -> None:
    result = conclude(Outcome("code", 1.0, Judgement(findings=(finding(),))), (), NOW)
    assert result.failures == (NOTHING_CHECKED,)
    assert [f.message for f in result.findings] == ["a"]


def test_a_waiver_accepts_its_finding_through_its_last_day() -> None:
    judged = Judgement(checked=("1",), findings=(finding(),))
    assert verdict_of(judged, waiver(expires=NOW.date())) is Verdict.PASS
    assert verdict_of(judged, waiver(expires=date(2026, 11, 22))) is Verdict.FAIL
    assert verdict_of(judged, waiver("b")) is Verdict.FAIL


def test_a_waived_finding_stays_visible() -> None:
    judged = Judgement(checked=("1",), findings=(finding(),), summary="1 finding blocks")
    result = conclude(Outcome("code", 1.0, judged), [waiver()], NOW)
    assert not result.findings
    assert result.waived[0].waiver.approved_by == "dana"
    assert result.reason == "every blocking finding is waived"


def test_no_waiver_accepts_a_failure() -> None:
    judged = Judgement(checked=("1",), findings=(finding(),), failures=(Failure("unread"),))
    assert verdict_of(judged, waiver()) is Verdict.ERROR


def test_blocking_findings_come_first_then_the_worst() -> None:
    low = Finding("r", "t", "low", Severity.LOW, Place(), "1" * 32)
    quiet = Finding("r", "t", "quiet", Severity.CRITICAL, Place(), "2" * 32, blocking=False)
    judged = Judgement(checked=("1",), findings=(quiet, low, finding()))
    result = conclude(Outcome("code", 1.0, judged), (), NOW)
    assert [f.message for f in result.findings] == ["a", "low", "quiet"]
    assert result.reason == "2 findings block: 1 high, 1 low"


def codes(*judged: Judgement | Failure) -> int:
    outcomes = [Outcome(f"g{index}", 0.0, one) for index, one in enumerate(judged)]
    return report(Subject("acme/shop", None), POLICY, outcomes, (), NOW).exit_code


def test_exit_codes() -> None:
    passed = Judgement(checked=("1",))
    assert codes(passed) == 0
    assert codes(passed, Judgement(checked=("1",), findings=(finding(),))) == 1
    assert codes(passed, Judgement()) == 3
    assert codes() == 3
    assert codes(passed, Judgement(checked=("1",), pending=("x",))) == 8
    assert codes(passed, Failure("no token", unauthorised=True)) == 4
    assert codes(Failure("crashed"), Failure("no token", unauthorised=True)) == 3


def test_a_dirty_tree_is_said() -> None:
    outcome = Outcome("code", 0.0, Judgement(checked=("1",)))
    dirty = report(Subject("s", "0" * 40, dirty=True), POLICY, [outcome], (), NOW)
    assert any("differ from the commit" in notice for notice in dirty.notices)


def test_waivers_that_expired_or_match_nothing_are_reported() -> None:
    outcome = Outcome("code", 0.0, Judgement(checked=("1",)))
    old = waiver("b", date(2026, 1, 1))
    notices = report(Subject("s", None), POLICY, [outcome], [waiver(), old], NOW).notices
    assert any("matches no finding" in notice for notice in notices)
    assert any("expired on 2026-01-01" in notice for notice in notices)
