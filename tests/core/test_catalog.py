"""The catalog refuses rules that do not explain themselves."""

from __future__ import annotations

import pytest

from gatekeeper.core.catalog import parse_catalog
from gatekeeper.core.errors import EvidenceError, PolicyError
from gatekeeper.core.model import Place, Severity

RULE = """
rules:
  - id: {id}
    message: m
    severity: {severity}
    metadata: {{gate: code, title: t, why: w, fix: f, cwe: [89], owasp: ["A05:2025"]}}
"""


def text(rule_id: str = "sql-injection", severity: str = "ERROR") -> str:
    return RULE.format(id=rule_id, severity=severity)


def test_a_rule_makes_findings_with_everything_it_knows() -> None:
    rule = parse_catalog({"scan/x.yml": text()})["sql-injection"]
    found = rule.finding("here", Place(path="a.py", line=3), ("a.py", "code", 0))
    assert (found.rule, found.title, found.severity) == ("sql-injection", "t", Severity.HIGH)
    assert (found.owasp, found.cwe, found.fix) == (("A05:2025",), (89,), "f")
    again = rule.finding("elsewhere", Place(path="a.py", line=9), ("a.py", "code", 0))
    other = rule.finding("here", Place(path="a.py", line=3), ("a.py", "code", 1))
    assert found.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("level", "expected"), [("ERROR", "high"), ("WARNING", "medium"), ("critical", "critical")]
)
def test_severities_of_semgrep_and_of_our_own_are_read(level: str, expected: str) -> None:
    assert (
        parse_catalog({"x.yml": text(severity=level)})["sql-injection"].severity.label == expected
    )


def test_an_unknown_rule_is_an_error_and_not_a_dropped_finding() -> None:
    with pytest.raises(EvidenceError, match="not in the catalog"):
        parse_catalog({})["no-such-rule"]


def test_every_problem_of_every_file_is_reported() -> None:
    files = {
        "a.yml": text(),
        "b.yml": text(),
        "c.yml": "rules:\n  - id: lonely\n    message: m\n    severity: low\n    metadata: {}\n",
        "d.yml": "rules: [",
    }
    with pytest.raises(PolicyError) as caught:
        parse_catalog(files)
    said = str(caught.value)
    assert "rules/b.yml:3:5: `sql-injection` stands in a.yml already" in said
    assert "rules/c.yml" in said
    assert "rules/d.yml" in said


SUPERSEDED = """
rules:
  - id: coarse
    message: m
    severity: low
    metadata:
      {{gate: code, title: t, why: w, fix: f, superseded_by: [{by}], superseded_because: "{why}"}}
"""


def test_a_rule_says_how_sure_it_is_and_what_supersedes_it() -> None:
    coarse = SUPERSEDED.format(by="sql-injection", why="it follows the data")
    rules = parse_catalog({"a.yml": text(), "b.yml": coarse})
    assert rules["sql-injection"].confidence == "high"
    assert rules["coarse"].superseded_by == ("sql-injection",)
    assert rules["coarse"].superseded_because == "it follows the data"


@pytest.mark.parametrize(
    ("by", "why"), [("no-such-rule", "w"), ("coarse", "w"), ("sql-injection", ""), ("", "w")]
)
def test_no_rule_falls_silent_for_one_that_is_not_there_or_without_a_reason(by, why) -> None:
    with pytest.raises(PolicyError, match="`coarse`: expected"):
        parse_catalog({"a.yml": text(), "b.yml": SUPERSEDED.format(by=by, why=why)})
