"""The code gate from a tree to a verdict."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gatekeeper.core.errors import ToolError
from gatekeeper.core.model import Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.code.facts import ScannerRun
from gatekeeper.scan.gate import CODE
from gatekeeper.scan.scanners import bandit, semgrep
from tests.conftest import NOW

WEAK = """\
import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.route("/ping")
def ping():
    subprocess.run("ping " + request.args["host"], shell=True)
    return "sent"
"""
FAST = {"scanners": ["bandit"]}


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    root.mkdir()
    (root / "shop.py").write_text("PRICE = 3\n")
    return root


@pytest.fixture
def judged(request_for, context):
    """Collect, judge and conclude as the pipeline does."""

    def run(root, settings):
        request = request_for(CODE, root, settings=settings)
        judgement = CODE.judge(CODE.collect(request), request.settings, context)
        return conclude(Outcome("code", 0.0, judgement), (), NOW)

    return run


def test_a_weakness_fails_the_gate_and_is_told_once_by_the_better_scanner(tree, judged):
    (tree / "weak.py").write_text(WEAK)
    result = judged(tree, {})
    assert result.verdict is Verdict.FAIL
    (finding,) = [finding for finding in result.findings if finding.blocking]
    assert finding.rule == "python-command-injection"
    assert str(finding.where) == "weak.py:10:20"
    assert "bandit" in finding.also_found_by
    assert {line.split(" with ")[0] for line in result.checked if " with " in line} == {"2 files"}


def test_clean_code_passes(tree, judged):
    assert judged(tree, FAST).verdict is Verdict.PASS


def test_a_tree_without_code_is_an_error(tmp_path, judged):
    (tmp_path / "empty").mkdir()
    assert judged(tmp_path / "empty", FAST).verdict is Verdict.ERROR


def test_excluding_everything_is_an_error(tree, judged):
    everything = {"exclude": [{"path": "**", "reason": "nothing to see here"}]}
    assert judged(tree, FAST | everything).verdict is Verdict.ERROR


def test_excluded_files_are_not_scanned_and_are_counted(tree, judged):
    (tree / "weak.py").write_text(WEAK)
    (tree / "out.py").symlink_to("/etc/hosts")
    excluded = [
        {"path": "weak.py", "reason": "kept as an example"},
        {"path": "out.py", "reason": "a link for the tests"},
    ]
    result = judged(tree, FAST | {"exclude": excluded})
    assert result.verdict is Verdict.PASS
    assert "1 file excluded: kept as an example" in result.checked
    assert "1 file excluded: a link for the tests" in result.checked


def test_an_unparsable_file_is_an_error_although_the_rest_is_clean(tree, judged):
    (tree / "broken.py").write_text("def broken(:\n")
    result = judged(tree, FAST)
    assert result.verdict is Verdict.ERROR
    assert "broken.py:1" in result.reason


def test_a_notebook_is_an_error_until_the_policy_excludes_it(tree, judged):
    (tree / "model.ipynb").write_text('{"cells": []}')
    result = judged(tree, FAST)
    assert result.verdict is Verdict.ERROR
    assert "model.ipynb" in result.reason
    assert "exclude notebooks" in result.next_steps[0]
    excluded = {"exclude": [{"path": "*.ipynb", "reason": "drafts, never deployed"}]}
    assert judged(tree, FAST | excluded).verdict is Verdict.PASS


def test_a_link_out_of_the_tree_is_an_error(tree, judged):
    (tree / "out.py").symlink_to("/etc/hosts")
    assert judged(tree, FAST).verdict is Verdict.ERROR


def test_what_one_scanner_found_is_told_although_the_other_broke_down(tree, judged, monkeypatch):
    def broken(self, task) -> ScannerRun:
        raise ToolError("semgrep broke down", "install it again")

    monkeypatch.setattr(semgrep.Semgrep, "scan", broken)
    (tree / "weak.py").write_text(WEAK)
    result = judged(tree, {})
    assert result.verdict is Verdict.ERROR
    assert result.reason == "semgrep broke down"
    assert result.next_steps[0] == "install it again"
    assert {"bandit-B602", "python-command-injection"} & {one.rule for one in result.findings}


def test_running_out_of_time_is_an_error(tree, request_for, context):
    request = request_for(CODE, tree, settings=FAST, deadline=0.0)
    judgement = CODE.judge(CODE.collect(request), request.settings, context)
    assert "did not finish" in judgement.failures[0].reason


def test_a_scanner_that_looks_at_other_files_than_asked_is_not_taken_for_coverage(
    tree, judged, monkeypatch
):
    def elsewhere(self, task) -> ScannerRun:
        return ScannerRun("bandit", "1", "", task.paths, ("other.py",))

    monkeypatch.setattr(bandit.Bandit, "scan", elsewhere)
    assert judged(tree, FAST).verdict is Verdict.ERROR


def test_importing_the_gates_imports_nothing_heavy():
    code = "import sys, gatekeeper.scan.gate; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = {"bandit", "semgrep", "pip_audit", "requests", "pathspec", "packaging", "http.server"}
    assert not heavy & loaded
