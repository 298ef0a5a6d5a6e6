"""The gate against a GitHub on loopback, through the real PyGithub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.errors import EvidenceError, GatekeeperError, NotAuthorisedError, ToolError
from gatekeeper.core.gate import Context
from gatekeeper.core.model import GateResult, Subject, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.review.facts import Ends, PullRequest
from gatekeeper.review.gate import REVIEW
from gatekeeper.review.recorded import write_recording
from gatekeeper.review.source import open_source
from tests.conftest import RequestFactory
from tests.fakes.github import FakeGitHub, commit, git_actor, oid
from tests.fakes.github import PullRequest as FakePullRequest


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as running:
        running.permissions = {"dana": "write", "erin": "admin"}
        yield running


class Check:
    """Collects from the fake and judges, as the command line would."""

    def __init__(self, request_for: RequestFactory, context: Context, root: Path) -> None:
        self._request_for = request_for
        self._context = context
        self._root = root

    def facts(self, hub: FakeGitHub, number: int = 42, **options: Any) -> Any:
        head = hub.pulls[number].head if number in hub.pulls else None
        subject = options.pop("subject", Subject("acme/shop", head, number, oid("base")))
        request = self._request_for(
            REVIEW, self._root, **{"environment": hub.environment, "subject": subject, **options}
        )
        return REVIEW.collect(request)

    def judge(self, facts: Any, **settings: Any) -> GateResult:
        checked = REVIEW.settings.model_validate(settings)
        judgement = REVIEW.judge(facts, checked, self._context)
        return conclude(Outcome("review", 0.0, judgement), (), self._context.now)

    def __call__(self, hub: FakeGitHub, **options: Any) -> GateResult:
        return self.judge(self.facts(hub, **options))


@pytest.fixture
def check(request_for: RequestFactory, context: Context, tmp_path: Path) -> Check:
    return Check(request_for, context, tmp_path)


def alices(name: str) -> dict[str, Any]:
    return commit(name, git_actor("alice"))


ACTIVITY = "/repos/acme/shop/activity?per_page=100&ref=refs%2Fheads%2Ffeature%2Fcheckout"


def test_a_reviewed_pull_request_passes_in_three_requests(hub: FakeGitHub, check: Check) -> None:
    hub.open("alice", alices("one"), alices("two")).review("dana")
    result = check(hub)
    assert (result.verdict, result.findings) == (Verdict.PASS, ())
    assert "2 commits, 1 review; from GitHub 127.0.0.1" in result.checked[0]
    permission = "/repos/acme/shop/collaborators/dana/permission"
    assert hub.requests == ["PullRequest", permission, ACTIVITY]


def test_a_push_after_the_approval_makes_it_stale(hub: FakeGitHub, check: Check) -> None:
    pull = hub.open("alice", alices("one"))
    pull.review("dana")
    pull.push(alices("two"))
    result = check(hub)
    assert result.verdict is Verdict.FAIL
    assert f"it is for {oid('one')[:7]}, and the head is {oid('two')[:7]}" in result.reason


def test_events_of_the_timeline_reach_the_judge(hub: FakeGitHub, check: Check) -> None:
    pull = hub.open("alice", alices("one"))
    asked = pull.review("erin", "CHANGES_REQUESTED")
    pull.dismiss(asked, "alice")
    pull.force_push("dana", alices("two"))
    pull.review("dana")
    pull.retarget("alice", "develop")
    rules = {finding.rule: finding.message for finding in check(hub).findings}
    assert "dana force-pushed" in rules["review-approval-by-contributor"]
    assert "dismissed by alice" in rules["review-approval-dismissed"]
    facts = check.facts(hub).pull_request
    assert facts.base_changes[0].current == "develop"
    (push,) = facts.force_pushes
    assert (push.before, push.after) == (oid("one"), oid("two"))


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        (lambda pull: pull.retarget("bob", "develop"), "from main to develop"),
        (lambda pull: pull.follow("bob", "develop"), "from main to develop"),
        (
            lambda pull: pull.rewrite_base("bob"),
            f"from main at {oid('before')[:7]} to main at {oid('after')[:7]}",
        ),
        (lambda pull: pull.delete_base("bob"), "from main to (deleted)"),
    ],
)
def test_case_30_an_approval_does_not_outlive_its_base_whoever_changed_that(
    hub: FakeGitHub, check: Check, moved: Callable[[FakePullRequest], None], told: str
) -> None:
    pull = hub.open("alice", alices("one"))
    pull.review("dana")
    moved(pull)
    result = check(hub)
    assert result.verdict is Verdict.FAIL
    assert f"bob has since moved #42 {told}" in result.reason
    pull.review("dana")
    assert check(hub).verdict is Verdict.PASS


def test_a_bot_that_may_write_can_request_changes(hub: FakeGitHub, check: Check) -> None:
    pull = hub.open("alice", alices("one"))
    pull.review("dana")
    pull.review("scanner[bot]", "CHANGES_REQUESTED")
    assert check(hub).verdict is Verdict.PASS
    hub.permissions["scanner[bot]"] = "write"
    pull.review("scanner[bot]", "CHANGES_REQUESTED")
    assert check(hub).verdict is Verdict.FAIL


def test_a_permission_is_asked_once_a_person_and_only_for_opinions(
    hub: FakeGitHub, check: Check
) -> None:
    pull = hub.open("alice", alices("one"))
    pull.review("erin", "COMMENTED")
    pull.dismiss(pull.review("erin"), "alice")
    pull.review("dana", "CHANGES_REQUESTED")
    pull.review("dana")
    assert check(hub).verdict is Verdict.PASS
    assert [name.split("/")[5] for name in hub.requests[1:2]] == ["dana"]
    assert len(hub.requests) == 3


def test_a_review_without_a_time_is_an_error(hub: FakeGitHub, check: Check) -> None:
    hub.open("alice", alices("one")).review("dana")["submittedAt"] = None
    assert check(hub).verdict is Verdict.ERROR


def test_an_imported_author_that_nobody_claimed_is_unverifiable(
    hub: FakeGitHub, check: Check
) -> None:
    pull = hub.open("alice", alices("one"))
    pull.review("dana")
    pull.node["author"] = {"__typename": "Mannequin", "id": "M_1", "login": "alice-of-old"}
    result = check(hub)
    assert result.verdict is Verdict.FAIL
    assert "alice-of-old, opener of #42, cannot be verified" in result.reason


def test_everything_beyond_the_first_hundred_is_read(hub: FakeGitHub, check: Check) -> None:
    crowd = tuple(git_actor(f"friend{number}") for number in range(150))
    pull = hub.open("alice", *(alices(f"c{number}") for number in range(230)))
    pull.push(commit("last", git_actor("alice"), co_authors=crowd))
    for number in range(120):
        pull.review(f"stranger{number}", "COMMENTED")
        pull.retarget("alice", f"branch{number}")
    pull.review("dana")
    facts = check.facts(hub).pull_request
    assert len(facts.commits) == 231
    assert len(facts.commits[-1].co_authors) == 150
    assert (len(facts.reviews), len(facts.base_changes)) == (121, 120)
    assert facts.commits_complete
    assert facts.reviews_complete
    assert facts.timeline_complete
    assert check(hub).verdict is Verdict.PASS
    last = "friend149"
    hub.permissions[last] = "write"
    pull.reviews.pop()
    pull.review(last)
    assert check(hub).verdict is Verdict.FAIL


def test_strangers_who_approve_cost_no_requests(hub: FakeGitHub, check: Check) -> None:
    pull = hub.open("alice", alices("one"))
    for number in range(90):
        pull.review(f"stranger{number}")
    pull.review("dana")
    assert check(hub).verdict is Verdict.PASS
    assert len(hub.requests) == 3


def test_a_push_while_the_pull_request_is_read_is_an_error(hub: FakeGitHub, check: Check) -> None:
    pull = hub.open("alice", *(alices(f"c{number}") for number in range(150)))
    pull.review("dana")
    hub.after = lambda name: pull.push(alices("late")) if name == "PullRequest" else None
    with pytest.raises(ToolError, match="was changed while it was read"):
        check.facts(hub)


def test_a_push_before_the_reading_is_an_error(hub: FakeGitHub, check: Check) -> None:
    hub.open("alice", alices("one")).review("dana")
    old = Subject("acme/shop", oid("before"), 42, oid("base"))
    assert check(hub, subject=old).verdict is Verdict.ERROR


def test_co_authors_in_the_message_are_found_in_every_spelling(
    hub: FakeGitHub, check: Check
) -> None:
    message = "Fix\r\n\r\nco-authored-BY: Jo <Jo@Example.com>\n\nSquashed\n\n* text"
    hub.open("alice", commit("one", git_actor("alice"), message=message)).review("dana")
    result = check(hub)
    assert result.verdict is Verdict.FAIL
    assert "jo@example.com, co-author of" in result.findings[0].message


@pytest.mark.parametrize(
    ("committer", "signature", "verdict"),
    [
        (git_actor("web-flow", "noreply@github.com"), (True, True), Verdict.PASS),
        (git_actor(None, "noreply@github.com"), (True, True), Verdict.PASS),
        (git_actor(None, "noreply@github.com"), (True, False), Verdict.FAIL),
        (git_actor(None, "noreply@github.com"), None, Verdict.FAIL),
        (git_actor(None, "jo@example.com"), (True, False), Verdict.FAIL),
    ],
)
def test_who_committed_is_believed_as_far_as_github_signed_it(
    hub: FakeGitHub, check: Check, committer: Any, signature: Any, verdict: Verdict
) -> None:
    made = commit("one", git_actor("alice"), committer=committer, signature=signature)
    hub.open("alice", made).review("dana")
    assert check(hub).verdict is verdict


def test_a_bots_pull_request_is_approved_by_a_human_and_not_by_a_bot(
    hub: FakeGitHub, check: Check
) -> None:
    address = "49699333+dependabot[bot]@users.noreply.github.com"
    web = git_actor(None, "noreply@github.com")
    made = commit("one", git_actor(None, address), committer=web, signature=(True, True))
    pull = hub.open("dependabot[bot]", made)
    hub.permissions["copilot[bot]"] = "write"
    pull.review("copilot[bot]")
    assert check(hub).verdict is Verdict.FAIL
    pull.review("dana")
    assert check(hub).verdict is Verdict.PASS


def test_who_pushed_and_who_merged_are_read_from_github_and_not_from_commits(
    hub: FakeGitHub, check: Check
) -> None:
    pull = hub.open("alice", alices("one"))
    pull.push(alices("two"), by="mallory")
    pull.review("dana")
    pull.merged("dana", commit("merge", git_actor("dana")))
    facts = check.facts(hub).pull_request
    assert [str(push.actor) for push in facts.pushes.found] == ["mallory", "alice"]
    assert facts.pushes.found[1].before is None
    assert (facts.pushes.complete, facts.pushes.problem) == (True, "")
    assert facts.pushes.found[1].actor == facts.opener
    assert str(facts.merge.by) == "dana"
    assert facts.merge.commit.oid == oid("merge")
    assert facts.rule_suites is None


def test_case_42_a_forks_pushes_are_read_from_the_fork(hub: FakeGitHub, check: Check) -> None:
    pull = hub.open("alice", alices("one"))
    pull.from_fork("alice/shop")
    facts = check.facts(hub).pull_request
    assert facts.head_repository_id not in (None, facts.repository_id)
    assert [str(push.actor) for push in facts.pushes.found] == ["alice"]
    hub.visible.discard("alice/shop")
    hidden = check.facts(hub).pull_request.pushes
    assert (hidden.found, hidden.complete) == ((), False)
    assert "who pushed to alice/shop" in hidden.problem
    pull.node["headRepository"] = None
    gone = check.facts(hub).pull_request
    assert gone.head_repository_id is None
    assert gone.pushes.problem == "the repository that it comes from is gone"


def test_everything_that_moved_a_branch_is_read_page_by_page(hub: FakeGitHub, check: Check) -> None:
    pull = hub.open("alice", alices("c0"))
    for number in range(1, 230):
        pull.push(alices(f"c{number}"), by=f"friend{number}")
    pushes = check.facts(hub).pull_request.pushes
    assert len(pushes.found) == 230
    assert sum(name.startswith("/repos/acme/shop/activity") for name in hub.requests) == 3


def test_case_8_whoever_had_a_coding_agent_open_it_is_named(hub: FakeGitHub, check: Check) -> None:
    pull = hub.open("copilot-swe-agent[bot]", alices("one"))
    pull.assign("bob")
    assert [str(who) for who in check.facts(hub).pull_request.requested_by] == ["bob"]
    other = hub.open("dependabot[bot]", alices("two"))
    other.assign("bob")
    assert check.facts(hub, number=43).pull_request.requested_by == ()


def test_case_44_a_bypass_of_the_rules_is_reported_where_it_can_be_read(
    hub: FakeGitHub, check: Check
) -> None:
    pull = hub.open("alice", alices("one"))
    pull.merged("root", commit("merge", git_actor("root")))
    hub.bypass("root", oid("merge"))
    (suite,) = check.facts(hub).pull_request.rule_suites
    assert (str(suite.actor), suite.result) == ("root", "bypass")


def test_a_team_is_read_with_its_members_or_with_the_reason(hub: FakeGitHub) -> None:
    hub.teams["acme/payments"] = ["dana", "erin"]
    source = open_source(None, hub.environment, 30.0)
    team = source.team("@acme/payments")
    assert [str(who) for who in team.members or ()] == ["dana", "erin"]
    unknown = source.team("@acme/unknown")
    assert unknown.members is None
    assert "the members of @acme/unknown" in unknown.problem


def test_ends_cost_one_small_request(hub: FakeGitHub) -> None:
    hub.open("alice", alices("one"))
    source = open_source(None, hub.environment, 30.0)
    ends = source.ends("ACME/Shop", 42)
    assert ends == Ends("acme/shop", 42, oid("one"), oid("base"), "main")
    assert hub.requests == ["PullRequestEnds"]


def test_case_43_the_base_of_an_open_pull_request_is_where_its_branch_is_now(
    hub: FakeGitHub, check: Check
) -> None:
    """`baseRefOid` stays behind: the policy of weeks ago must not judge."""
    pull = hub.open("alice", alices("one"))
    pull.review("dana")
    hub.branches["main"] = oid("newer")
    source = open_source(None, hub.environment, 30.0)
    assert source.ends("acme/shop", 42).base_oid == oid("newer")
    assert check.facts(hub).pull_request.base_oid == oid("newer")
    assert check(hub).verdict is Verdict.ERROR  # the policy was read from the older one
    del hub.branches["main"]
    with pytest.raises(EvidenceError, match="there is no such branch any more"):
        source.ends("acme/shop", 42)
    hub.branches["main"] = oid("newer")
    pull.merged("dana", commit("merge", git_actor("dana")))
    assert source.ends("acme/shop", 42).base_oid == oid("base")


def test_what_was_read_can_be_recorded_and_judged_again_without_the_host(
    hub: FakeGitHub, check: Check, tmp_path: Path
) -> None:
    hub.open("alice", alices("one")).review("dana")
    live = check.facts(hub)
    assert isinstance(live.pull_request, PullRequest)
    write_recording(tmp_path / "recorded", live.pull_request)
    again = check.facts(hub, recorded=tmp_path / "recorded", environment={})
    assert again.pull_request == live.pull_request
    assert again.recorded
    assert len(hub.requests) == 3


@pytest.mark.parametrize("token", [None, ""])
def test_no_token_names_the_variable_and_sends_nothing(
    hub: FakeGitHub, check: Check, token: str | None
) -> None:
    hub.open("alice", alices("one"))
    environment = {"GITHUB_API_URL": hub.url} | ({} if token is None else {"GITHUB_TOKEN": token})
    with pytest.raises(NotAuthorisedError, match="GITHUB_TOKEN is not set") as refused:
        check.facts(hub, environment=environment)
    assert "set GITHUB_TOKEN" in refused.value.next_step
    assert hub.requests == []


def test_a_refused_token_is_named_and_never_shown(hub: FakeGitHub, check: Check) -> None:
    hub.open("alice", alices("one"))
    environment = {**hub.environment, "GITHUB_TOKEN": "s3cret-token"}
    with pytest.raises(NotAuthorisedError, match="refused the token") as refused:
        check.facts(hub, environment=environment)
    assert "s3cret" not in refused.value.reason + refused.value.next_step


@pytest.mark.parametrize(
    ("repository", "number", "reason"),
    [
        ("acme/shop", 7, "the token may not see it"),
        ("acme/other", 42, "the token may not see it"),
        ("shop", 42, "is no GitHub repository"),
        ("a/b/c", 42, "is no GitHub repository"),
    ],
)
def test_a_pull_request_that_cannot_be_seen_is_an_error(
    hub: FakeGitHub, check: Check, repository: str, number: int, reason: str
) -> None:
    hub.open("alice", alices("one"))
    with pytest.raises(EvidenceError, match=reason):
        check.facts(hub, subject=Subject(repository, oid("one"), number))


@pytest.mark.parametrize(
    "url",
    ["http://github.example.com", "ftp://127.0.0.1", "api.github.com", "https://", "http://[::"],
)
def test_a_token_is_not_sent_in_the_clear(hub: FakeGitHub, check: Check, url: str) -> None:
    environment = {**hub.environment, "GITHUB_API_URL": url}
    with pytest.raises(GatekeeperError, match="not an https address"):
        check.facts(hub, environment=environment)
