"""The numbered cases of peer review that need no replay of the content."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gatekeeper.core.model import Verdict
from gatekeeper.review.facts import BaseChange, Dismissal, ForcePush, Person, Signature
from tests.review.build import (
    ALICE,
    BOB,
    DANA,
    DEPENDABOT,
    DEPENDABOT_ADDRESS,
    ERIN,
    GHOST,
    GITHUB,
    JO,
    WEB_FLOW,
    Decide,
    approved,
    at,
    commit,
    oid,
    person,
    review,
    rules,
    says,
)


def test_an_approval_of_the_head_by_a_writer_outside_the_change_passes(decide: Decide) -> None:
    result = decide(approved())
    assert (result.verdict, result.findings) == (Verdict.PASS, ())
    assert result.reason == "bbbbbbb was approved by dana, outside the change"
    assert "2 commits, 1 review; from GitHub api.github.com" in result.checked[0]


def test_case_01_the_opener_does_not_approve_their_own_change(decide: Decide) -> None:
    pull = approved(commits=(commit("b", BOB),), reviews=(review(ALICE),))
    result = decide(pull)
    assert result.verdict is Verdict.FAIL
    assert rules(result) == {"review-approval-missing", "review-approval-by-contributor"}
    assert says(result, "Approval by alice does not count: alice opened #42")


def test_case_02_a_reviewer_who_committed_is_no_reviewer(decide: Decide) -> None:
    result = decide(approved(commits=(commit("a"), commit("b", DANA))))
    assert result.verdict is Verdict.FAIL
    assert says(result, "Approval by dana does not count: dana wrote bbbbbbb")


def test_case_02_a_reviewer_who_only_committed_anothers_work_is_no_reviewer(
    decide: Decide,
) -> None:
    result = decide(approved(commits=(commit("b", committer=DANA),)))
    assert says(result, "dana committed bbbbbbb")
    assert result.verdict is Verdict.FAIL


def test_case_02_a_reviewer_who_force_pushed_is_no_reviewer(decide: Decide) -> None:
    push = ForcePush(DANA, at(5), oid("c"), oid("b"))
    result = decide(approved(force_pushes=(push,)))
    assert says(result, "dana force-pushed bbbbbbb")
    assert result.verdict is Verdict.FAIL


def test_case_03_a_human_who_edits_a_bots_change_does_not_approve_it(decide: Decide) -> None:
    signed = commit("a", DEPENDABOT_ADDRESS, committer=WEB_FLOW, signature=GITHUB)
    pull = approved(opener=DEPENDABOT, commits=(signed, commit("b", DANA)))
    assert decide(pull).verdict is Verdict.FAIL
    assert decide(replace(pull, reviews=(review(ERIN),))).verdict is Verdict.PASS


def test_case_04_a_co_author_does_not_approve(decide: Decide) -> None:
    result = decide(approved(commits=(commit("b", co_authors=(DANA,)),)))
    assert result.verdict is Verdict.FAIL
    assert says(result, "dana is a co-author of bbbbbbb")


def test_case_05_a_pair_that_approves_each_other_fails_outsider(decide: Decide) -> None:
    commits = (commit("a", ALICE), commit("b", BOB))
    result = decide(approved(commits=commits, reviews=(review(ALICE), review(BOB))))
    assert result.verdict is Verdict.FAIL


def test_case_05_two_reviewers_are_needed_when_the_policy_says_so(decide: Decide) -> None:
    alone = decide(approved(), approvals=2)
    assert alone.verdict is Verdict.FAIL
    assert says(
        alone, "needs 2 approvals of bbbbbbb by people outside the change, and only 1 counts"
    )
    both = decide(approved(reviews=(review(DANA), review(ERIN))), approvals=2)
    assert both.verdict is Verdict.PASS


def test_case_05_one_person_who_approves_twice_is_one_person(decide: Decide) -> None:
    pull = approved(reviews=(review(DANA, 10), review(DANA, 20)))
    assert decide(pull, approvals=2).verdict is Verdict.FAIL


def test_case_07_an_ai_co_author_is_nobody_and_the_human_stays_a_contributor(
    decide: Decide,
) -> None:
    ai = Person("unlinked", email="noreply@ai.example")
    pull = approved(commits=(commit("b", DANA, co_authors=(ai,)),))
    named = {"noreply@ai.example": "helpful[bot]"}
    assert "review-contributor-unverifiable" in rules(decide(pull))
    assert rules(decide(pull, identities=named)) == {
        "review-approval-missing",
        "review-approval-by-contributor",
    }
    assert decide(replace(pull, reviews=(review(ERIN),)), identities=named).verdict is Verdict.PASS


@pytest.mark.parametrize("role", ["author", "committer"])
def test_case_07_an_address_called_a_bots_does_not_hide_who_committed(
    decide: Decide, role: str
) -> None:
    ai = Person("unlinked", email="noreply@ai.example")
    both = commit("b", ai) if role == "author" else commit("b", committer=ai)
    result = decide(approved(commits=(both,)), identities={"noreply@ai.example": "helpful[bot]"})
    assert result.verdict is Verdict.FAIL
    assert says(result, "cannot be verified: anybody can write a bot's address")


def test_case_07_a_known_human_who_commits_answers_for_the_bot_that_wrote(decide: Decide) -> None:
    ai = Person("unlinked", email="noreply@ai.example")
    named = {"noreply@ai.example": "helpful[bot]"}
    by_alice = approved(commits=(commit("b", ai, committer=ALICE),))
    assert decide(by_alice, identities=named).verdict is Verdict.PASS
    by_dana = approved(commits=(commit("b", ai, committer=DANA),))
    assert decide(by_dana, identities=named).verdict is Verdict.FAIL
    by_nobody = approved(commits=(commit("b", ai, committer=JO),))
    doubts = [f.message for f in decide(by_nobody, identities=named).findings]
    assert any("noreply@ai.example" in message for message in doubts)
    assert any("jo@example.com" in message for message in doubts)


@pytest.mark.parametrize("role", ["author", "committer", "co_author"])
def test_case_09_an_unlinked_person_is_unverifiable_unless_mapped(
    decide: Decide, role: str
) -> None:
    odd = commit("b", co_authors=(JO,)) if role == "co_author" else commit("b", **{role: JO})
    pull = approved(commits=(odd,))
    result = decide(pull)
    assert result.verdict is Verdict.FAIL
    assert rules(result) == {"review-contributor-unverifiable"}
    assert any("identities: {jo@example.com: LOGIN}" in step for step in result.next_steps)
    assert decide(pull, identities={"JO@example.com": "jo-smith"}).verdict is Verdict.PASS


def test_case_09_a_mapped_address_makes_its_owner_a_contributor(decide: Decide) -> None:
    pull = approved(commits=(commit("b", JO),))
    result = decide(pull, identities={"jo@example.com": "Dana"})
    assert result.verdict is Verdict.FAIL
    assert says(result, "Approval by dana does not count")


def test_case_10_a_forged_author_adds_a_contributor_and_removes_none(decide: Decide) -> None:
    pull = approved(commits=(commit("b", author=ERIN, committer=DANA),))
    assert decide(pull).verdict is Verdict.FAIL
    assert decide(replace(pull, reviews=(review(ERIN),))).verdict is Verdict.FAIL
    assert decide(replace(pull, reviews=(review(BOB),))).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("signature", "verdict"),
    [
        (GITHUB, Verdict.PASS),
        (None, Verdict.FAIL),
        (Signature(valid=False, by_github=True), Verdict.FAIL),
        (Signature(valid=True, by_github=False), Verdict.FAIL),
    ],
)
def test_case_11_web_flow_commits_only_with_githubs_signature(
    decide: Decide, signature: Signature | None, verdict: Verdict
) -> None:
    result = decide(approved(commits=(commit("b", committer=WEB_FLOW, signature=signature),)))
    assert result.verdict is verdict


def test_case_11_web_flow_is_never_an_author(decide: Decide) -> None:
    made = commit("b", author=WEB_FLOW, committer=WEB_FLOW, signature=GITHUB)
    assert decide(approved(commits=(made,))).verdict is Verdict.FAIL


def test_case_11_a_bots_address_counts_only_with_githubs_signature(decide: Decide) -> None:
    forged = approved(opener=BOB, commits=(commit("b", DEPENDABOT_ADDRESS),))
    assert rules(decide(forged)) == {"review-contributor-unverifiable"}
    signed = commit("b", DEPENDABOT_ADDRESS, committer=WEB_FLOW, signature=GITHUB)
    assert decide(approved(opener=DEPENDABOT, commits=(signed,))).verdict is Verdict.PASS


def test_case_12_a_ghost_reviewer_does_not_count(decide: Decide) -> None:
    result = decide(approved(reviews=(review(GHOST),)))
    assert result.verdict is Verdict.FAIL
    assert "review-approval-unverifiable" in rules(result)


@pytest.mark.parametrize("kind", ["ghost", "unlinked", "web-flow"])
def test_case_12_a_reviewer_of_no_account_does_not_count_whatever_id_is_written(
    decide: Decide, kind: Any
) -> None:
    result = decide(approved(reviews=(review(Person(kind, "U_x", "x")),)))
    assert result.verdict is Verdict.FAIL
    assert "review-approval-unverifiable" in rules(result)


def test_case_12_a_reviewer_whose_id_is_empty_does_not_count(decide: Decide) -> None:
    result = decide(approved(reviews=(review(Person("human", "", "alice")),)))
    assert result.verdict is Verdict.FAIL
    assert "review-approval-unverifiable" in rules(result)


@pytest.mark.parametrize("kind", ["unlinked", "ghost"])
def test_case_09_an_id_without_an_account_proves_no_contributor(decide: Decide, kind: Any) -> None:
    nobody = Person(kind, "U_x", email="x@example.com")
    assert rules(decide(approved(commits=(commit("b", nobody),)))) == {
        "review-contributor-unverifiable"
    }
    named = {"x@example.com": "helpful[bot]"}
    by_bot = commit("b", Person("unlinked", email="x@example.com"), committer=replace(JO, id="U_j"))
    assert decide(approved(commits=(by_bot,)), identities=named).verdict is Verdict.FAIL


@pytest.mark.parametrize("where", ["opener", "author"])
def test_case_12_a_ghost_contributor_is_unverifiable(decide: Decide, where: str) -> None:
    pull = approved(opener=GHOST) if where == "opener" else approved(commits=(commit("b", GHOST),))
    result = decide(pull)
    assert result.verdict is Verdict.FAIL
    assert says(result, "cannot be verified: the account was deleted")


def test_case_13_people_are_compared_by_id_and_not_by_login(decide: Decide) -> None:
    renamed = Person("human", "U_dana", "DANA-of-old")
    assert decide(approved(commits=(commit("b", renamed),))).verdict is Verdict.FAIL
    namesake = Person("human", "U_other", "dana")
    assert decide(approved(commits=(commit("b", namesake),))).verdict is Verdict.PASS


@pytest.mark.parametrize("state", ["COMMENTED", "APPROVED"])
def test_case_13_an_app_of_the_same_name_does_not_stand_in_for_its_owner(
    decide: Decide, state: Any
) -> None:
    app = review(Person("bot", "BOT_dana", "dana"), 5, state=state)
    pull = approved(commits=(commit("a", JO), commit("b")), reviews=(review(DANA), app))
    result = decide(pull, identities={"jo@example.com": "dana"})
    assert result.verdict is Verdict.FAIL
    sentence = "jo@example.com wrote aaaaaaa, and the policy says that jo@example.com is dana"
    assert says(result, sentence)


@pytest.mark.parametrize("bot", [DEPENDABOT, Person("bot", "BOT_2", "copilot")])
def test_case_14_a_bots_approval_never_counts(decide: Decide, bot: Person) -> None:
    result = decide(approved(reviews=(review(bot),)))
    assert result.verdict is Verdict.FAIL
    assert "review-approval-by-bot" in rules(result)


def test_case_14_a_user_account_that_the_policy_calls_a_bot_never_counts(decide: Decide) -> None:
    pull = approved(reviews=(review(person("release-machine")),))
    assert decide(pull).verdict is Verdict.PASS
    named = {"release-machine": "release-machine[bot]"}
    assert decide(pull, identities=named).verdict is Verdict.FAIL


def test_case_14_a_bot_that_the_policy_maps_to_a_human_is_still_a_bot(decide: Decide) -> None:
    pull = approved(reviews=(review(DEPENDABOT),))
    assert decide(pull, identities={"dependabot": "dana"}).verdict is Verdict.FAIL


def test_case_15_two_accounts_of_one_human_are_one_person(decide: Decide) -> None:
    private = person("alice-private")
    alias = {"alice-private": "alice"}
    own = decide(approved(reviews=(review(private),)), identities=alias)
    assert own.verdict is Verdict.FAIL
    assert says(own, "alice opened #42")
    reverse = decide(approved(reviews=(review(private),)), identities={"alice": "alice-private"})
    assert reverse.verdict is Verdict.FAIL
    pull = approved(reviews=(review(DANA), review(person("dana-2"))))
    assert decide(pull, approvals=2, identities={"dana-2": "dana"}).verdict is Verdict.FAIL


def test_case_15_the_latest_opinion_is_taken_across_accounts(decide: Decide) -> None:
    later = review(person("dana-2"), 20, state="CHANGES_REQUESTED")
    pull = approved(reviews=(review(DANA, 10), later))
    result = decide(pull, identities={"dana-2": "dana"}, changes_requested="ignore")
    assert result.verdict is Verdict.FAIL


@pytest.mark.parametrize("permission", ["read", "none"])
def test_case_16_an_approver_without_write_access_does_not_count(
    decide: Decide, permission: str
) -> None:
    result = decide(approved(reviews=(review(permission=permission),)))
    assert result.verdict is Verdict.FAIL
    assert says(result, "dana may not write to acme/shop")


def test_case_16_an_unreadable_permission_is_an_error_only_where_it_decides(
    decide: Decide,
) -> None:
    unread = review(permission=None, permission_problem="the token may not read it (403)")
    result = decide(approved(reviews=(unread,)))
    assert result.verdict is Verdict.ERROR
    assert "the token may not read it (403)" in result.reason
    assert decide(approved(reviews=(unread, review(ERIN)))).verdict is Verdict.PASS
    assert decide(approved(reviews=(unread,)), approvals=2).verdict is Verdict.FAIL
    closed = approved(reviews=(unread,), state="CLOSED")
    assert decide(closed).verdict is Verdict.FAIL


def test_case_16_a_request_for_changes_by_an_unreadable_person_is_an_error(
    decide: Decide,
) -> None:
    asked = review(ERIN, state="CHANGES_REQUESTED", permission=None)
    pull = approved(reviews=(review(), asked))
    assert decide(pull).verdict is Verdict.ERROR
    assert decide(pull, changes_requested="ignore").verdict is Verdict.PASS
    unknown = replace(pull, commits=(commit("b", JO),))
    assert decide(unknown).verdict is Verdict.ERROR, "the other finding may be waived"


def test_case_18_a_comment_keeps_an_approval(decide: Decide) -> None:
    pull = approved(reviews=(review(), review(minutes=20, state="COMMENTED")))
    assert decide(pull).verdict is Verdict.PASS


def test_case_18_a_request_for_changes_revokes_an_approval_and_blocks(decide: Decide) -> None:
    pull = approved(reviews=(review(), review(minutes=20, state="CHANGES_REQUESTED")))
    result = decide(pull)
    assert result.verdict is Verdict.FAIL
    assert rules(result) == {"review-approval-missing", "review-changes-requested"}
    assert decide(pull, changes_requested="ignore").verdict is Verdict.FAIL


def test_case_18_any_writers_request_blocks_whoever_else_approved(decide: Decide) -> None:
    pull = approved(reviews=(review(), review(ERIN, 5, state="CHANGES_REQUESTED")))
    assert decide(pull).verdict is Verdict.FAIL
    assert decide(pull, changes_requested="ignore").verdict is Verdict.PASS
    outsider = review(ERIN, 5, state="CHANGES_REQUESTED", permission="read")
    assert decide(approved(reviews=(review(), outsider))).verdict is Verdict.PASS


def test_case_18_at_the_same_instant_the_approval_does_not_win(decide: Decide) -> None:
    asked = review(state="CHANGES_REQUESTED", id="PRR_2")
    for reviews in ((review(), asked), (asked, review())):
        assert decide(approved(reviews=reviews)).verdict is Verdict.FAIL


def test_case_18_at_the_same_instant_a_dismissal_does_not_hide_a_request(decide: Decide) -> None:
    asked = review(ERIN, id="1", state="CHANGES_REQUESTED")
    gone = review(ERIN, id="2", state="DISMISSED")
    for reviews in ((review(), asked, gone), (review(), gone, asked)):
        result = decide(approved(reviews=reviews))
        assert rules(result) == {"review-changes-requested"}


def test_case_19_a_dismissed_request_does_not_revive_an_earlier_approval(decide: Decide) -> None:
    asked = review(minutes=20, state="DISMISSED")
    gone = Dismissal(ALICE, at(30), asked.id)
    result = decide(approved(reviews=(review(), asked), dismissals=(gone,)))
    assert result.verdict is Verdict.FAIL
    assert says(result, "the review of bbbbbbb was dismissed by alice")


def test_case_20_a_pending_review_never_counts(decide: Decide) -> None:
    pending = review(state="PENDING", submitted_at=None, id="PRR_2")
    assert decide(approved(reviews=(pending,))).verdict is Verdict.FAIL
    assert decide(approved(reviews=(review(), pending))).verdict is Verdict.PASS


def test_case_21_an_approval_after_the_merge_does_not_count(decide: Decide) -> None:
    merged = approved(state="MERGED", merged_at=at(15))
    assert decide(merged).verdict is Verdict.PASS
    assert decide(replace(merged, reviews=(review(minutes=15),))).verdict is Verdict.PASS
    result = decide(replace(merged, reviews=(review(minutes=16),)))
    assert result.verdict is Verdict.FAIL
    assert "review-approval-after-merge" in rules(result)


def test_case_21_a_request_after_the_merge_is_shown_and_revokes_nothing(decide: Decide) -> None:
    late = review(minutes=16, state="CHANGES_REQUESTED")
    result = decide(approved(state="MERGED", merged_at=at(15), reviews=(review(), late)))
    assert result.verdict is Verdict.PASS
    assert [finding.blocking for finding in result.findings] == [False]


def test_case_22_commit_after_approval_is_stale(decide: Decide) -> None:
    result = decide(approved(reviews=(review(commit=oid("a")),)))
    assert result.verdict is Verdict.FAIL
    sentence = (
        "Approval by dana does not count: it is for aaaaaaa, and the head is bbbbbbb "
        "(1 later commit by alice)"
    )
    assert says(result, sentence)
    assert sentence in result.reason
    assert result.next_steps[0] == (
        "ask dana to look at bbbbbbb and approve it again (git diff aaaaaaa bbbbbbb)"
    )


def test_case_23_an_approval_is_bound_to_its_commit_and_not_to_its_time(decide: Decide) -> None:
    recent = review(minutes=9999, commit=oid("a"))
    assert decide(approved(reviews=(recent,))).verdict is Verdict.FAIL


def test_case_23_an_approval_of_no_known_commit_is_an_error_only_where_it_decides(
    decide: Decide,
) -> None:
    unbound = review(commit=None)
    assert decide(approved(reviews=(unbound,))).verdict is Verdict.ERROR
    assert decide(approved(reviews=(unbound, review(ERIN)))).verdict is Verdict.PASS
    by_opener = review(ALICE, commit=None)
    assert decide(approved(reviews=(by_opener,))).verdict is Verdict.FAIL


def test_case_24_an_approval_of_a_head_that_was_rewritten_is_stale(decide: Decide) -> None:
    push = ForcePush(ALICE, at(20), oid("c"), oid("b"))
    pull = approved(reviews=(review(commit=oid("c")),), force_pushes=(push,))
    result = decide(pull)
    assert result.verdict is Verdict.FAIL
    assert says(result, "(alice force-pushed since)")


def test_case_30_an_approval_before_the_base_was_changed_is_stale(decide: Decide) -> None:
    there = BaseChange(ALICE, at(20), "main", "develop")
    back = BaseChange(ALICE, at(30), "develop", "main")
    result = decide(approved(base_changes=(there, back)))
    assert result.verdict is Verdict.FAIL
    assert says(result, "alice has since moved #42 from main to develop")
    assert (
        decide(approved(base_changes=(there,), reviews=(review(minutes=25),))).verdict
        is Verdict.PASS
    )


def test_case_30_what_happens_to_the_base_after_the_merge_changes_nothing(decide: Decide) -> None:
    merged = approved(state="MERGED", merged_at=at(15))
    gone = BaseChange(ALICE, at(16), "main", "(deleted)")
    assert decide(replace(merged, base_changes=(gone,))).verdict is Verdict.PASS
    before = replace(gone, at=at(15))
    assert decide(replace(merged, base_changes=(before,))).verdict is Verdict.FAIL


def test_case_30_an_approval_at_the_instant_of_the_change_is_stale(decide: Decide) -> None:
    there = BaseChange(ALICE, at(10), "main", "develop")
    assert decide(approved(base_changes=(there,))).verdict is Verdict.FAIL


def test_a_pull_request_that_was_closed_does_not_pass(decide: Decide) -> None:
    result = decide(approved(state="CLOSED"))
    assert result.verdict is Verdict.FAIL
    assert rules(result) == {"review-pull-request-closed"}
