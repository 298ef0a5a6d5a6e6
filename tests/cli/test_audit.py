"""`gatekeeper audit` and `check --commits` as a user runs them, against a host on loopback."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatekeeper.cli import main
from gatekeeper.github import patience
from tests.fakes.shop import Shop

POLICY = "version: 1\nstages: {release: [review]}\n"


@dataclass
class Release:
    shop: Shop
    root: Path
    direct: str


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    monkeypatch.setattr(patience, "sleep", lambda _: None)
    shop = Shop(tmp_path / "host")
    shop.write("main", "root", {"gatekeeper.yml": POLICY}, "Policy")
    shop.tag("v1")
    shop.merge(shop.change("alice", "one"))
    shop.tag("good")
    direct = shop.write("main", "alice", {"a.txt": "1\n"}, '=HYPERLINK("http://x") (#42)')
    shop.merge(shop.change("bob", "two", approve=None), "squash")
    shop.tag("v2")
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(tmp_path / "cache"))
    with shop.hub.serve():
        for name, value in shop.hub.environment.items():
            monkeypatch.setenv(name, value)
        yield Release(shop, shop.clone(tmp_path / "clone"), direct)


def gatekeeper(*words: object) -> int:
    return main.run([str(word) for word in words])


def test_the_table_names_every_commit_and_says_what_to_do(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gatekeeper("audit", "v1..v2", release.root) == 1
    out = capsys.readouterr().out
    assert "FAIL v1..v2: 4 commits: 2 pass, 2 fail" in out
    assert "reached main without a pull request" in out
    assert "next: bring what" in out
    assert out.index("PASS") > out.index("Verdict")


def test_a_reviewed_release_passes(release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    assert gatekeeper("audit", "v1..good", release.root, "--quiet") == 0
    captured = capsys.readouterr()
    assert "PASS v1..good: 2 commits: 2 pass" in captured.out
    assert captured.err == ""


def test_csv_is_a_population_whose_cells_no_spreadsheet_runs(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gatekeeper("audit", "v1..v2", release.root, "--format", "csv", "--quiet") == 1
    captured = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(captured.out)))
    assert [row["verdict"] for row in rows] == ["FAIL", "FAIL", "PASS", "PASS"]
    (direct,) = [row for row in rows if row["commit"] == release.direct]
    assert direct["subject"].startswith("'=HYPERLINK(")
    assert direct["rules"] == "review-commit-without-pull-request"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert "FAIL: 4 commits: 2 pass, 2 fail" in captured.err


def test_json_has_the_same_lines_and_goes_to_a_file(release: Release, tmp_path: Path) -> None:
    file = tmp_path / "audit.json"
    words = ("audit", "v1..v2", release.root, "--format", "json", "--output", file, "--quiet")
    assert gatekeeper(*words) == 1
    found = json.loads(file.read_text())
    assert (found["version"], found["verdict"], found["exit_code"]) == (1, "FAIL", 1)
    assert [line["pull_request"] for line in found["commits"]] == [43, None, 42, 42]
    assert found["head"] == release.shop.tip("v2")
    assert found["policy"]["revision"] == release.shop.tip("v1")


def test_an_override_is_part_of_the_population(
    release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gatekeeper("audit", "v1..v2", release.root, "--format", "csv", "--quiet")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    waivers = [
        {"fingerprint": name, "reason": "hot fix at night", "approved_by": "erin"}
        for row in rows
        for name in row["fingerprints"].split()
    ]
    policy = tmp_path / "central.yml"
    entries = json.dumps(waivers).replace('"erin"', '"erin", "expires": 2999-01-01')
    policy.write_text(f"version: 1\nwaivers: {entries}\n")
    words = ("audit", "v1..v2", release.root, "--policy", policy, "--format", "csv", "--quiet")
    assert gatekeeper(*words) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["verdict"] for row in rows] == ["WAIVED", "WAIVED", "PASS", "PASS"]
    assert {row["waived_by"] for row in rows[:2]} == {"erin"}
    assert rows[0]["waived_because"] == "hot fix at night"


def test_a_range_is_recorded_and_judged_again_offline(
    release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "bundle"
    words = ("check", release.root, "--commits", "v1..v2", "--gate", "review", "--quiet")
    assert gatekeeper(*words, "--record", bundle) == 1
    first = capsys.readouterr().out
    asked = len(release.shop.hub.requests)
    assert gatekeeper("replay", bundle) == 1
    assert capsys.readouterr().out == first
    assert len(release.shop.hub.requests) == asked
    evidence = bundle / "evidence" / "review.json"
    evidence.write_text(evidence.read_text().replace("alice", "erin_"))
    assert gatekeeper("replay", bundle) == 3


def test_an_air_gapped_audit_asks_nobody(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gatekeeper("audit", "v1..v2", release.root, "--keep", tmp_path / "recorded") == 1
    asked = len(release.shop.hub.requests)
    monkeypatch.delenv("GITHUB_TOKEN")
    words = ("audit", "v1..good", release.root, "--evidence", tmp_path / "recorded", "--quiet")
    assert gatekeeper(*words) == 0
    assert gatekeeper("audit", "v1..v2", *words[2:]) == 1
    assert len(release.shop.hub.requests) == asked


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("audit", "v2..v1"), 3),
        (("audit", "v1..v1"), 3),
        (("audit", "v1...v2"), 2),
        (("audit", "v1"), 2),
        (("audit", "v1..v9"), 2),
        (("audit", "v1..v2", "--branch", "nowhere"), 3),
        (("check", "--commits", "v1..v2", "--pr", "42"), 2),
        (("check", "--commits", ""), 2),
    ],
)
def test_what_cannot_be_judged_is_no_pass(
    release: Release, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int
) -> None:
    monkeypatch.chdir(release.root)
    assert gatekeeper(*words) == code


@pytest.mark.parametrize(("token", "code"), [("", 4), ("wrong", 4)])
def test_without_a_token_nothing_is_judged(
    release: Release, monkeypatch: pytest.MonkeyPatch, token: str, code: int
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", token)
    assert gatekeeper("audit", "v1..v2", release.root, "--quiet") == code


def test_a_gate_that_reads_files_reads_those_of_the_ranges_end(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("check", release.root, "--commits", "v1..good", "--gate", "code", "--quiet")
    assert gatekeeper(*words) == 3
    assert "the end of the range is" in capsys.readouterr().err
