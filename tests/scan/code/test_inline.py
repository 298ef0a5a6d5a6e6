"""Comments that ask for acceptance are seen, and count only where the policy says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import GateResult, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.code.facts import CodeEvidence, Hit, ScannerRun
from gatekeeper.scan.code.inline import noted
from gatekeeper.scan.code.judge import judge
from gatekeeper.scan.code.settings import CodeSettings
from tests.conftest import NOW

SHELL, OURS = "bandit-B602", "python-sql-injection"


def comment(tmp_path: Path, rule: str, text: str, line: int = 2, end: int | None = None) -> str:
    (tmp_path / "a.py").write_text(text)
    hit = Hit(rule, "a.py", line, 1, end or line, "c0ffee")
    run = ScannerRun("any", "1", "", ("a.py",), ("a.py",), hits=(hit,))
    return noted(run, tmp_path).hits[0].inline


@pytest.mark.parametrize(
    ("rule", "line", "seen"),
    [
        (SHELL, "run(x)  # nosec", True),
        (SHELL, "run(x)  #nosec B602", True),
        (SHELL, "run(x)  # nosec B101, B602", True),
        (SHELL, "run(x)  # nosec B101", False),
        (SHELL, "run(x)  # nosec - looked at by ann", True),
        (SHELL, "run(x)  # nosecurity", False),
        (SHELL, "run(x)  # nosemgrep", False),
        (OURS, "run(x)  # nosemgrep", True),
        (OURS, "run(x)  # nosem", True),
        (OURS, "run(x)  // nosemgrep", True),
        (OURS, f"run(x)  # nosemgrep: {OURS}", True),
        (OURS, f"run(x)  # nosemgrep: other, {OURS}", True),
        (OURS, "run(x)  # nosemgrep: other", False),
        (OURS, "run(x)  # nosec", False),
        (OURS, "run(x)", False),
    ],
)
def test_a_comment_counts_for_its_own_tool_and_rules(
    tmp_path: Path, rule: str, line: str, seen: bool
) -> None:
    assert bool(comment(tmp_path, rule, f"x = 1\n{line}\ny = 2\n")) is seen


def test_a_comment_of_its_own_speaks_for_the_line_below_it(tmp_path: Path) -> None:
    assert comment(tmp_path, OURS, "# nosemgrep\nrun(x)\n")
    assert not comment(tmp_path, OURS, "other()  # nosemgrep\nrun(x)\n")
    assert not comment(tmp_path, SHELL, "# nosec\nrun(x)\n")


def test_a_comment_may_stand_on_any_line_of_the_finding_and_is_told_without_tricks(
    tmp_path: Path,
) -> None:
    text = "x = 1\nrun(\n    x  # nosec \x1b[2J::error::\n)\n"
    assert comment(tmp_path, SHELL, text, 2, 4) == "# nosec \\x1b[2J::error::"


def concluded(context: Context, *, allowed: bool) -> GateResult:
    hit = Hit(SHELL, "a.py", 2, 1, 2, "c0ffee", severity="high", inline="# nosec")
    other = Hit(SHELL, "a.py", 9, 1, 9, "beef", severity="high")
    run = ScannerRun("bandit", "1", "", ("a.py",), ("a.py",), hits=(hit, other))
    settings = CodeSettings(scanners=["bandit"], inline_waivers=allowed)
    judged = judge(CodeEvidence(1, (run,)), settings, context)
    return conclude(Outcome("code", 0.0, judged), (), NOW)


def test_by_default_a_comment_changes_nothing(context: Context) -> None:
    result = concluded(context, allowed=False)
    assert len([one for one in result.findings if one.blocking]) == 2
    assert result.waived == ()


def test_where_the_policy_allows_it_the_finding_is_waived_and_stays_visible(
    context: Context,
) -> None:
    result = concluded(context, allowed=True)
    ((line, source),) = [(one.finding.where.line, one.waiver.source) for one in result.waived]
    assert (line, source) == (2, "inline comment a.py:2")
    assert [one.where.line for one in result.findings] == [9]
    assert result.verdict is Verdict.FAIL
