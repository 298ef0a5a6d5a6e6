"""A coarse rule is silent only where a more precise one had its say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.core.catalog import Catalog
from gatekeeper.scan.code.facts import CodeEvidence, Hit, ScannerRun, Unseen
from gatekeeper.scan.code.judge import judge
from gatekeeper.scan.code.settings import CodeSettings

COARSE = Hit("bandit-B608", "shop.py", 3, 5, 3, "c0ffee")


def ours(**more) -> ScannerRun:
    return replace(ScannerRun("semgrep", "1.0", "", ("shop.py",), ("shop.py",)), **more)


def theirs() -> ScannerRun:
    return ScannerRun("bandit", "1.0", "", ("shop.py",), ("shop.py",), hits=(COARSE,))


@pytest.fixture
def rules(context) -> Catalog:
    known = context.rules.rules
    better = {"superseded_by": ("python-sql-injection",), "superseded_because": "follows the data"}
    return Catalog({**known, "bandit-B608": replace(known["bandit-B608"], **better)})


def judged(context, rules, *runs):
    evidence = CodeEvidence(files=1, runs=runs)
    settings = CodeSettings(scanners=[run.scanner for run in runs if run.scanner != "flow"])
    return judge(evidence, settings, replace(context, rules=rules))


def test_where_our_rules_saw_the_file_the_coarse_hit_is_counted_and_not_told(context, rules):
    result = judged(context, rules, ours(), theirs())
    assert result.findings == ()
    assert "1 hit left to more precise rules: bandit-B608" in result.checked


@pytest.mark.parametrize(
    "blind",
    [
        {"scanned": ()},
        {"failed": (Unseen("shop.py", "could not be parsed", 9),)},
        {"problem": "semgrep broke down", "scanned": ()},
        {"wanted": (), "scanned": ()},
    ],
    ids=["not scanned", "not wholly parsed", "broke down", "not wanted"],
)
def test_where_our_rules_did_not_see_the_file_the_coarse_hit_stands(context, rules, blind):
    result = judged(context, rules, ours(**blind), theirs())
    assert [finding.rule for finding in result.findings] == ["bandit-B608"]


def test_without_our_rules_the_coarse_hit_stands(context, rules):
    assert judged(context, rules, theirs()).findings[0].rule == "bandit-B608"


@pytest.mark.parametrize(
    ("blind", "expected"), [({}, []), ({"scanned": ()}, ["bandit-B608"])], ids=["seen", "not seen"]
)
def test_the_data_flow_must_have_seen_the_file_too_where_it_runs(context, rules, blind, expected):
    flow = ours(scanner="flow", **blind)
    result = judged(context, rules, ours(), flow, theirs())
    assert [finding.rule for finding in result.findings] == expected
