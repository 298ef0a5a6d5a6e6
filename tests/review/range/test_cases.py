"""Cases 32 to 49 where they are about a range, on a real repository, from both collectors."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest

from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.model import Verdict
from gatekeeper.review.facts import Candidate
from gatekeeper.review.range.collect import ends_of
from tests.fakes.github import FakeGitHub
from tests.fakes.shop import Shop
from tests.review.range.conftest import Audit

METHODS = ("merge", "squash", "rebase")


@pytest.mark.parametrize("method", METHODS)
def test_reviewed_pull_requests_pass_however_they_are_merged(
    shop: Shop, audit: Audit, method: str
) -> None:
    first = shop.change("alice", "one")
    second = shop.change("bob", "two")
    shop.write("two", "bob", {"more.txt": "more\n"}, "Add more")
    shop.push(second)
    second.review("erin")
    shop.merge(first, method)
    shop.merge(second, method)
    result, rows = audit.both()
    assert (result.verdict, result.failures) == (Verdict.PASS, ())
    assert {row.pull_request for row in rows.values()} == {42, 43}
    assert {row.reviewers for row in rows.values()} == {("dana",), ("erin",)}
    assert {row.merged_by for row in rows.values()} == {"dana"}


@pytest.mark.parametrize("method", METHODS)
def test_one_unreviewed_pull_request_fails_all_of_its_commits_and_no_other(
    shop: Shop, audit: Audit, method: str
) -> None:
    shop.merge(shop.change("alice", "one"), method)
    bad = shop.change("bob", "two", approve=None)
    shop.write("two", "bob", {"more.txt": "more\n"}, "Add more")
    shop.push(bad)
    shop.merge(bad, method)
    result, rows = audit.both()
    verdicts = {(row.pull_request, row.verdict.name) for row in rows.values()}
    assert verdicts == {(42, "PASS"), (43, "FAIL")}
    assert result.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "subject", ["Fix", "Merge pull request #42 from acme/one", "Add two (#42)"]
)
def test_case_32_a_direct_push_fails_whatever_its_message_says(
    shop: Shop, audit: Audit, subject: str
) -> None:
    shop.merge(shop.change("alice", "one"))
    oid = shop.write("main", "mallory", {"app.py": "evil()\n"}, subject)
    result = audit()
    assert result.verdict is Verdict.FAIL
    (finding,) = [one for one in result.findings if one.blocking]
    assert finding.rule == "review-commit-without-pull-request"
    assert finding.where.commit == oid
    assert "mallory" in finding.message
    assert ("names #42, which proves nothing" in finding.message) == (subject != "Fix")


def test_case_33_of_several_pull_requests_only_the_one_that_brought_it_counts(
    shop: Shop, audit: Audit
) -> None:
    pull = shop.change("alice", "one", approve=None)
    decoy = shop.change("bob", "decoy")
    oid = shop.merge(pull)
    shop.hub.holders[oid] = [decoy.number, pull.number]
    shop.hub.holders[pull.head] = [decoy.number, pull.number]
    shop.merge(decoy)
    rows = audit.rows()
    assert rows["Add one"].pull_request == pull.number
    assert rows["Add one"].verdict is Verdict.FAIL


def test_case_33_the_same_number_of_another_repository_is_another_pull_request(
    shop: Shop, host_audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    shop.merge(pull)
    facts = host_audit.facts()
    stolen = tuple(
        replace(one, candidates=(Candidate(pull.number, "R_other"),)) for one in facts.range.commits
    )
    elsewhere = tuple(replace(one, repository_id="R_other") for one in facts.range.pull_requests)
    moved = replace(facts.range, commits=stolen, pull_requests=elsewhere)
    result = host_audit.judge(replace(facts, range=moved))
    assert result.verdict is Verdict.FAIL
    assert "#42 asks another repository" in result.findings[0].message


def test_case_34_a_squash_is_held_to_the_pull_requests_own_authors(
    shop: Shop, audit: Audit
) -> None:
    pull = shop.change("alice", "one", approve=None)
    shop.write("one", "dana", {"more.txt": "by dana\n"}, "Help")
    shop.push(pull, by="alice")
    pull.review("dana")
    shop.merge(pull, "squash", by="erin")
    (row,) = audit.rows().values()
    assert row.verdict is Verdict.FAIL
    assert "dana wrote" in row.reason
    assert set(row.contributors) == {"alice", "dana"}


def test_case_35_each_commit_of_a_rebase_is_the_same_change_replayed(
    shop: Shop, audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    shop.write("one", "alice", {"README": "shop\nrebased\n"}, "Add to the readme")
    shop.push(pull)
    pull.review("dana")
    shop.merge(shop.change("bob", "meanwhile"))
    shop.merge(pull, "rebase")
    result, rows = audit.both()
    assert rows["Add one"].how == rows["Add to the readme"].how == "rebase"
    assert result.verdict is Verdict.PASS


def test_case_35_a_commit_slipped_between_a_rebases_commits_is_proven_by_nothing(
    shop: Shop, audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    shop.write("one", "alice", {"two.txt": "2\n"}, "Second")
    shop.push(pull)
    pull.review("dana")
    real = shop.git

    def slip(*args: str, **environment: str) -> str:
        done = real(*args, **environment)
        if args[:1] == ("cherry-pick",) and args[-1] == pull.oids[0]:
            (shop.root / "app.py").write_text("evil()\n")
            real("commit", "--quiet", "-am", "Slipped in", **shop._as("mallory"))
        return done

    shop.git = slip  # type: ignore[method-assign]
    oid = shop.merge(pull, "rebase")
    shop.git = real  # type: ignore[method-assign]
    for one in shop.git("rev-list", "v1..main").split():
        shop.hub.holders[one] = [pull.number]
    result, rows = audit.both()
    assert result.verdict is not Verdict.PASS
    assert rows["Slipped in"].pull_request is None
    assert oid


def test_case_36_a_closed_pull_request_merged_outside_the_host_is_unproven(
    shop: Shop, audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    pull.close()
    shop.git("checkout", "--quiet", "main")
    shop.git("merge", "--quiet", "--no-ff", "-m", "Merge", "one", **shop._as("alice"))
    shop._publish("main")
    if audit.source == "recordings":
        audit.source = "host"
    result, rows = audit.both()
    rules = {finding.rule for finding in result.findings if finding.blocking}
    assert rules == {"review-commit-merged-outside", "review-commit-without-pull-request"}
    assert "closed without a merge on the host" in rows["Add one"].reason


def test_case_37_a_cherry_pick_needs_a_review_of_its_own(shop: Shop, audit: Audit) -> None:
    shop.branch("release/1", "v1")
    pull = shop.change("alice", "one")
    shop.merge(pull)
    shop.tag("v2")
    shop.git("checkout", "--quiet", "release/1")
    shop.git("cherry-pick", "-x", pull.head, **shop._as("alice"))
    shop._publish("release/1")
    assert audit("v1..main").verdict is Verdict.PASS
    result = audit("v1..release/1", branch="release/1")
    if audit.source == "host":
        assert result.verdict is Verdict.FAIL
        picked = f"picked from {pull.head[:7]}: a new context needs a review of its own"
        assert picked in result.findings[0].message
    else:
        assert result.verdict is not Verdict.PASS  # nothing was recorded of it


@pytest.mark.parametrize("method", ["squash", "rebase"])
def test_case_38_another_merged_pull_request_that_contains_it_is_no_proof(
    shop: Shop, host_audit: Audit, method: str
) -> None:
    secret = shop.write("main", "mallory", {"app.py": "evil()\n"}, "Direct")
    pull = shop.change("alice", "one")
    oid = shop.merge(pull, method)
    shop.hub.holders[secret] = [pull.number]
    rows = host_audit.rows()
    assert rows["Direct"].verdict is Verdict.FAIL
    assert "#42 contains it, and did not bring it" in rows["Direct"].reason
    assert any(row.commit == oid and row.verdict is Verdict.PASS for row in rows.values())


def test_case_38_the_originals_of_a_squash_that_come_by_another_way_are_no_proof(
    shop: Shop, host_audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    shop.merge(pull, "squash")
    shop.git("checkout", "--quiet", "main")
    shop.git("merge", "--quiet", "--no-ff", "-m", "Again", "one", **shop._as("alice"))
    shop._publish("main")
    row = host_audit.rows()["Add one"]
    assert row.verdict is Verdict.FAIL
    assert "was merged as" in row.reason


def test_case_38_a_pull_request_into_a_branch_that_leads_nowhere_is_no_proof(
    shop: Shop, host_audit: Audit
) -> None:
    shop.branch("playground")
    pull = shop.change("alice", "one", base="playground")
    shop.merge(pull)
    shop.git("checkout", "--quiet", "main")
    shop.git("merge", "--quiet", "--ff-only", "playground")
    shop._publish("main")
    rows = host_audit.rows()
    assert {row.verdict for row in rows.values()} == {Verdict.FAIL}
    assert "was merged into playground, from which nothing reaches main" in rows["Add one"].reason


def test_git_flow_features_are_proven_on_develop_and_the_release_proves_its_merge_alone(
    shop: Shop, audit: Audit
) -> None:
    shop.branch("develop")
    shop._publish("develop")
    shop.merge(shop.change("alice", "one", base="develop"), "squash")
    shop.merge(shop.change("dana", "two", base="develop", approve="erin"))
    release = shop.open("bob", "develop")
    release.review("dana")
    shop.merge(release)
    result, rows = audit.both()
    assert rows["Add one (#42)"].pull_request == 42
    assert rows["Add two"].pull_request == 43
    merge = f"Merge pull request #{release.number} from acme/develop"
    assert rows[merge].pull_request == release.number
    # dana wrote a feature that others approved; she may approve the release that carries it
    assert result.verdict is Verdict.PASS


def test_git_flow_a_push_to_develop_is_not_covered_by_the_release(shop: Shop, audit: Audit) -> None:
    shop.branch("develop")
    shop._publish("develop")
    shop.merge(shop.change("alice", "one", base="develop", approve=None))
    release = shop.open("bob", "develop")
    release.review("dana")
    shop.merge(release)
    rows = audit.rows()
    assert rows["Add one"].verdict is Verdict.FAIL
    assert rows["Add one"].pull_request == 42


def test_case_39_a_merge_that_brings_more_than_its_parents_fails(shop: Shop, audit: Audit) -> None:
    pull = shop.change("alice", "one")
    real = shop.git

    def evil(*args: str, **environment: str) -> str:
        done = real(*args, **environment)
        if args[0] == "merge":
            (shop.root / "app.py").write_text("evil()\n")
            real("commit", "--quiet", "-a", "--amend", "--no-edit", **shop._as("dana", "web-flow"))
        return done

    shop.git = evil  # type: ignore[method-assign]
    shop.merge(pull)
    shop.git = real  # type: ignore[method-assign]
    result = audit()
    assert result.verdict is Verdict.FAIL
    assert "review-merge-changed" in {finding.rule for finding in result.findings}


def _queue(shop: Shop, *names: str, approve: str | None = "dana") -> list[str]:
    """Put pull requests into the merge queue, as the host does: each on top of the one before."""
    pulls = [shop.change("alice", name, approve=approve) for name in names]
    shop.git("checkout", "--quiet", "--detach", "main")
    made = []
    for pull in pulls:
        head = str(pull.node["headRefName"])
        message = f"Merge pull request #{pull.number} from acme/{head}"
        who = shop._as("web-flow")
        shop.git("merge", "--quiet", "--no-ff", "-m", message, head, **who)
        made.append(shop.tip("HEAD"))
        shop.hub.commits[made[-1]] = shop.node(made[-1])
        shop.hub.enqueue(pull, made[-1])
    shop.git("branch", "queue")
    return made


def test_case_40_every_pull_request_of_a_merge_queue_is_judged(
    shop: Shop, host_audit: Audit
) -> None:
    _queue(shop, "one", "two")
    result, rows = host_audit.both("main..queue")
    assert (result.verdict, result.failures) == (Verdict.PASS, ())
    assert {row.pull_request for row in rows.values()} == {42, 43}
    assert {row.how for row in rows.values()} == {"queue"} | {"commit"}


def test_case_40_one_unreviewed_pull_request_stops_the_queue(shop: Shop, host_audit: Audit) -> None:
    _queue(shop, "one")
    shop.git("branch", "-D", "queue")
    shop.hub.queue.clear()
    _queue(shop, "two", approve=None)
    result, rows = host_audit.both("main..queue")
    assert result.verdict is Verdict.FAIL
    assert rows["Add two"].verdict is Verdict.FAIL


def test_case_40_a_queue_commit_with_other_content_is_proven_by_nothing(
    shop: Shop, host_audit: Audit
) -> None:
    _queue(shop, "one")
    shop.git("checkout", "--quiet", "queue")
    (shop.root / "app.py").write_text("evil()\n")
    shop.git("commit", "--quiet", "-a", "--amend", "--no-edit", **shop._as("web-flow"))
    oid = shop.tip("queue")
    shop.hub.commits[oid] = shop.node(oid)
    shop.hub.queue.clear()
    shop.hub.enqueue(shop.hub.pulls[42], oid)
    assert host_audit("main..queue").verdict is Verdict.FAIL


def test_case_41_a_sibling_with_the_same_head_does_not_lend_its_approval(
    shop: Shop, host_audit: Audit
) -> None:
    """Two pull requests of one head: only what was approved for this base counts."""
    shop.branch("release/1", "v1")
    approved = shop.change("alice", "one", base="release/1")
    sibling = shop.open("alice", "one")
    assert approved.head == sibling.head
    shop.merge(sibling)
    rows = host_audit.rows()
    assert rows["Add one"].pull_request == sibling.number
    assert rows["Add one"].verdict is Verdict.FAIL


def test_case_42_a_forks_commits_are_proven_by_its_pull_request(
    shop: Shop, host_audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    pull.from_fork("alice/shop")
    shop.merge(pull)
    assert host_audit().verdict is Verdict.PASS


def test_case_42_where_the_host_connects_nothing_with_a_forks_commit_its_merge_does(
    shop: Shop, host_audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    pull.from_fork("alice/shop")
    merge = shop.merge(pull)
    shop.hub.holders = {pull.head: []}
    rows = host_audit.rows()
    assert rows["Add one"].pull_request == 42
    assert {row.verdict for row in rows.values()} == {Verdict.PASS}
    shop.hub.holders[merge] = []
    shutil.rmtree(host_audit.folder / "cache")
    assert host_audit().verdict is Verdict.FAIL


def test_case_44_a_bypass_is_judged_all_the_same_and_reported(shop: Shop, audit: Audit) -> None:
    pull = shop.change("alice", "one", approve=None)
    oid = shop.merge(pull, "squash", by="root")
    shop.hub.bypass("root", oid)
    (row,) = audit.rows().values()
    assert row.verdict is Verdict.FAIL
    assert row.bypassed_by == ("root",)


@pytest.mark.parametrize(
    ("span", "told"),
    [("v2..side", "does not descend from v2"), ("v1..side", "is not on main")],
)
def test_case_45_a_release_from_somewhere_else_fails(
    shop: Shop, host_audit: Audit, span: str, told: str
) -> None:
    shop.merge(shop.change("alice", "one"))
    shop.tag("v2")
    pull = shop.change("alice", "side")
    shop.git("checkout", "--quiet", "-B", "side", "v1")
    shop.write("side", "alice", {"side.txt": "1\n"}, "Beside")
    shop._publish("side")
    result = host_audit(span)
    assert result.verdict is Verdict.FAIL
    messages = [f.message for f in result.findings if f.rule == "review-release-not-descended"]
    assert any(told in message for message in messages)
    assert pull


def test_case_45_a_tag_that_was_moved_fails(shop: Shop, host_audit: Audit) -> None:
    shop.merge(shop.change("alice", "one"))
    shop.tag("v2")
    assert host_audit("v1..v2").verdict is Verdict.PASS
    shop.hub.tags["v2"] = shop.tip("v1")
    result = host_audit("v1..v2")
    assert result.verdict is Verdict.FAIL
    assert "the tag v2 is" in result.findings[0].message


@pytest.mark.parametrize("field", ["complete", "candidates"])
def test_case_46_what_is_not_whole_is_an_error(shop: Shop, host_audit: Audit, field: str) -> None:
    shop.merge(shop.change("alice", "one"))
    facts = host_audit.facts()
    found = facts.range
    if field == "complete":
        commits = tuple(replace(one, complete=False) for one in found.commits)
        spoilt = replace(found, commits=commits)
    else:
        spoilt = replace(found, pull_requests=())
    assert host_audit.judge(replace(facts, range=spoilt)).verdict is Verdict.ERROR


@pytest.mark.parametrize(
    "spoil",
    [
        {"complete": False},
        {"problem": "GitHub did not tell"},
        {"base_is_ancestor": None},
        {"head_on_branch": None},
        {"head_oid": "a" * 40},
        {"base_oid": "a" * 40},
        {"repository": "acme/other"},
        {"commits": ()},
    ],
)
def test_case_46_a_range_that_is_not_known_whole_is_an_error(
    shop: Shop, host_audit: Audit, spoil: dict[str, object]
) -> None:
    shop.merge(shop.change("alice", "one"))
    facts = host_audit.facts()
    result = host_audit.judge(replace(facts, range=replace(facts.range, **spoil)))
    assert result.verdict is Verdict.ERROR
    assert result.next_steps


def test_case_46_a_commit_that_was_not_pushed_is_an_error(shop: Shop, host_audit: Audit) -> None:
    shop.git("checkout", "--quiet", "main")
    shop.git("commit", "--quiet", "--allow-empty", "-m", "Local", **shop._as("alice"))
    with pytest.raises(EvidenceError, match="GitHub knows nothing of commit"):
        host_audit.facts()


def test_case_47_an_empty_range_is_no_pass(shop: Shop, audit: Audit) -> None:
    shop.merge(shop.change("alice", "one"))
    audit()
    for span in ("main..main", "main..v1"):
        host = Audit(audit.shop, audit.request_for, audit.context, audit.folder)
        result = host(span)
        assert result.verdict is Verdict.ERROR
        assert "holds no commit" in result.reason


@pytest.mark.parametrize("text", ["", "a", "a..", "..b", "a...b", "a..b..c", ".."])
def test_case_47_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no range of commits"):
        ends_of(text)


def test_case_28_side_branches_are_walked_by_all_parents(shop: Shop, audit: Audit) -> None:
    """A push inside a merged side branch is a commit of the range like any other."""
    shop.merge(shop.change("alice", "one"))
    shop.git("checkout", "--quiet", "-b", "side", "v1")
    shop.write("side", "mallory", {"evil.txt": "1\n"}, "Hidden")
    shop.git("checkout", "--quiet", "main")
    shop.git("merge", "--quiet", "--no-ff", "-m", "Merge side", "side", **shop._as("mallory"))
    shop._publish("main")
    rows = audit.rows()
    assert rows["Hidden"].verdict is rows["Merge side"].verdict is Verdict.FAIL
    assert rows["Add one"].verdict is Verdict.PASS


def test_case_48_closing_and_reopening_changes_nothing(shop: Shop, audit: Audit) -> None:
    pull = shop.change("alice", "one", approve=None)
    pull.review("dana")
    pull.close()
    pull.node["state"] = "OPEN"
    shop.write("one", "alice", {"late.txt": "1\n"}, "Late")
    shop.push(pull)
    shop.merge(pull)
    assert audit.rows()["Late"].verdict is Verdict.FAIL


def test_a_fake_that_knows_no_such_commit_is_no_proof(shop: Shop, host_audit: Audit) -> None:
    assert isinstance(shop.hub, FakeGitHub)
    oid = shop.write("main", "alice", {"a.txt": "1\n"}, "Direct")
    del shop.hub.commits[oid]
    with pytest.raises(EvidenceError, match=oid[:7]):
        host_audit.facts()


def test_a_squash_whose_head_no_clone_has_is_taken_from_the_host(
    shop: Shop, host_audit: Audit
) -> None:
    shop.merge(shop.change("alice", "one"), "squash")
    clone = shop.clone(host_audit.folder / "clone")
    assert host_audit(root=clone).verdict is Verdict.PASS


def test_a_rebase_onto_an_unmoved_base_is_seen_from_its_trees_alone(
    shop: Shop, host_audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    shop.merge(pull, "rebase")
    clone = shop.clone(host_audit.folder / "clone")
    rows = host_audit.rows(root=clone)
    assert rows["Add one"].pull_request == pull.number
    assert rows["Add one"].how == "rebase"


def test_case_35_a_rebase_whose_commits_no_clone_has_says_what_to_fetch(
    shop: Shop, host_audit: Audit
) -> None:
    pull = shop.change("alice", "one")
    shop.merge(shop.change("bob", "meanwhile"))
    shop.merge(pull, "rebase")
    clone = shop.clone(host_audit.folder / "clone")
    result = host_audit(root=clone)
    assert result.verdict is Verdict.ERROR
    assert any("git fetch origin" in step for step in result.next_steps)
    # what it says mends it
    shop.git("update-ref", f"refs/pull/{pull.number}/head", pull.head)
    heads = "+refs/pull/*/head:refs/pull/*/head"
    fetch = ["git", "fetch", "--quiet", f"file://{shop.root}", heads]
    subprocess.run(fetch, cwd=clone, check=True)
    assert host_audit(root=clone).verdict is Verdict.PASS


def test_the_owners_of_a_path_are_asked_for_and_counted_in_a_range(
    shop: Shop, host_audit: Audit
) -> None:
    shop.write("main", "root", {"CODEOWNERS": "/one.txt @acme/payments\n"}, "Owners")
    shop.tag("v1")
    shop.merge(shop.change("alice", "one"))
    shop.hub.teams["acme/payments"] = ["erin"]
    strict = {"owners": "required"}
    result = host_audit(settings=strict)
    assert result.verdict is Verdict.FAIL
    assert "review-owner-missing" in {finding.rule for finding in result.findings}
    shop.hub.teams["acme/payments"] = ["dana"]
    assert host_audit(settings=strict).verdict is Verdict.PASS


def test_who_pushed_is_asked_for_in_a_range_where_the_policy_wants_it(
    shop: Shop, host_audit: Audit
) -> None:
    pull = shop.change("alice", "one", approve=None)
    shop.write("one", "alice", {"more.txt": "1\n"}, "Forged: dana pushed this as alice")
    shop.push(pull, by="dana")
    pull.review("dana")
    shop.merge(pull)
    assert host_audit().verdict is Verdict.PASS
    result = host_audit(settings={"pushers": "required"})
    assert result.verdict is Verdict.FAIL
    assert "dana pushed" in result.reason
