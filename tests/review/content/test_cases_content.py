"""The numbered cases about content, on real repositories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.core.model import Verdict
from gatekeeper.review.facts import ForcePush, Merge, Person, PullRequest, Push
from tests.review import build
from tests.review.build import Decide
from tests.review.repository import LINES, Repository, changed


def messages(result: object) -> str:
    return "\n".join(finding.message for finding in result.findings)  # type: ignore[attr-defined]


def test_case_22_a_later_commit_of_the_same_content_keeps_the_approval(
    repo: Repository, decide: Decide
) -> None:
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    repo.commit("an empty commit", {})
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.PASS
    assert any(f"dana's approval of {seen[:7]} counts" in line for line in result.checked)


def test_case_22_a_later_commit_of_other_content_is_stale(repo: Repository, decide: Decide) -> None:
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    head = repo.commit("more", {"app.py": changed(3, "other")})
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL
    assert f"it is for {seen[:7]}, and the head is {head[:7]} (1 later commit by alice)" in (
        result.reason
    )


def rebased(repo: Repository, spoil: str = "") -> tuple[str, str]:
    """Return the approved head and the one that was rebased onto a base that moved on."""
    repo.branch("feature")
    repo.commit("the change", {"app.py": changed(3, "new")})
    seen = repo.commit("more of it", {"new.py": "print(1)\n"})
    repo.on("main")
    repo.commit("meanwhile", {"app.py": changed(18, "theirs")})
    repo.on("feature")
    repo.git("rebase", "--quiet", "main")
    if spoil:
        repo.write({"app.py": (repo.root / "app.py").read_text().replace("new\n", spoil)})
        repo.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    return seen, repo.head


def test_case_24_an_equivalent_rebase_keeps_the_approval(repo: Repository, decide: Decide) -> None:
    seen, head = rebased(repo)
    push = ForcePush(build.ALICE, build.at(20), seen, head)
    result = decide(repo.pull(seen, force_pushes=(push,), pushes=_pushes(seen, head)))
    assert (result.verdict, result.findings) == (Verdict.PASS, ())
    onto = repo.tip("main")[:7]
    said = f"{seen[:7]}, replayed onto {onto}, gives exactly {head[:7]}"
    assert any(said in line for line in result.checked)


def _pushes(before: str, head: str) -> object:
    return build.pushed(
        Push(build.ALICE, build.at(1), None, before), Push(build.ALICE, build.at(20), before, head)
    )


@pytest.mark.parametrize("spoil", ["evil\n", "  new\n", "new \n", "new\r\n", "new\nadded\n"])
def test_case_24_a_rebase_that_changes_anything_is_stale(
    repo: Repository, decide: Decide, spoil: str
) -> None:
    seen, head = rebased(repo, spoil)
    push = ForcePush(build.ALICE, build.at(20), seen, head)
    result = decide(repo.pull(seen, force_pushes=(push,), pushes=_pushes(seen, head)))
    assert result.verdict is Verdict.FAIL
    assert "(alice force-pushed since)" in result.reason
    assert f"{seen[:7]} does not give {head[:7]}" in result.reason


CALLS = "    a()\n    check()\n    b()\n"
TWO = f"def first():\n{CALLS}\n\ndef second():\n{CALLS}"


def _without(function: str) -> str:
    return function.replace("    check()\n", "")


def test_case_24_a_hunk_that_moves_to_another_function_is_stale(
    repo: Repository, decide: Decide
) -> None:
    """The same patch, by any patch-id, and another meaning."""
    repo.commit("two functions", {"two.py": TWO})
    repo.branch("feature")
    first, _, second = TWO.partition("\n\ndef")
    seen = repo.commit("loosen", {"two.py": f"{_without(first)}\n\ndef{second}"})
    repo.git("reset", "--quiet", "--hard", "main")
    head = repo.commit("loosen", {"two.py": f"{first}\n\ndef{_without(second)}"})
    patches = {repo.git("diff", f"{oid}^", oid, "-U1").rpartition("@@")[2] for oid in (seen, head)}
    hunks = {patch.partition("\n")[2] for patch in patches}
    assert hunks == {"     a()\n-    check()\n     b()"}, "the two patches read the same"
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL
    assert f"{seen[:7]} does not give {head[:7]}" in result.reason


def test_case_24_a_rebase_that_needed_a_decision_is_stale(repo: Repository, decide: Decide) -> None:
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    repo.on("main")
    repo.commit("meanwhile", {"app.py": changed(3, "theirs")})
    repo.branch("again")
    repo.commit("the change", {"app.py": changed(3, "new")})
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL
    assert "conflicts in app.py" in result.reason


def test_case_24_a_commit_of_ones_own_below_the_approved_one_is_no_base(
    repo: Repository, decide: Decide
) -> None:
    """Rebased onto a commit that the base branch does not hold: that one was never approved."""
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    repo.branch("below")
    repo.commit("smuggled", {"evil.py": "import os\n"})
    repo.git("cherry-pick", seen)
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL


def updated(repo: Repository, clash: bool = False) -> str:
    """Return the approved commit of a branch that the base was then ready to be merged into."""
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    repo.on("main")
    repo.commit("meanwhile", {"app.py": changed(3 if clash else 18, "theirs")})
    repo.on("feature")
    return seen


def test_case_25_an_update_merge_keeps_the_approval(repo: Repository, decide: Decide) -> None:
    seen = updated(repo)
    repo.merge("main")
    assert decide(repo.pull(seen)).verdict is Verdict.PASS


def test_case_25_an_update_merge_that_holds_more_is_stale(repo: Repository, decide: Decide) -> None:
    seen = updated(repo)
    repo.merge("main")
    repo.write({"evil.py": "import os\n"})
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--amend", "--no-edit")
    head = repo.head
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL
    assert f"{head[:7]} is not what merging its parents gives" in result.reason


def test_case_25_an_update_that_drops_the_bases_work_is_stale(
    repo: Repository, decide: Decide
) -> None:
    seen = updated(repo)
    repo.merge("main", ours=True)
    assert decide(repo.pull(seen)).verdict is Verdict.FAIL


@pytest.mark.parametrize("signed", [True, False])
def test_case_25_pressing_update_branch_makes_nobody_a_contributor(
    repo: Repository, decide: Decide, signed: bool
) -> None:
    seen = updated(repo)
    merge = repo.merge("main")
    pull = repo.pull(seen)
    by_dana = replace(
        repo.facts_of(merge, build.DANA),
        committer=build.WEB_FLOW,
        via_web=True,
        signature=build.GITHUB if signed else None,
    )
    commits = tuple(by_dana if one.oid == merge else one for one in pull.commits)
    pushes = build.pushed(
        Push(build.ALICE, build.at(1), None, seen), Push(build.DANA, build.at(20), seen, merge)
    )
    result = decide(replace(pull, commits=commits, pushes=pushes))
    assert result.verdict is (Verdict.PASS if signed else Verdict.FAIL)


def test_case_26_a_conflict_that_was_resolved_is_new_content(
    repo: Repository, decide: Decide
) -> None:
    seen = updated(repo, clash=True)
    with pytest.raises(Exception, match="merge"):
        repo.merge("main")
    merge = repo.commit("resolved", {"app.py": changed(3, "both")})
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL
    assert f"{merge[:7]} resolves a conflict in app.py" in result.reason
    assert decide(repo.pull(merge)).verdict is Verdict.PASS


def test_case_27_a_merge_of_what_the_base_does_not_hold_is_stale(
    repo: Repository, decide: Decide
) -> None:
    seen = updated(repo)
    repo.branch("not-main", "main")
    other = repo.commit("never reviewed", {"evil.py": "import os\n"})
    repo.on("feature")
    merge = repo.merge("not-main")
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL
    assert f"{merge[:7]} merges {other[:7]}, which main does not hold" in result.reason


def test_case_28_commits_of_a_local_side_branch_are_the_changes_own(
    repo: Repository, decide: Decide
) -> None:
    repo.branch("side")
    by_dana = repo.commit("dana's work", {"side.py": "print(1)\n"})
    repo.branch("feature", "main")
    repo.commit("the change", {"app.py": changed(3, "new")})
    merge = repo.merge("side")
    pull = repo.pull(merge)
    assert by_dana in pull.oids
    commits = tuple(
        repo.facts_of(one.oid, build.DANA) if one.oid == by_dana else one for one in pull.commits
    )
    result = decide(replace(pull, commits=commits))
    assert result.verdict is Verdict.FAIL
    assert f"dana wrote {by_dana[:7]}" in result.reason


def test_case_28_a_side_branch_that_the_host_does_not_name_is_an_error(
    repo: Repository, decide: Decide
) -> None:
    repo.branch("side")
    left_out = repo.commit("dana's work", {"side.py": "print(1)\n"})
    repo.branch("feature", "main")
    repo.commit("the change", {"app.py": changed(3, "new")})
    merge = repo.merge("side")
    pull = repo.pull(merge)
    first_parents = tuple(one for one in pull.commits if one.oid != left_out)
    result = decide(replace(pull, commits=first_parents))
    assert result.verdict is Verdict.ERROR
    assert f"brings {left_out[:7]}, which the host does not name" in result.reason


def test_case_28_an_octopus_cannot_be_replayed_and_its_side_branches_count(
    repo: Repository, decide: Decide
) -> None:
    for name in ("one", "two"):
        repo.branch(name, "main")
        repo.commit(name, {f"{name}.py": "print(1)\n"})
    repo.branch("feature", "main")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    merge = repo.merge("one", "two")
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL
    assert f"{merge[:7]} merges " in result.reason
    assert decide(repo.pull(merge)).verdict is Verdict.PASS


def test_case_29_a_base_that_took_in_a_part_keeps_what_replays(
    repo: Repository, decide: Decide
) -> None:
    repo.branch("feature")
    part = repo.commit("a part", {"part.py": "print(1)\n"})
    head = repo.commit("the rest", {"app.py": changed(3, "new")})
    pull = repo.pull(head)
    repo.on("main")
    repo.git("merge", "--quiet", "--ff-only", part)
    moved = replace(pull, base_oid=part)
    result = decide(moved)
    assert result.verdict is Verdict.PASS
    assert any(f"main has since taken in {part[:7]}" in line for line in result.checked)


def test_case_29_a_change_that_left_its_base_in_several_places_is_no_proof(
    repo: Repository, decide: Decide
) -> None:
    repo.branch("feature")
    part = repo.commit("a part", {"part.py": "print(1)\n"})
    repo.on("main")
    repo.commit("meanwhile", {"app.py": changed(18, "theirs")})
    repo.on("feature")
    head = repo.merge("main")
    pull = repo.pull(head)
    repo.on("main")
    repo.merge("feature~1")
    moved = replace(pull, base_oid=repo.head)
    assert part in pull.oids
    assert decide(moved).verdict is Verdict.ERROR


def test_case_29_a_rebase_after_the_base_took_in_a_part_is_proven_or_stale(
    repo: Repository, decide: Decide
) -> None:
    repo.branch("feature")
    repo.commit("a part", {"part.py": "print(1)\n"})
    seen = repo.commit("the rest", {"app.py": changed(3, "new")})
    repo.on("main")
    repo.git("merge", "--quiet", "--squash", "feature~1")
    repo.commit("a part, squashed", {})
    repo.on("feature")
    repo.git("rebase", "--quiet", "main")
    assert decide(repo.pull(seen)).verdict is Verdict.PASS
    repo.commit("more", {"evil.py": "import os\n"})
    assert decide(repo.pull(seen)).verdict is Verdict.FAIL


def hiding(repo: Repository) -> tuple[str, str]:
    repo.branch("feature")
    repo.commit("the change", {"app.py": changed(3, "new")})
    hidden = repo.commit("X", {"key.pem": "a key\n"})
    repo.git("revert", "--no-edit", hidden)
    return hidden, repo.head


@pytest.mark.parametrize(("policy", "verdict"), [("report", Verdict.PASS), ("fail", Verdict.FAIL)])
def test_case_31_what_is_taken_back_within_the_change_is_told(
    repo: Repository, decide: Decide, policy: str, verdict: Verdict
) -> None:
    hidden, head = hiding(repo)
    result = decide(repo.pull(head), hidden_changes=policy)
    assert result.verdict is verdict
    (finding,) = result.findings
    assert (finding.rule, finding.where.commit) == ("review-hidden-change", hidden)
    assert f"{hidden[:7]} by alice changes key.pem, and the head has taken that back" in (
        finding.message
    )


def test_case_31_a_part_that_is_taken_back_in_a_file_that_stays_changed_is_told(
    repo: Repository, decide: Decide
) -> None:
    repo.branch("feature")
    hidden = repo.commit("X", {"app.py": changed(12, "backdoor")})
    head = repo.commit("not X, but Y", {"app.py": changed(3, "new")})
    result = decide(repo.pull(head), hidden_changes="fail")
    assert f"{hidden[:7]} by alice changes app.py" in messages(result)
    assert result.verdict is Verdict.FAIL


def test_case_31_one_place_of_a_file_is_enough(repo: Repository, decide: Decide) -> None:
    repo.branch("feature")
    kept = changed(3, "new")
    hidden = repo.commit("X and Y", {"app.py": changed(12, "backdoor", kept)})
    head = repo.commit("not X", {"app.py": changed(17, "more", kept)})
    result = decide(repo.pull(head), hidden_changes="fail")
    assert f"{hidden[:7]} by alice changes app.py" in messages(result)


@pytest.mark.parametrize("later", ["one\n", "", None])
def test_case_31_what_a_file_was_before_it_is_again(
    repo: Repository, decide: Decide, later: str | None
) -> None:
    """A file that was made and unmade, emptied and filled, deleted and brought back."""
    before, after = ("one\n", "two\n") if later == "one\n" else (later, "two\n")
    repo.commit("before", {} if before is None else {"x.bin": before})
    repo.branch("feature")
    hidden = repo.commit("X", {"x.bin": after, "app.py": changed(3, "new")})
    head = repo.commit("not X", {"x.bin": before})
    result = decide(repo.pull(head), hidden_changes="fail")
    assert f"{hidden[:7]} by alice changes x.bin" in messages(result)


def test_case_31_work_that_goes_on_hides_nothing(repo: Repository, decide: Decide) -> None:
    repo.branch("feature")
    repo.commit("first", {"app.py": changed(3, "one"), "new.py": "print(1)\n"})
    head = repo.commit("second", {"app.py": changed(3, "two"), "new.py": "print(2)\n"})
    result = decide(repo.pull(head), hidden_changes="fail")
    assert (result.verdict, result.findings) == (Verdict.PASS, ())


def test_case_31_a_squash_brings_only_what_it_shows(repo: Repository, decide: Decide) -> None:
    _, head = hiding(repo)
    pull = repo.pull(head)
    repo.on("main")
    repo.git("merge", "--quiet", "--squash", "feature")
    squash = repo.commit("the change (#42)", {})
    merged = repo.merged(pull, squash)
    assert merged.merge is not None
    by_squash = replace(merged, merge=replace(merged.merge, method="squash"))
    result = decide(by_squash, hidden_changes="fail")
    assert (result.verdict, result.findings) == (Verdict.PASS, ())


def test_case_31_work_that_only_a_merge_brought_is_told_too(
    repo: Repository, decide: Decide
) -> None:
    updated(repo)
    repo.merge("main")
    repo.write({"evil.py": "import os\n"})
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--amend", "--no-edit")
    evil = repo.head
    head = repo.commit("gone again", {"evil.py": None})
    result = decide(repo.pull(head), hidden_changes="fail")
    assert f"{evil[:7]} by alice changes evil.py" in messages(result)


@pytest.mark.parametrize("signed", [True, False])
def test_case_34_the_contributors_of_a_squash_are_those_of_its_commits(
    repo: Repository, decide: Decide, signed: bool
) -> None:
    """dana, who merged, is the squash's author: only the host's signature says that this is all."""
    repo.branch("feature")
    head = repo.commit("the change", {"app.py": changed(3, "new")})
    pull = repo.pull(head)
    repo.on("main")
    repo.git("merge", "--quiet", "--squash", "feature")
    squash = repo.commit("the change (#42)", {})
    made = repo.facts_of(
        squash,
        build.DANA,
        committer=build.WEB_FLOW if signed else build.DANA,
        signature=build.GITHUB if signed else None,
    )
    merged = replace(
        pull, state="MERGED", merged_at=build.at(60), merge=Merge(made, build.DANA, "squash")
    )
    result = decide(merged)
    assert result.verdict is (Verdict.PASS if signed else Verdict.FAIL)


def test_case_34_a_squash_of_other_content_fails(repo: Repository, decide: Decide) -> None:
    repo.branch("feature")
    head = repo.commit("the change", {"app.py": changed(3, "new")})
    pull = repo.pull(head)
    repo.on("main")
    squash = repo.commit("the change (#42)", {"app.py": changed(3, "other")})
    result = decide(repo.merged(pull, squash))
    assert result.verdict is Verdict.FAIL
    assert f"#42 was not merged as it is: replayed onto {repo.tip('main~1')[:7]}" in result.reason


def test_case_35_a_rebase_merge_is_held_against_the_base_below_it(
    repo: Repository, decide: Decide
) -> None:
    repo.branch("feature")
    repo.commit("one", {"one.py": "print(1)\n"})
    head = repo.commit("two", {"app.py": changed(3, "new")})
    pull = repo.pull(head)
    repo.on("main")
    repo.commit("meanwhile", {"app.py": changed(18, "theirs")})
    repo.git("cherry-pick", f"{head}~1", head)
    made = repo.facts_of(repo.head, committer=build.DANA)
    merged = replace(
        pull, state="MERGED", merged_at=build.at(60), merge=Merge(made, build.DANA, "rebase")
    )
    result = decide(merged)
    assert result.verdict is Verdict.PASS, "dana only pressed the button"
    evil = repo.commit("amended", {"evil.py": "import os\n"})
    tampered = replace(made, oid=evil, tree=repo.tip(f"{evil}^{{tree}}"))
    result = decide(replace(merged, merge=Merge(tampered, build.DANA, "rebase")))
    assert result.verdict is Verdict.FAIL


def test_case_39_a_merge_commits_tree_is_what_was_approved(
    repo: Repository, decide: Decide
) -> None:
    seen = updated(repo)
    pull = repo.pull(seen)
    repo.on("main")
    merge = repo.merge("feature")
    made = repo.merged(pull, merge)
    result = decide(made)
    assert result.verdict is Verdict.PASS
    assert any(f"gives exactly {merge[:7]}" in line for line in result.checked)


@pytest.mark.parametrize("presser", [build.DANA, build.BOB])
def test_case_39_who_pressed_the_button_is_neither_author_nor_reviewer(
    repo: Repository, decide: Decide, presser: Person
) -> None:
    seen = updated(repo)
    pull = repo.pull(seen)
    repo.on("main")
    merge = repo.merge("feature")
    made = repo.facts_of(merge, presser, committer=build.WEB_FLOW, signature=build.GITHUB)
    merged = replace(pull, state="MERGED", merged_at=build.at(60), merge=Merge(made, presser))
    assert decide(merged).verdict is Verdict.PASS
    assert decide(replace(merged, reviews=())).verdict is Verdict.FAIL


def test_case_39_a_merge_commit_that_holds_more_fails(repo: Repository, decide: Decide) -> None:
    seen = updated(repo)
    pull = repo.pull(seen)
    repo.on("main")
    repo.merge("feature")
    repo.write({"evil.py": "import os\n"})
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--amend", "--no-edit")
    result = decide(repo.merged(pull, repo.head))
    assert result.verdict is Verdict.FAIL
    assert {finding.rule for finding in result.findings} == {"review-merge-changed"}


def test_case_39_a_merge_that_nobody_can_compare_is_an_error(
    repo: Repository, decide: Decide
) -> None:
    seen = updated(repo)
    pull = replace(repo.pull(seen), state="MERGED", merged_at=build.at(60))
    assert "it is not known by which commit #42 was merged" in decide(pull).reason
    gone = repo.facts_of(seen, signature=build.GITHUB)
    missing = replace(pull, merge=Merge(replace(gone, oid="d" * 40), build.BOB))
    result = decide(missing)
    assert result.verdict is Verdict.ERROR
    assert f"git fetch origin {'d' * 40}" in result.next_steps[0]


def gone_from(repo: Repository, pull: PullRequest) -> PullRequest:
    """Delete the pull request's branch and all that only it held."""
    repo.git("branch", "--quiet", "-D", "feature")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "--quiet", "--prune=now")
    return pull


@pytest.mark.parametrize("author", [build.BOB, build.DEPENDABOT])
def test_case_39_a_head_that_is_gone_leaves_the_hosts_word_and_no_apps(
    repo: Repository, decide: Decide, author: Person
) -> None:
    """An App can have GitHub sign whatever it wrote, so that signature says nothing."""
    repo.branch("feature")
    pull = repo.pull(repo.commit("the change", {"app.py": changed(3, "new")}))
    repo.on("main")
    repo.git("merge", "--quiet", "--squash", "feature")
    made = repo.facts_of(
        repo.commit("the change (#42)", {}),
        author,
        committer=build.WEB_FLOW,
        via_web=True,
        signature=build.GITHUB,
    )
    merged = replace(
        gone_from(repo, pull), state="MERGED", merged_at=build.at(60), merge=Merge(made, build.BOB)
    )
    result = decide(merged)
    assert result.verdict is (Verdict.PASS if author == build.BOB else Verdict.ERROR)
    if author == build.BOB:
        assert any("no clone compared it" in line for line in result.checked)
    else:
        assert f"git fetch origin {pull.head_oid}" in result.next_steps[0]


def test_lines_are_as_the_tests_take_them() -> None:
    assert changed(3, "new") != LINES
