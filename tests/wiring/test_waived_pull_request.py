"""The waivers of a pull request are its base's, and nobody accepts their own findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.entering import enter
from gatekeeper.core.model import Waiver
from tests.review import build
from tests.test_git import sh
from tests.wiring.test_pull_request import Scene

POLICY = "version: 1\nstages: {merge: [workflows]}\n"
WORKFLOW = """\
name: ci
on: pull_request_target
permissions: {}
jobs: {a: {name: a, runs-on: ubuntu-latest, steps: [{run: make}]}}
"""
LAST = date(2099, 1, 31)


def commit(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    sh(root, "add", ".")
    sh(root, "commit", "-m", "a change")
    return sh(root, "rev-parse", "HEAD").strip()


class Waived:
    """A pull request that adds a workflow; its base and its head may waive what is found."""

    def __init__(self, root: Path) -> None:
        self.root, self.fingerprint, self._runs = root, "", 0

    def judge(self, base: str = POLICY, head: str = POLICY) -> tuple[int, dict[str, Any]]:
        self._runs += 1
        sh(self.root, "checkout", "--orphan", f"run{self._runs}")
        sh(self.root, "rm", "-rf", "--ignore-unmatch", ".")
        start = commit(self.root, {"gatekeeper.yml": base, "app.py": "x = 1\n"})
        end = commit(self.root, {"gatekeeper.yml": head, ".github/workflows/ci.yml": WORKFLOW})
        scene = Scene(self.root, start, end)
        author = build.person("ann")
        one = replace(build.commit("a"), oid=end, parents=(start,), tree=scene.tree, author=author)
        scene.record(commits=(one,))
        return scene.check()

    def waiver(self, approver: str) -> str:
        accepted = Waiver(self.fingerprint, "needed until the split", approver, LAST)
        return enter(POLICY, accepted, "")


@pytest.fixture
def pull(tmp_path: Path) -> Waived:
    root = tmp_path / "shop"
    root.mkdir()
    sh(root, "init")
    sh(root, "remote", "add", "origin", "https://github.com/acme/shop.git")
    made = Waived(root)
    code, report = made.judge()
    assert code == 1
    made.fingerprint = report["results"][0]["findings"][0]["fingerprint"]
    return made


def test_a_waiver_of_the_base_counts_and_one_that_the_change_brings_does_not(pull: Waived) -> None:
    code, report = pull.judge(base=pull.waiver("dana"))
    assert code == 0
    assert "ann" in report["subject"]["contributors"]
    assert report["results"][0]["waived"][0]["waiver"]["approved_by"] == "dana"
    code, report = pull.judge(head=pull.waiver("dana"))
    assert (code, report["results"][0]["waived"]) == (1, [])


def test_an_author_of_the_change_cannot_have_approved(pull: Waived) -> None:
    code, report = pull.judge(base=pull.waiver("@Ann"))
    assert code == 1
    assert "ann" in report["subject"]["contributors"]
    assert "its approver has a part in this change" in report["notices"][0]


def test_without_waivers_nobody_is_asked_who_made_the_change(pull: Waived) -> None:
    _, report = pull.judge()
    assert report["subject"]["contributors"] == []
