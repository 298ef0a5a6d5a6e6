"""Real zizmor on real workflows; nothing of the tree talks it out of a finding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import GateResult, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.gate import WORKFLOWS
from gatekeeper.scan.scanners import zizmor
from gatekeeper.scan.workflows.facts import AuditHit, WorkflowEvidence
from gatekeeper.scan.workflows.settings import WorkflowSettings
from tests.conftest import NOW, RequestFactory
from tests.test_git import sh

CLEAN = """\
name: ci
on: push
permissions: {}
concurrency: {group: "${{ github.ref }}", cancel-in-progress: true}
jobs:
  build:
    name: build
    runs-on: ubuntu-latest
    steps:
      - run: make
"""
INJECTED = CLEAN.replace("make", 'echo "${{ github.event.pull_request.title }}"')
CI = ".github/workflows/ci.yml"


class Project:
    """A folder and what the gate says of it."""

    def __init__(self, root: Path, requests: RequestFactory, context: Context) -> None:
        self.root, self._requests, self._context = root, requests, context

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def evidence(self, **settings: Any) -> WorkflowEvidence:
        return WORKFLOWS.collect(self._requests(WORKFLOWS, self.root, settings=settings))

    def result(self, evidence: WorkflowEvidence, settings: Mapping[str, Any]) -> GateResult:
        chosen = WorkflowSettings.model_validate(settings)
        judged = WORKFLOWS.judge(evidence, chosen, self._context)
        return conclude(Outcome("workflows", 0.0, judged), (), NOW)

    def check(self, **settings: Any) -> GateResult:
        return self.result(self.evidence(**settings), settings)


@pytest.fixture
def project(tmp_path: Path, request_for: RequestFactory, context: Context) -> Project:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "app.py").write_text("x = 1\n")
    return Project(root, request_for, context)


def rules(result: GateResult) -> set[str]:
    return {finding.rule for finding in result.findings}


def test_a_project_without_workflows_is_skipped_with_the_reason(project: Project) -> None:
    result = project.check()
    assert result.verdict is Verdict.SKIP
    assert "there is no workflow" in result.reason


def test_a_clean_workflow_passes_and_says_what_was_not_asked(project: Project) -> None:
    project.write(CI, CLEAN)
    result = project.check()
    assert result.verdict is Verdict.PASS
    assert result.checked[0].startswith("1 file with zizmor ")
    assert any("GitHub would have to be" in line for line in result.checked)


def test_workflows_actions_and_dependabot_are_audited(project: Project) -> None:
    project.write(CI, INJECTED)
    step = "  steps:\n    - run: echo ${{ inputs.a }}\n      shell: bash\n"
    action = "name: x\ndescription: y\ninputs: {a: {description: z}}\nruns:\n  using: composite\n"
    project.write("tools/setup/action.yml", action + step)
    project.write("deploy/action.yml", "kind: Deployment\n")
    update = "- {package-ecosystem: pip, directory: /, schedule: {interval: daily}}"
    project.write(".github/dependabot.yml", f"version: 2\nupdates:\n  {update}\n")
    result = project.check()
    assert result.verdict is Verdict.FAIL
    found = {(finding.rule, finding.where.path) for finding in result.findings}
    assert ("zizmor-template-injection", CI) in found
    assert ("zizmor-template-injection", "tools/setup/action.yml") in found
    assert ("zizmor-dependabot-cooldown", ".github/dependabot.yml") in found
    assert result.checked[0].startswith("3 files")


def test_no_configuration_and_no_comment_of_the_tree_counts(project: Project) -> None:
    project.write(CI, INJECTED.replace('title }}"', 'title }}" # zizmor: ignore'))
    off = "rules:\n  template-injection:\n    disable: true\n    ignore: [ci.yml]\n"
    for name in ("zizmor.yml", ".zizmor.yml", ".github/zizmor.yml", ".github/zizmor.yaml"):
        project.write(name, off)
    project.write(".gitignore", ".github\n")
    result = project.check()
    assert result.verdict is Verdict.FAIL
    assert "zizmor-template-injection" in rules(result)


def test_a_comment_counts_where_the_policy_says_so_and_stays_visible(project: Project) -> None:
    comment = "# zizmor: ignore[template-injection]"
    project.write(CI, INJECTED.replace('title }}"', f'title }}}}" {comment}'))
    assert "A comment here asks" in project.check().findings[0].message
    result = project.check(inline_waivers=True)
    assert result.verdict is Verdict.PASS
    assert [one.finding.rule for one in result.waived] == ["zizmor-template-injection"]
    assert result.waived[0].waiver.source == f"inline zizmor {CI}:10"


@pytest.mark.parametrize("text", ["on: push\njobs: [\n", "on: push\njobs: 3\n", "", "{}\n", "\0"])
def test_a_workflow_that_cannot_be_parsed_is_no_pass(project: Project, text: str) -> None:
    project.write(CI, CLEAN)
    project.write(".github/workflows/other.yml", text)
    result = project.check()
    assert result.verdict is Verdict.ERROR
    assert "other.yml" in result.reason


def test_a_workflow_behind_a_link_is_no_pass(project: Project) -> None:
    project.write(CI, CLEAN)
    project.write("hidden.txt", INJECTED)
    (project.root / ".github/workflows/linked.yml").symlink_to("../../hidden.txt")
    assert project.check().verdict is Verdict.ERROR
    (project.root / CI).unlink()
    assert project.check().verdict is Verdict.ERROR


def test_a_workflow_that_was_deleted_is_gone(project: Project) -> None:
    sh(project.root, "init")
    project.write(CI, CLEAN)
    sh(project.root, "add", ".")
    sh(project.root, "commit", "-m", "one")
    (project.root / CI).unlink()
    assert project.check().verdict is Verdict.SKIP


def test_an_excluded_workflow_is_counted_with_its_reason(project: Project) -> None:
    project.write(CI, CLEAN)
    project.write(".github/workflows/old.yml", INJECTED)
    out = [{"path": ".github/workflows/old.yml", "reason": "kept as an example only"}]
    result = project.check(exclude=out)
    assert result.verdict is Verdict.PASS
    assert "1 file excluded: kept as an example only" in result.checked


def test_all_workflows_excluded_is_no_pass(project: Project) -> None:
    project.write(CI, INJECTED)
    out = [{"path": "*", "reason": "nothing to see here at all"}]
    assert project.check(exclude=out).verdict is Verdict.ERROR


def test_the_persona_decides_how_much_is_told_and_can_change_afterwards(project: Project) -> None:
    project.write(CI, CLEAN.replace("    name: build\n", ""))
    evidence = project.evidence()
    quiet = project.result(evidence, {})
    assert any("for a more demanding reader than `regular`" in line for line in quiet.checked)
    assert "zizmor-anonymous-definition" not in rules(quiet)
    assert "zizmor-anonymous-definition" in rules(project.result(evidence, {"persona": "pedantic"}))


def hit(**changes: Any) -> AuditHit:
    usual = AuditHit("brand-new", "something new", CI, 1, 1, 1, "0" * 16, "high", False, "regular")
    return replace(usual, **changes)


def test_an_audit_that_is_new_to_us_is_told_by_its_own_words(project: Project) -> None:
    evidence = WorkflowEvidence("9.9.9", (CI,), (CI,), hits=(hit(persona="somebody-new"),))
    (finding,) = project.result(evidence, {}).findings
    assert finding.rule == "zizmor-unknown-audit"
    assert "zizmor calls it `brand-new`: something new" in finding.message
    assert finding.severity.label == "high"


def test_two_unknown_audits_at_one_place_are_two_findings(project: Project) -> None:
    hits = (hit(), hit(audit="another-one"))
    evidence = WorkflowEvidence("9.9.9", (CI,), (CI,), hits=hits)
    assert len({one.fingerprint for one in project.result(evidence, {}).findings}) == 2


def test_a_file_that_no_answer_speaks_of_is_no_pass(project: Project) -> None:
    evidence = WorkflowEvidence("1.32.0", (CI, "action.yml"), (CI,))
    assert project.result(evidence, {}).verdict is Verdict.ERROR


def test_a_zizmor_that_breaks_down_is_no_pass(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(CI, CLEAN)
    monkeypatch.setattr(zizmor, "_FLAGS", ("--no-such-flag",))
    assert project.check().verdict is Verdict.ERROR
    monkeypatch.setattr(zizmor.sysconfig, "get_path", lambda _: str(project.root))
    result = project.check()
    assert (result.verdict, result.reason) == (Verdict.ERROR, "zizmor is not installed")


def test_a_finding_keeps_its_name_when_lines_move(project: Project) -> None:
    project.write(CI, INJECTED)
    before = {finding.fingerprint for finding in project.check().findings}
    project.write(CI, f"# a line more\n\n{INJECTED}")
    assert {finding.fingerprint for finding in project.check().findings} == before


def test_no_text_of_a_workflow_is_kept(project: Project) -> None:
    login = "credentials: {username: shop, password: Kx8kQ2wv9bR4}"
    image = f"    container: {{image: 'ghcr.io/acme/x:1', {login}}}\n"
    project.write(CI, CLEAN.replace("    steps:", f"{image}    steps:"))
    evidence = project.evidence()
    assert "hardcoded-container-credentials" in {one.audit for one in evidence.hits}
    assert "Kx8kQ2wv9bR4" not in json.dumps(repr(evidence))
