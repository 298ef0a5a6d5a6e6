"""The owners' approval, by the base revision's CODEOWNERS."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Verdict
from gatekeeper.review.added import with_teams
from gatekeeper.review.facts import Content, OwnersFile, PullRequest, Team
from gatekeeper.review.owners.ownership import teams_needed
from tests.review import build
from tests.review.build import ALICE, BASE, BOB, DANA, ERIN, Decide, approved, decided, review
from tests.review.repository import Repository

FILE = ".github/CODEOWNERS"


@pytest.fixture
def decide(context: Context) -> Decide:
    """Judge a pull request by a policy that requires the owners' approval."""
    return partial(decided, context=context, owners="required")


def owned(text: str, *paths: str, **changes: Any) -> PullRequest:
    content = Content(BASE, BASE, changed=paths or ("pay/card.py",), touched=())
    return approved(content=content, owners=OwnersFile(BASE, FILE, text), **changes)


def test_an_owner_among_those_who_approved_is_enough(decide: Decide) -> None:
    result = decide(owned("* @bob\n/pay/ @erin @Dana\n"))
    assert result.verdict is Verdict.PASS
    line = ".github/CODEOWNERS of 0000000: 1 changed path with owners"
    assert line in result.checked


def test_an_approval_by_somebody_else_is_none_of_an_owner(decide: Decide) -> None:
    pull = owned("/pay/ @erin @bob\n", "pay/card.py", "pay/bank.py", "app.py")
    result = decide(pull)
    assert result.verdict is Verdict.FAIL
    (finding,) = result.findings
    assert finding.rule == "review-owner-missing"
    assert finding.message == (
        "pay/bank.py and pay/card.py are owned by @erin and @bob, and none of them has an approval "
        "here that counts (line 1: `/pay/`)"
    )
    assert "ask @erin and @bob to approve: they own pay/bank.py and pay/card.py" in (
        result.next_steps
    )
    assert decide(pull, owners="optional").verdict is Verdict.PASS
    both = replace(pull, reviews=(review(), review(ERIN)))
    assert decide(both).verdict is Verdict.PASS


def test_each_lines_owners_are_asked(decide: Decide) -> None:
    pull = owned("/pay/ @dana\n/app.py @erin\n", "pay/card.py", "app.py")
    result = decide(pull)
    assert ["app.py" in finding.message for finding in result.findings] == [True]


def test_a_path_that_the_last_line_gives_to_nobody_needs_no_owner(decide: Decide) -> None:
    assert decide(owned("* @erin\n/pay/\n")).verdict is Verdict.PASS


def test_an_owners_approval_that_does_not_count_is_none(decide: Decide) -> None:
    stale = review(ERIN, commit=build.oid("a"))
    assert decide(owned("* @erin\n", reviews=(review(), stale))).verdict is Verdict.FAIL


def test_case_43_a_sole_owner_who_opened_it_cannot_satisfy_the_rule(decide: Decide) -> None:
    result = decide(owned("* @Alice\n"))
    assert result.verdict is Verdict.FAIL
    assert result.findings[0].message.endswith(
        "@Alice has a part in the change and is its only owner"
    )
    assert "name a second owner of `*` in CODEOWNERS" in result.next_steps[0]


def test_an_alias_of_an_owner_is_the_owner(decide: Decide) -> None:
    pull = owned("* @dana-of-old\n")
    assert decide(pull).verdict is Verdict.FAIL
    assert decide(pull, identities={"dana-of-old": "dana"}).verdict is Verdict.PASS


def test_an_address_needs_the_policys_word(decide: Decide) -> None:
    pull = owned("* Dana@Example.com\n")
    result = decide(pull)
    assert result.verdict is Verdict.FAIL
    assert "No account is known for Dana@Example.com" in result.findings[0].message
    assert "say whose Dana@Example.com is: `identities: {" in result.next_steps[0]
    assert decide(pull, identities={"dana@example.com": "dana"}).verdict is Verdict.PASS


def team(*members: Any, known: bool = True) -> Team:
    return Team("@acme/Pay", members if known else None, "" if known else "403 from the host")


def test_a_member_of_the_team_that_owns_it_is_an_owner(decide: Decide) -> None:
    pull = owned("* @acme/pay\n", teams=(team(ERIN, DANA),))
    assert decide(pull).verdict is Verdict.PASS
    assert decide(replace(pull, teams=(team(ERIN),))).verdict is Verdict.FAIL
    assert decide(replace(pull, teams=(team(),))).verdict is Verdict.FAIL


@pytest.mark.parametrize(("teams", "why"), [((team(known=False),), "403"), ((), "nobody asked")])
def test_a_team_whose_members_are_unknown_is_an_error_only_where_it_decides(
    decide: Decide, teams: tuple[Team, ...], why: str
) -> None:
    pull = owned("* @acme/pay\n", teams=teams)
    result = decide(pull)
    assert result.verdict is Verdict.ERROR
    assert "whether dana is in @acme/" in result.reason
    assert why in result.reason
    named_too = owned("* @acme/pay @dana\n", teams=teams)
    assert decide(named_too).verdict is Verdict.PASS
    assert decide(replace(pull, reviews=())).verdict is Verdict.FAIL


def test_only_the_teams_that_matter_are_asked_for_and_each_once() -> None:
    pull = owned("* @acme/all\n/pay/ @acme/pay @acme/sec\n/docs/ @acme/docs\n", "pay/a", "pay/b")
    assert teams_needed(pull) == ("@acme/pay", "@acme/sec")
    asked: list[str] = []

    class Host:
        def team(self, name: str) -> Team:
            asked.append(name)
            return Team(name, (DANA,))

    whole = with_teams(replace(pull, teams=(team(ERIN),)), Host())  # type: ignore[arg-type]
    assert asked == ["@acme/sec"]
    assert [one.name for one in whole.teams] == ["@acme/Pay", "@acme/sec"]


@pytest.mark.parametrize(
    ("owners", "reason"),
    [
        (None, "who owns what is not known: no clone was asked"),
        (OwnersFile(BASE, problem="it is gone", mend="fetch it"), "not known: it is gone"),
        (OwnersFile(BASE), "the base, has no CODEOWNERS"),
    ],
)
def test_a_required_file_that_is_not_there_is_an_error(
    decide: Decide, owners: OwnersFile | None, reason: str
) -> None:
    pull = replace(owned(""), owners=owners)
    result = decide(pull)
    assert result.verdict is Verdict.ERROR
    assert reason in result.reason
    assert result.next_steps[0]
    assert decide(pull, owners="optional").verdict is Verdict.PASS


@pytest.mark.parametrize("content", [None, Content(BASE, problem="this clone is empty")])
def test_paths_that_are_not_known_are_an_error(decide: Decide, content: Content | None) -> None:
    result = decide(replace(owned("* @dana\n"), content=content))
    assert result.verdict is Verdict.ERROR
    assert "which paths are changed is not known" in result.reason


def test_lines_that_github_skips_are_told(decide: Decide) -> None:
    result = decide(owned("* @dana\n[x] @bob\n!y @bob\n"))
    assert any("GitHub skips lines 2 and 3" in line for line in result.checked)


def test_a_pair_may_own_what_it_changes(decide: Decide) -> None:
    commits = (build.commit("a", ALICE), build.commit("b", BOB))
    pull = owned("* @alice\n", commits=commits, reviews=(review(ALICE), review(BOB)))
    assert decide(pull, independence="per-author").verdict is Verdict.PASS
    assert decide(pull).verdict is Verdict.FAIL


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path / "shop")


def seen(repo: Repository, head: str = "HEAD") -> PullRequest:
    made: PullRequest = repo.seen(repo.pull(repo.tip(head)))
    return made


def test_case_43_owners_come_from_the_base_and_not_from_the_change(
    repo: Repository, decide: Decide
) -> None:
    repo.commit("owners", {FILE: "* @erin\n"})
    repo.branch("feature")
    repo.commit("mine now", {FILE: "* @dana\n", "app.py": "print(1)\n"})
    pull = seen(repo)
    assert (pull.owners and pull.owners.text) == "* @erin\n"
    result = decide(pull)
    assert result.verdict is Verdict.FAIL
    assert f"{FILE} and app.py are owned by @erin" in result.findings[0].message


def test_case_49_a_renamed_file_needs_the_owners_of_both_names(
    repo: Repository, decide: Decide
) -> None:
    repo.commit("owners", {FILE: "/pay/ @erin\n", "pay/card.py": "print(1)\n" * 20})
    repo.branch("feature")
    repo.git("mv", "pay/card.py", "card.py")
    repo.commit("moved", {})
    pull = seen(repo)
    assert pull.content is not None
    assert pull.content.changed == ("card.py", "pay/card.py")
    assert decide(pull).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ((".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"), ".github/CODEOWNERS"),
        (("CODEOWNERS", "docs/CODEOWNERS"), "CODEOWNERS"),
        (("docs/CODEOWNERS",), "docs/CODEOWNERS"),
        (("src/CODEOWNERS", "codeowners"), None),
        ((".github/CODEOWNERS/file",), None),
    ],
)
def test_the_first_place_that_github_looks_in_is_the_one(
    repo: Repository, files: tuple[str, ...], path: str | None
) -> None:
    repo.commit("owners", {name: f"* @{number}\n" for number, name in enumerate(files)})
    repo.branch("feature")
    repo.commit("the change", {"app.py": "print(1)\n"})
    owners = seen(repo).owners
    assert owners is not None
    assert (owners.path, owners.text) == (path, "* @0\n" if path else "")


def test_a_link_and_a_file_that_github_does_not_load_are_no_answer(
    repo: Repository, decide: Decide
) -> None:
    (repo.root / "CODEOWNERS").symlink_to("docs/guide.md")
    repo.commit("a link", {})
    repo.branch("feature")
    repo.commit("the change", {"app.py": "print(1)\n"})
    result = decide(seen(repo))
    assert result.verdict is Verdict.ERROR
    assert "CODEOWNERS is a symbolic link" in result.reason
    repo.on("main")
    (repo.root / "CODEOWNERS").unlink()
    repo.commit("too large", {"CODEOWNERS": "#" * 3_000_001})
    repo.branch("again")
    repo.commit("the change", {"app.py": "print(1)\n"})
    assert "larger than 3,000,000 bytes" in decide(seen(repo)).reason


def test_a_merged_change_is_held_to_the_owners_it_was_merged_under(
    repo: Repository, decide: Decide
) -> None:
    repo.commit("owners", {FILE: "* @erin\n"})
    repo.branch("feature")
    head = repo.commit("the change", {"app.py": "print(1)\n"})
    pull = repo.pull(head)
    repo.on("main")
    merge = repo.merge("feature")
    repo.commit("dana owns it now", {FILE: "* @dana\n"})
    late = replace(repo.merged(pull, merge), base_oid=repo.head)
    assert decide(repo.seen(late)).verdict is Verdict.FAIL


def test_a_name_that_is_not_utf8_is_owned_like_any_other(repo: Repository, decide: Decide) -> None:
    repo.commit("owners", {FILE: "/pay/ @erin\n"})
    repo.branch("feature")
    place = repo.root / "pay"
    place.mkdir()
    Path(str(place / "caf") + "\udce9.py").write_text("print(1)\n")
    repo.commit("odd", {})
    pull = seen(repo)
    assert pull.content is not None
    assert pull.content.changed == ("pay/caf\\xe9.py",)
    assert decide(pull).verdict is Verdict.FAIL
