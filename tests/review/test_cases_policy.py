"""The numbered cases where the policy chooses: each choice, on the same pull request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gatekeeper.core.model import Verdict
from gatekeeper.review.facts import (
    BaseChange,
    Content,
    ForcePush,
    Hidden,
    Merge,
    MergeReplay,
    Person,
    PullRequest,
    Push,
    RuleSuite,
)
from tests.review.build import (
    ALICE,
    BASE,
    BOB,
    DANA,
    DEPENDABOT,
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
    pushed,
    review,
    rules,
    says,
    tree_of,
)

COPILOT = Person("bot", "BOT_7", "copilot-swe-agent")


def pair(**changes: Any) -> PullRequest:
    """Alice and bob each wrote a part, and each approved."""
    commits = (commit("a", ALICE), commit("b", BOB))
    return approved(commits=commits, reviews=(review(ALICE), review(BOB)), **changes)


def test_case_05_a_pair_that_approves_each_other_passes_per_author(decide: Decide) -> None:
    assert decide(pair()).verdict is Verdict.FAIL
    result = decide(pair(), independence="per-author")
    assert result.verdict is Verdict.PASS
    assert result.reason == "bbbbbbb was approved by alice and bob, crosswise"


def test_case_05_one_half_of_a_pair_approves_only_the_others_part(decide: Decide) -> None:
    half = replace(pair(), reviews=(review(BOB),))
    result = decide(half, independence="per-author")
    assert result.verdict is Verdict.FAIL
    assert "bob has a part that too few other people approved" in result.reason
    assert says(result, "by other people for each contributor's part, and bob has too few")
    assert "other than bob" in result.next_steps[0]
    third = replace(half, reviews=(review(BOB), review(DANA)))
    assert decide(third, independence="per-author").verdict is Verdict.PASS


def test_case_05_whoever_worked_alone_does_not_approve_per_author_either(decide: Decide) -> None:
    alone = approved(reviews=(review(ALICE),))
    result = decide(alone, independence="per-author")
    assert result.verdict is Verdict.FAIL
    assert says(result, "Approval by alice does not count: alice opened #42")


def test_case_05_a_second_account_is_no_second_author(decide: Decide) -> None:
    private = person("alice-private")
    commits = (commit("a", ALICE), commit("b", private))
    pull = approved(commits=commits, reviews=(review(ALICE), review(private)))
    named = {"alice-private": "alice"}
    result = decide(pull, independence="per-author", identities=named)
    assert result.verdict is Verdict.FAIL


def test_case_05_each_part_needs_as_many_approvals_as_the_policy_says(decide: Decide) -> None:
    given = {"independence": "per-author", "approvals": 2}
    assert decide(pair(), **given).verdict is Verdict.FAIL
    with_dana = replace(pair(), reviews=(review(ALICE), review(BOB), review(DANA)))
    assert decide(with_dana, **given).verdict is Verdict.PASS


def test_case_05_a_joint_commit_is_both_peoples_part(decide: Decide) -> None:
    joint = approved(commits=(commit("b", ALICE, co_authors=(BOB,)),), reviews=(review(BOB),))
    assert decide(joint, independence="per-author").verdict is Verdict.FAIL
    both = replace(joint, reviews=(review(ALICE), review(BOB)))
    assert decide(both, independence="per-author").verdict is Verdict.PASS


def suggested(**changes: Any) -> PullRequest:
    """Alice applied dana's suggestion on the host, which made dana a co-author."""
    made: dict[str, Any] = {
        "parents": (oid("a"),),
        "committer": WEB_FLOW,
        "co_authors": (DANA,),
        "via_web": True,
        "signature": GITHUB,
        **changes,
    }
    asked = review(DANA, 5, state="COMMENTED", commit=oid("a"))
    return approved(commits=(commit("a"), commit("b", **made)), reviews=(asked, review(DANA)))


def test_case_06_the_author_of_an_applied_suggestion_approves_where_the_policy_says_so(
    decide: Decide,
) -> None:
    strict = decide(suggested())
    assert strict.verdict is Verdict.FAIL
    assert says(strict, "dana is a co-author of bbbbbbb")
    assert decide(suggested(), suggestion_authors="accept").verdict is Verdict.PASS


@pytest.mark.parametrize(
    "forged",
    [
        {"via_web": False},
        {"signature": None},
        {"author": DANA},
        {"committer": DANA},
        {"parents": (oid("a"), oid("c"))},
    ],
)
def test_case_06_a_trailer_that_somebody_wrote_is_no_applied_suggestion(
    decide: Decide, forged: dict[str, Any]
) -> None:
    assert decide(suggested(**forged), suggestion_authors="accept").verdict is Verdict.FAIL


def test_case_06_whoever_contributed_otherwise_too_stays_a_contributor(decide: Decide) -> None:
    pull = suggested()
    by_dana = replace(pull, commits=(commit("a", DANA), pull.commits[1]))
    assert decide(by_dana, suggestion_authors="accept").verdict is Verdict.FAIL


def test_case_06_only_a_reviewers_suggestion_is_a_suggestion(decide: Decide) -> None:
    pull = suggested(co_authors=(JO,))
    result = decide(pull, suggestion_authors="accept")
    assert "review-contributor-unverifiable" in rules(result)


def agents(**changes: Any) -> PullRequest:
    by_agent = commit("b", COPILOT, committer=WEB_FLOW, signature=GITHUB, via_web=True)
    return approved(opener=COPILOT, commits=(by_agent,), **changes)


def test_case_08_whoever_asked_a_coding_agent_is_a_contributor(decide: Decide) -> None:
    result = decide(agents(requested_by=(DANA,)))
    assert result.verdict is Verdict.FAIL
    assert says(result, "dana had copilot-swe-agent open #42")
    assert decide(agents(requested_by=(ERIN,))).verdict is Verdict.PASS


def test_case_08_an_agent_that_nobody_is_known_to_have_asked_is_unverifiable(
    decide: Decide,
) -> None:
    result = decide(agents())
    assert result.verdict is Verdict.FAIL
    assert says(result, "a coding agent works for somebody, and nobody is assigned to it")


def test_case_08_the_policy_names_agents_of_its_own(decide: Decide) -> None:
    own = Person("bot", "BOT_8", "house-robot")
    by_own = commit("b", own, committer=WEB_FLOW, signature=GITHUB)
    pull = approved(opener=own, commits=(by_own,))
    assert decide(pull).verdict is Verdict.PASS
    named = ["House-Robot[bot]"]
    assert decide(pull, coding_agents=named).verdict is Verdict.FAIL
    asked = replace(pull, requested_by=(DANA,))
    assert decide(asked).verdict is Verdict.PASS, "whom a bot assigns has asked for nothing"
    assert decide(asked, coding_agents=named).verdict is Verdict.FAIL


def test_case_02_a_reviewer_who_pushed_anothers_commit_is_no_reviewer(decide: Decide) -> None:
    by_dana = pushed(Push(ALICE, at(1), None, oid("a")), Push(DANA, at(2), oid("a"), oid("b")))
    result = decide(approved(pushes=by_dana))
    assert result.verdict is Verdict.FAIL
    assert says(result, "Approval by dana does not count: dana pushed bbbbbbb")


def test_case_10_a_forged_author_does_not_hide_the_pusher(decide: Decide) -> None:
    """Dana commits under alice's name and address: the host knows who pushed."""
    forged = approved(pushes=pushed(Push(DANA, at(1), None, oid("b"))))
    assert decide(forged).verdict is Verdict.FAIL
    assert decide(replace(forged, reviews=(review(ERIN),))).verdict is Verdict.PASS


def test_case_10_a_push_that_was_replaced_has_its_pusher_too(decide: Decide) -> None:
    pushes = pushed(
        Push(ALICE, at(1), None, oid("1")),
        Push(DANA, at(2), oid("1"), oid("2")),
        Push(ALICE, at(3), oid("2"), oid("3")),
        Push(ALICE, at(4), oid("3"), oid("b")),
    )
    rewrite = ForcePush(ALICE, at(4), oid("3"), oid("b"))
    result = decide(approved(pushes=pushes, force_pushes=(rewrite,)))
    assert result.verdict is Verdict.FAIL
    assert says(result, "dana pushed 2222222")


def test_case_10_pushes_of_an_older_branch_of_the_same_name_are_none_of_this_change(
    decide: Decide,
) -> None:
    pushes = pushed(
        Push(DANA, at(-9), None, oid("8")),
        Push(DANA, at(-8), oid("8"), oid("9")),
        Push(DANA, at(-7), oid("9"), None),
        Push(ALICE, at(1), None, oid("b")),
    )
    assert decide(approved(pushes=pushes)).verdict is Verdict.PASS


def test_case_10_a_merge_button_pushes_nothing(decide: Decide) -> None:
    pushes = pushed(
        Push(ALICE, at(1), None, oid("a")), Push(DANA, at(2), oid("a"), oid("b"), by_button=True)
    )
    assert decide(approved(pushes=pushes)).verdict is Verdict.PASS


UNREAD = [
    (None, "nobody asked the host who pushed"),
    (pushed(problem="the token may not read it (403)"), "the token may not read it (403)"),
    (pushed(Push(ALICE, at(1), None, oid("b")), complete=False), "did not give all pushes"),
    (pushed(), "names nobody who pushed bbbbbbb"),
    (pushed(Push(ALICE, at(1), None, oid("a"))), "names nobody who pushed bbbbbbb"),
    (pushed(Push(ALICE, at(1), oid("a"), oid("b"))), "names nobody who pushed aaaaaaa"),
]


@pytest.mark.parametrize(("pushes", "why"), UNREAD)
def test_case_46_pushes_that_cannot_be_read_are_an_error_before_the_merge(
    decide: Decide, pushes: Any, why: str
) -> None:
    pull = approved(pushes=pushes)
    for settings in ({}, {"pushers": "required"}):
        result = decide(pull, **settings)
        assert result.verdict is Verdict.ERROR
        (failure,) = result.failures
        assert failure.reason.startswith("it is not known who pushed to feature/checkout: ")
        assert why in failure.reason
    loose = decide(pull, pushers="best-effort")
    assert loose.verdict is Verdict.PASS
    assert why in loose.checked[1]


def test_case_46_after_the_merge_the_pushes_may_be_gone(decide: Decide) -> None:
    merged = approved(pushes=None, state="MERGED", merged_at=at(60))
    assert decide(merged).verdict is Verdict.PASS
    assert decide(merged, pushers="required").verdict is Verdict.ERROR


@pytest.mark.parametrize(
    ("now", "then", "state", "chosen", "verdict"),
    [
        ("read", "write", "OPEN", None, Verdict.FAIL),
        ("read", "write", "OPEN", "then-or-now", Verdict.PASS),
        ("read", "write", "MERGED", None, Verdict.PASS),
        ("read", "write", "MERGED", "now", Verdict.FAIL),
        ("write", "read", "MERGED", None, Verdict.PASS),
        ("write", None, "OPEN", "now", Verdict.PASS),
        ("read", None, "MERGED", "then-or-now", Verdict.FAIL),
        (None, "write", "MERGED", None, Verdict.PASS),
        (None, "write", "OPEN", None, Verdict.ERROR),
        (None, "read", "MERGED", None, Verdict.ERROR),
        ("none", "admin", "OPEN", "then-or-now", Verdict.PASS),
    ],
)
def test_case_17_a_permission_that_was_lost_counts_as_the_policy_says(
    decide: Decide, now: Any, then: Any, state: Any, chosen: Any, verdict: Verdict
) -> None:
    given = review(permission=now, permission_then=then)
    merged_at = at(60) if state == "MERGED" else None
    settings = {} if chosen is None else {"permission": chosen}
    result = decide(approved(reviews=(given,), state=state, merged_at=merged_at), **settings)
    assert result.verdict is verdict


def late(*reviews: Any) -> PullRequest:
    return approved(state="MERGED", merged_at=at(15), reviews=reviews)


def test_case_21_an_approval_after_the_merge_counts_where_the_policy_says_so(
    decide: Decide,
) -> None:
    pull = late(review(minutes=16))
    assert decide(pull).verdict is Verdict.FAIL
    assert decide(pull, after_merge="accept").verdict is Verdict.PASS


def test_case_21_a_late_approval_is_held_to_everything_else(decide: Decide) -> None:
    stale = late(review(minutes=16, commit=oid("a")))
    assert decide(stale, after_merge="accept").verdict is Verdict.FAIL
    own = late(review(ALICE, minutes=16))
    assert decide(own, after_merge="accept").verdict is Verdict.FAIL


def test_case_21_a_late_request_revokes_a_late_approval_and_no_timely_one(decide: Decide) -> None:
    asked = review(minutes=17, state="CHANGES_REQUESTED")
    assert decide(late(review(minutes=16), asked), after_merge="accept").verdict is Verdict.FAIL
    assert decide(late(review(minutes=10), asked), after_merge="accept").verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("head", "base", "why"),
    [
        ("feature/pay", "develop", ""),
        ("feature/pay", "main", "`feature/pay` may be merged into `develop`, not into `main`"),
        ("hotfix/1/2", "main", ""),
        ("hotfix/1", "develop", ""),
        ("release/2.0", "main", ""),
        ("release/2.0", "release/1.0", "may be merged into `main` and `develop`"),
        ("wip", "develop", "the policy does not say where `wip` may be merged"),
        ("feature/pay\n", "develop", ""),
        ("xfeature/pay", "develop", "the policy does not say where `xfeature/pay`"),
        ("feature/pay", "developers", "not into `developers`"),
    ],
)
def test_git_flow_lets_branches_go_only_where_the_policy_says(
    decide: Decide, head: str, base: str, why: str
) -> None:
    branches = {
        "feature/*": ["develop"],
        "hotfix/*": ["main", "develop"],
        "release/*": ["main", "develop"],
    }
    result = decide(approved(head_ref=head, base_ref=base), branches=branches)
    assert rules(result) == ({"review-branch-not-allowed"} if why else set())
    assert not why or says(result, why)
    assert decide(approved(head_ref=head, base_ref=base)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("repository", "head"), [("R_1", None), ("R_1", "R_2"), (None, None), (None, "R_1")]
)
def test_git_flow_takes_no_forks_branch_for_one_of_the_repositorys_own(
    decide: Decide, repository: str | None, head: str | None
) -> None:
    pull = approved(head_ref="hotfix/1", repository_id=repository, head_repository_id=head)
    result = decide(pull, branches={"*": ["main"]})
    assert result.verdict is Verdict.FAIL
    assert says(result, "the policy does not say where `fork:hotfix/1` may be merged")
    assert decide(pull, branches={"fork:*": ["main"]}).verdict is Verdict.PASS


def test_case_44_a_bypass_is_told_and_the_change_judged_all_the_same(decide: Decide) -> None:
    suites = (RuleSuite(BOB, at(60), "bypass", ("pull_request",)), RuleSuite(BOB, at(1), "pass"))
    merged = approved(state="MERGED", merged_at=at(60), rule_suites=suites)
    result = decide(merged)
    assert result.verdict is Verdict.PASS
    assert [finding.blocking for finding in result.findings] == [False]
    assert says(result, "bob bypassed the host's rules (pull_request) on 2026-11-20 10:00 UTC")
    assert decide(replace(merged, reviews=())).verdict is Verdict.FAIL


def test_case_46_nothing_that_is_missing_becomes_a_pass(decide: Decide) -> None:
    for missing in ("commits_complete", "reviews_complete", "timeline_complete"):
        assert decide(approved(**{missing: False})).verdict is Verdict.ERROR


def test_case_48_closing_and_reopening_rewinds_nothing(decide: Decide) -> None:
    """Reviews and pushes from before keep their meaning: nothing is cut off by a date."""
    pull = approved(
        reviews=(review(minutes=-900),),
        pushes=pushed(Push(ALICE, at(-1000), None, oid("b"))),
    )
    assert decide(pull).verdict is Verdict.PASS
    by_dana = replace(pull, pushes=pushed(Push(DANA, at(-1000), None, oid("b"))))
    assert decide(by_dana).verdict is Verdict.FAIL
    stale = replace(pull, reviews=(review(minutes=-900, commit=oid("a")),))
    assert decide(stale).verdict is Verdict.FAIL
    moved = BaseChange(ALICE, at(-800), "main", "develop")
    assert decide(replace(pull, base_changes=(moved,))).verdict is Verdict.FAIL


def touching(*paths: str, merges: tuple[MergeReplay, ...] = (), **changes: Any) -> PullRequest:
    found = Content(BASE, BASE, changed=paths, touched=paths, merges=merges)
    return approved(content=replace(found, **changes), reviews=())


def test_case_49_no_path_is_exempt_by_default(decide: Decide) -> None:
    pull = touching("docs/a.md")
    assert decide(pull).verdict is Verdict.FAIL
    result = decide(pull, paths_exempt=["docs/"])
    assert result.verdict is Verdict.PASS
    assert result.reason == "bbbbbbb needs no approval: the policy exempts all its paths"
    assert any("exempts 1 path, docs/a.md" in line for line in result.checked)


@pytest.mark.parametrize(
    "paths",
    [
        ("docs/a.md", "app.py"),
        ("docs/moved.py", "app.py"),
        ("docs/CODEOWNERS", "docs/a.md"),
        ("docs/gatekeeper.yml",),
        ("docs/.gitattributes",),
        (),
    ],
)
def test_case_49_one_other_path_is_enough_and_a_rename_has_two(
    decide: Decide, paths: tuple[str, ...]
) -> None:
    assert decide(touching(*paths), paths_exempt=["docs/"]).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "path", [".github/workflows/x.yml", ".github/CODEOWNERS", "CODEOWNERS", "a/gatekeeper.yml"]
)
def test_case_49_what_decides_about_reviews_is_never_exempt(decide: Decide, path: str) -> None:
    assert decide(touching(path), paths_exempt=["*", "**"]).verdict is Verdict.FAIL


def test_case_49_what_was_taken_back_counts_too(decide: Decide) -> None:
    pull = touching("docs/a.md", touched=("app.py", "docs/a.md"))
    assert decide(pull, paths_exempt=["docs/"]).verdict is Verdict.FAIL


def test_case_49_a_merge_that_holds_more_than_its_parents_exempts_nothing(decide: Decide) -> None:
    merge = MergeReplay(oid("b"), (oid("a"), BASE), (), tree_of("b"), tree_of("b"))
    assert decide(touching("docs/a.md", merges=(merge,)), paths_exempt=["docs/"]).verdict is (
        Verdict.PASS
    )
    evil = replace(merge, replayed=tree_of("c"))
    assert decide(touching("docs/a.md", merges=(evil,)), paths_exempt=["docs/"]).verdict is (
        Verdict.FAIL
    )


@pytest.mark.parametrize("content", [None, Content(BASE, problem="this clone is empty")])
def test_case_49_unknown_paths_are_an_error_only_where_they_decide(
    decide: Decide, content: Content | None
) -> None:
    unknown = approved(content=content, reviews=())
    assert decide(unknown, paths_exempt=["docs/"]).verdict is Verdict.ERROR
    assert decide(unknown).verdict is Verdict.FAIL
    reviewed = replace(unknown, reviews=(review(),))
    assert decide(reviewed, paths_exempt=["docs/"]).verdict is Verdict.PASS


def test_case_49_an_exempt_change_may_come_from_anybody_but_against_no_request(
    decide: Decide,
) -> None:
    pull = replace(touching("docs/a.md"), commits=(commit("b", JO),))
    assert decide(pull, paths_exempt=["docs/"]).verdict is Verdict.PASS
    asked = replace(pull, reviews=(review(state="CHANGES_REQUESTED"),))
    assert decide(asked, paths_exempt=["docs/"]).verdict is Verdict.FAIL


@pytest.mark.parametrize("content", [None, Content(BASE, problem="this clone is empty")])
def test_case_31_what_cannot_be_looked_for_is_an_error_where_it_would_fail(
    decide: Decide, content: Content | None
) -> None:
    pull = approved(content=content)
    assert decide(pull).verdict is Verdict.PASS
    assert decide(pull, hidden_changes="fail").verdict is Verdict.ERROR


def test_case_31_a_hidden_change_of_an_unknown_author_is_told_without_one(
    decide: Decide,
) -> None:
    content = Content(BASE, BASE, hidden=(Hidden(oid("9"), ("key.pem",)),))
    result = decide(approved(content=content))
    assert says(result, "9999999 changes key.pem, and the head has taken that back")


def test_case_12_a_pusher_whose_account_is_gone_approves_nothing(decide: Decide) -> None:
    pushes = pushed(Push(GHOST, at(1), None, oid("b")))
    assert decide(approved(pushes=pushes)).verdict is Verdict.PASS


def test_case_14_a_bot_that_pushes_is_nobodys_doubt(decide: Decide) -> None:
    pushes = pushed(Push(DEPENDABOT, at(1), None, oid("b")))
    assert decide(approved(pushes=pushes)).verdict is Verdict.PASS


def test_case_34_a_squash_that_the_host_did_not_sign_adds_whom_it_names(decide: Decide) -> None:
    squash = commit("f", ALICE, co_authors=(DANA,))
    merged = approved(state="MERGED", merged_at=at(60), merge=Merge(squash, BOB, "squash"))
    assert decide(merged).verdict is Verdict.FAIL
    signed = replace(squash, committer=WEB_FLOW, signature=GITHUB)
    by_host = replace(merged, merge=Merge(signed, BOB, "squash"))
    assert decide(by_host).verdict is Verdict.PASS
