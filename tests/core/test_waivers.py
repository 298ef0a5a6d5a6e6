"""Which waivers hold, which do not, and what is said of those."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gatekeeper.core.errors import PolicyError
from gatekeeper.core.model import (
    Finding,
    Judgement,
    Place,
    PolicySource,
    Report,
    Severity,
    Subject,
    Verdict,
    Waiver,
)
from gatekeeper.core.pipeline import Outcome, report
from gatekeeper.core.policy import parse_policy

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
POLICY = PolicySource("gatekeeper.yml", None, "sha256:" + "0" * 64)
FINDING = Finding("r", "t", "m", Severity.HIGH, Place(path="x.py"), "a" * 32)


def waiver(
    approved_by: str = "dana", expires: date | None = date(2026, 12, 31), source: str = "policy"
) -> Waiver:
    return Waiver("a" * 32, "accepted for the migration", approved_by, expires, source)


def judged(
    *accepted: Waiver,
    brought: tuple[Waiver, ...] = (),
    contributors: tuple[str, ...] = (),
    longest: timedelta | None = None,
) -> Report:
    outcome = Outcome("code", 1.0, Judgement(("1 file",), (FINDING,), waivers=brought))
    subject = Subject("acme/shop", "1" * 40, 17, contributors=contributors)
    return report(subject, POLICY, [outcome], accepted, NOW, longest)


def test_a_waiver_of_somebody_else_holds() -> None:
    told = judged(waiver(), contributors=("alice", "bob"))
    assert told.verdict is Verdict.PASS
    assert told.notices == ()


@pytest.mark.parametrize("name", ["dana", "@dana", "Dana", " @DANA "])
def test_nobody_accepts_a_finding_of_their_own_change(name: str) -> None:
    told = judged(waiver(name), contributors=("alice", "Dana"))
    assert told.verdict is Verdict.FAIL
    assert "its approver has a part in this change" in told.notices[0]


def test_a_waiver_that_reaches_further_than_the_policy_allows_does_not_count() -> None:
    within, beyond = waiver(expires=date(2027, 2, 21)), waiver(expires=date(2027, 2, 22))
    assert judged(within, longest=timedelta(days=90)).verdict is Verdict.PASS
    told = judged(beyond, longest=timedelta(days=90))
    assert told.verdict is Verdict.FAIL
    assert "`max_waiver` allows 90d from today" in told.notices[0]


def test_of_two_waivers_the_one_that_holds_counts_in_any_order() -> None:
    expired = waiver("erin", date(2026, 1, 1))
    for both in ([expired, waiver()], [waiver(), expired]):
        told = judged(*both)
        assert told.verdict is Verdict.PASS
        assert told.results[0].waived[0].waiver.approved_by == "dana"
        assert "expired on 2026-01-01" in told.notices[0]


def test_evidence_brings_waivers_that_need_not_expire_and_stay_visible() -> None:
    vex = waiver("the vendor", None, "OpenVEX vex.json")
    told = judged(brought=(vex,))
    assert told.verdict is Verdict.PASS
    assert told.results[0].waived[0].waiver.source == "OpenVEX vex.json"
    assert told.results[0].reason == "every blocking finding is waived"


def test_the_policys_waiver_is_shown_where_evidence_brings_one_too() -> None:
    told = judged(waiver(), brought=(waiver("the vendor", None, "OpenVEX vex.json"),))
    assert told.results[0].waived[0].waiver.source == "policy"


def test_a_waiver_that_evidence_brings_is_held_to_the_same_terms() -> None:
    mine = waiver("alice", None, "inline nosec x.py:1")
    assert judged(brought=(mine,), contributors=("alice",)).verdict is Verdict.FAIL


def test_the_policy_says_how_far_a_waiver_may_reach() -> None:
    policy = parse_policy("version: 1\nmax_waiver: 90d\n", "gatekeeper.yml", {})
    assert policy.longest_waiver == timedelta(days=90)
    with pytest.raises(PolicyError, match="`max_waiver`: expected a duration"):
        parse_policy("version: 1\nmax_waiver: soon\n", "gatekeeper.yml", {})
