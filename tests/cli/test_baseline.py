"""`gatekeeper baseline write` and `check --diff`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.cli import main
from tests.test_git import sh

WEAK = "import subprocess\n\n\ndef ping(host):\n    subprocess.run('ping ' + host, shell=True)\n"
FRAME = "version: 1\nstages: {merge: [code]}\ngates: {code: {scanners: [bandit], fail_on: high"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    sh(root, "init")
    (root / "old.py").write_text(WEAK)
    (root / "gatekeeper.yml").write_text(FRAME + ", baseline: base/line.json}}\n")
    sh(root, "add", ".")
    sh(root, "commit", "-m", "base")
    return root


def check(root: Path, form: str, *more: str) -> tuple[int, Any]:
    output = root.parent / f"report.{form}"
    words = ["check", str(root), "--quiet", "--format", form, "--output", str(output), *more]
    return main.run(words), json.loads(output.read_text())


def test_a_baseline_is_written_and_what_it_holds_fails_no_more(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(shop, "json")[0] == 3  # the policy names a file that is not there
    assert main.run(["baseline", "write", str(shop), "--quiet"]) == 0
    assert "findings written to" in " ".join(capsys.readouterr().err.split())
    code, report = check(shop, "json")
    assert (code, report["verdict"]) == (0, "PASS")
    assert {one["new"] for one in report["results"][0]["findings"]} == {False}
    (shop / "new.py").write_text(WEAK)
    code, report = check(shop, "json")
    assert code == 1
    new = [one for one in report["results"][0]["findings"] if one["blocking"]]
    assert [(one["where"]["path"], one["new"]) for one in new] == [("new.py", True)]


def test_no_baseline_is_written_of_what_was_not_seen(shop: Path) -> None:
    (shop / "broken.py").write_text("def broken(:\n")
    assert main.run(["baseline", "write", str(shop), "--quiet"]) == 3
    assert not (shop / "base").exists()


def test_sarif_says_what_is_new_since_the_base(shop: Path) -> None:
    (shop / "gatekeeper.yml").write_text(FRAME + ", new_only: true}}\n")
    (shop / "new.py").write_text(WEAK)
    code, sarif = check(shop, "sarif", "--diff", "HEAD")
    assert code == 1
    states = {
        (one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], one["baselineState"])
        for one in sarif["runs"][0]["results"]
    }
    assert states == {("new.py", "new"), ("old.py", "unchanged")}
