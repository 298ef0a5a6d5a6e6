"""`gatekeeper waive`, on real projects with real findings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gatekeeper.cli import main
from tests.test_git import sh

POLICY = "# ours\nversion: 1\nstages: {merge: [workflows]}\nmax_waiver: 9000d\n"
WORKFLOW = """\
name: ci
on: pull_request_target
permissions: {}
jobs: {a: {name: a, runs-on: ubuntu-latest, steps: [{run: make}]}}
"""
TERMS = ("--reason", "needed until the split", "--approver", "dana", "--expires", "2040-01-31")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / ".github/workflows").mkdir(parents=True)
    (root / ".github/workflows/ci.yml").write_text(WORKFLOW)
    (root / "gatekeeper.yml").write_text(POLICY)
    (root / "gatekeeper.yml").chmod(0o640)
    return root


def report(root: Path) -> Path:
    path = root.parent / "report.json"
    words = ("check", root, "--format", "json", "--output", path, "--quiet")
    main.run(list(map(str, words)))
    return path


def fingerprint(root: Path) -> str:
    (finding,) = json.loads(report(root).read_text())["results"][0]["findings"]
    return str(finding["fingerprint"])


def waive(*words: object) -> int:
    return main.run(["waive", *map(str, words)])


def test_a_finding_is_accepted_and_the_change_is_shown(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = fingerprint(shop)
    capsys.readouterr()
    assert waive(name, shop, *TERMS) == 0
    assert f'+  - fingerprint: "{name}"' in capsys.readouterr().out
    text = (shop / "gatekeeper.yml").read_text()
    assert text.startswith(POLICY)
    assert 'note: "zizmor-dangerous-triggers at .github/workflows/ci.yml:2:1"' in text
    assert (shop / "gatekeeper.yml").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in shop.iterdir() if path.name.startswith(".g")] == [".github"]
    (waived,) = json.loads(report(shop).read_text())["results"][0]["waived"]
    assert waived["waiver"]["approved_by"] == "dana"
    assert main.run(["check", str(shop), "--quiet"]) == 0


def test_a_report_names_the_finding_without_judging_again(shop: Path) -> None:
    name = fingerprint(shop)
    written = report(shop)
    shutil.rmtree(shop / ".github")
    assert waive(name, shop, *TERMS, "--report", written) == 0
    assert "zizmor-dangerous-triggers at" in (shop / "gatekeeper.yml").read_text()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--expires": "2020-01-31"}, "expired on 2020-01-31"),
        ({"--expires": "2199-01-31"}, "`max_waiver` allows"),
        ({"--expires": "soon"}, "expires: "),
        ({"--reason": "short"}, "reason: "),
        ({"--report": "nowhere.json"}, "is no JSON report"),
    ],
)
def test_a_waiver_that_would_not_hold_is_refused(
    changed: dict[str, str], said: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = dict(zip(TERMS[::2], TERMS[1::2], strict=True)) | changed
    words = [word for pair in given.items() for word in pair]
    assert waive("a" * 32, shop, *words) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert (shop / "gatekeeper.yml").read_text() == POLICY


def test_a_fingerprint_of_nothing_is_refused_unless_forced(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert waive("a" * 32, shop, *TERMS) == 2
    assert "no finding has the fingerprint" in capsys.readouterr().err
    assert waive("a" * 31, shop, *TERMS, "--force") == 2
    assert waive("a" * 32, shop, *TERMS, "--force") == 0
    assert waive("a" * 32, shop, *TERMS, "--force") == 2
    assert "a waiver for this finding already" in " ".join(capsys.readouterr().err.split())


def test_a_policy_that_is_missing_or_a_link_is_refused(shop: Path, tmp_path: Path) -> None:
    (shop / "gatekeeper.yml").rename(tmp_path / "elsewhere.yml")
    assert waive("a" * 32, shop, *TERMS, "--force") == 2
    (shop / "gatekeeper.yml").symlink_to(tmp_path / "elsewhere.yml")
    assert waive("a" * 32, shop, *TERMS, "--force") == 2
    assert (tmp_path / "elsewhere.yml").read_text() == POLICY


def test_a_subfolder_of_a_repository_has_its_own_policy(shop: Path) -> None:
    sh(shop, "init")
    sub = shop / "sub"
    sub.mkdir()
    assert waive("a" * 32, sub, *TERMS, "--force") == 2
