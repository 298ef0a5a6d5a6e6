from __future__ import annotations

from dataclasses import replace

from gatekeeper.core.model import Verdict
from gatekeeper.reports import story
from tests.reports.samples import (
    BLOCKED,
    CODE,
    DEPENDENCIES,
    EMPTY,
    PASSED,
    REVIEW,
    STAGING,
    TESTS,
    report,
)


def test_steps_of_gates_that_could_not_judge_come_first() -> None:
    assert [step.gate for step in story.next_steps(BLOCKED)][:2] == ["staging", "review"]


def test_a_gate_without_steps_of_its_own_offers_its_worst_fixes_with_their_places() -> None:
    steps = story.next_steps(report(Verdict.FAIL, 1, CODE))
    assert steps[0].text.startswith("shop/images.py:22:9: Call `subprocess.run`")
    assert steps[1].text.startswith("shop/search.py:31:5 and 12 more: Pass values")


def test_a_step_that_two_gates_name_is_told_once() -> None:
    twice = report(Verdict.FAIL, 1, REVIEW, replace(REVIEW, gate="other"))
    assert len(story.next_steps(twice)) == 1


def test_a_pass_asks_for_nothing() -> None:
    assert story.next_steps(PASSED) == ()


def test_findings_that_block_are_grouped_apart_from_those_that_do_not() -> None:
    groups = story.groups(CODE.findings)
    assert [len(group.findings) for group in groups] == [1, 13, 1]
    assert [group.first.blocking for group in groups] == [True, True, False]


def test_the_tally_counts_every_gate() -> None:
    expected = "6 gates: 1 could not judge, 2 block, 1 wait, 1 pass, 1 skipped"
    assert story.tally(BLOCKED) == expected
    assert story.tally(EMPTY) == "no gate ran"


def test_the_headline_of_a_pass_names_every_gate_that_was_skipped() -> None:
    assert story.headline(PASSED) == "this change may go on, but 1 gate was skipped: tests"
    two = report(Verdict.PASS, 0, DEPENDENCIES, TESTS, replace(TESTS, gate="review"))
    assert story.headline(two) == "this change may go on, but 2 gates were skipped: tests, review"
    assert story.headline(report(Verdict.PASS, 0, DEPENDENCIES)) == "this change may go on"
    assert story.headline(BLOCKED) == "this change could not be judged, so it may not go on"


def test_a_skip_says_so_and_why() -> None:
    assert story.why(TESTS) == "SKIPPED: no pull request in a local run"
    assert story.why(replace(TESTS, reason="")) == "SKIPPED: no reason is given"


def test_gates_with_findings_failures_or_waivers_are_told_first() -> None:
    waived = replace(DEPENDENCIES, gate="waived", waived=CODE.waived)
    told = story.telling_first(report(Verdict.ERROR, 3, TESTS, DEPENDENCIES, waived, STAGING))
    assert [result.gate for result in told] == ["waived", "staging", "tests", "dependencies"]


def test_a_gate_without_a_reason_tells_what_it_looked_at_and_how_much_more() -> None:
    many = replace(DEPENDENCIES, checked=tuple(f"part {n}" for n in range(9)))
    assert story.why(many) == "part 0; part 1; part 2; and 6 more"
    assert story.why(DEPENDENCIES) == "9 pins of requirements.txt, 5 advisories of today"
