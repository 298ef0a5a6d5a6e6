"""`gatekeeper check --pr`, on a real repository and its host on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.cli import main
from tests.fakes.shop import Shop

POLICY = """\
version: 1
stages: {merge: [review]}
gates: {review: {owners: required, branches: {"feature/*": [main]}}}
"""
OWNERS = "* @dana\n/pay/ @erin @acme/pay\n"
Check = Callable[[], dict[str, Any]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    made = Shop(tmp_path / "shop")
    made.write("main", "root", {"gatekeeper.yml": POLICY, ".github/CODEOWNERS": OWNERS})
    with made.hub.serve():
        for name, value in made.hub.environment.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def check(shop: Shop, tmp_path: Path) -> Check:
    def run() -> dict[str, Any]:
        output = tmp_path / "report.json"
        words = ["check", str(shop.root), "--pr", "42", "--quiet", "--format", "json"]
        code = main.run([*words, "--output", str(output)])
        report: dict[str, Any] = json.loads(output.read_text())
        assert report["exit_code"] == code
        (result,) = report["results"]
        return {"code": code, **result}

    return run


def test_an_approval_outlives_a_rebase_and_no_more_than_that(shop: Shop, check: Check) -> None:
    pull = shop.change("alice", "feature/one")
    assert check()["code"] == 0
    seen = pull.head
    shop.write("main", "bob", {"README": "meanwhile\n"})
    shop.git("checkout", "--quiet", "feature/one")
    shop.git("rebase", "--quiet", "main", **shop._as("alice"))
    shop._publish("feature/one")
    pull.node["baseRefOid"] = shop.tip()
    pull.force_push("alice", *shop._own("feature/one", "main"))
    rebased = check()
    assert rebased["code"] == 0
    assert f"dana's approval of {seen[:7]} counts" in "\n".join(rebased["checked"])
    shop.write("feature/one", "alice", {"evil.txt": "more\n"})
    shop.push(pull)
    pushed = check()
    assert pushed["code"] == 1
    assert f"it is for {seen[:7]}, and the head is {pull.head[:7]}" in pushed["reason"]


@pytest.mark.parametrize(
    ("team", "code"), [(["erin"], 1), (["dana"], 0), (None, 3)], ids=["other", "member", "unread"]
)
def test_the_owners_of_the_base_are_asked_and_their_teams_read(
    shop: Shop, check: Check, team: list[str] | None, code: int
) -> None:
    if team is not None:
        shop.hub.teams["acme/pay"] = team
    shop.branch("feature/pay")
    shop.write("feature/pay", "alice", {".github/CODEOWNERS": "", "pay/card.py": "print(1)\n"})
    shop.open("alice", "feature/pay").review("dana")
    result = check()
    assert result["code"] == code
    assert any(".github/CODEOWNERS of" in line for line in result["checked"])


def test_a_branch_of_another_name_goes_nowhere(shop: Shop, check: Check) -> None:
    shop.change("alice", "wip")
    result = check()
    assert result["code"] == 1
    assert result["reason"] == (
        "#42 goes the wrong way: the policy does not say where `wip` may be merged"
    )


def test_who_pushed_anothers_commits_does_not_approve_them(shop: Shop, check: Check) -> None:
    shop.branch("feature/one")
    shop.write("feature/one", "alice", {"one.txt": "one\n"})
    pull = shop.open("alice", "feature/one")
    shop.write("feature/one", "alice", {"two.txt": "two\n"})
    shop.push(pull, by="dana")
    pull.review("dana")
    result = check()
    assert result["code"] == 1
    assert f"Approval by dana does not count: dana pushed {pull.head[:7]}" in result["reason"]
