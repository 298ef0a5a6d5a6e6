"""Our semgrep rules find every bad line of their fixtures, and none of the good ones.

One semgrep run looks at all fixtures with all rules.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
import yaml

from gatekeeper.scan.code.facts import ScannerRun
from gatekeeper.scan.scanners import load
from gatekeeper.scan.scanners.interface import Task

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "rules" / "scan" / "semgrep" / "python"
FILES = sorted(FOLDER.glob("*.yml"))
MARK = re.compile(r"\s*# (ruleid|ok): ([\w-]+)")
CWE_MAP = ROOT.parent / "shared" / "data" / "owasp_top10_cwe_map.json"


@pytest.fixture(scope="session")
def fixtures_run(tmp_path_factory, rules_dir) -> ScannerRun:
    paths = tuple(sorted(path.name for path in FOLDER.glob("*.py")))
    cache = tmp_path_factory.mktemp("cache")
    return load("semgrep").scan(Task(FOLDER, paths, rules_dir, cache, time.monotonic() + 200))


def marked(path: Path, kind: str, rule: str) -> set[int]:
    """Return the lines that follow a marker."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [(number, MARK.match(line)) for number, line in enumerate(lines, 1)]
    return {n + 1 for n, mark in found if mark and mark[1] == kind and mark[2] == rule}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_flags_exactly_the_bad_lines(path, fixtures_run):
    fixture = path.with_suffix(".py")
    for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
        bad, good = marked(fixture, "ruleid", rule["id"]), marked(fixture, "ok", rule["id"])
        hits = {
            hit.line
            for hit in fixtures_run.hits
            if hit.path == fixture.name and hit.rule == rule["id"]
        }
        assert bad, "a rule has a bad twin"
        assert good, "a rule has a good twin"
        assert hits == bad


def test_every_fixture_was_seen_wholly(fixtures_run):
    assert fixtures_run.scanned == fixtures_run.wanted
    assert fixtures_run.failed == ()


def test_every_hit_is_explained_by_the_catalog(fixtures_run, catalog):
    assert {hit.rule for hit in fixtures_run.hits} <= set(catalog.rules)


def test_bandit_has_an_entry_for_each_of_its_tests(catalog):
    from bandit.core.extension_loader import MANAGER

    tests = set(MANAGER.plugins_by_id)
    tests |= {entry["id"] for entries in MANAGER.blacklist.values() for entry in entries}
    listed = {rule.id for rule in catalog if rule.id.startswith("bandit-")}
    assert listed == {f"bandit-{test}" for test in tests}


def test_every_rule_of_the_room_names_its_weakness(catalog):
    for rule in catalog:
        if rule.source.startswith("scan/"):
            assert rule.cwe, rule.id
            assert rule.gate in {"code", "dependencies"}, rule.id


def test_the_owasp_categories_are_those_of_the_cwe_numbers(catalog):
    if not CWE_MAP.exists():
        pytest.skip(f"the CWE map of the OWASP Top 10 is not beside this checkout: {CWE_MAP.name}")
    editions = json.loads(CWE_MAP.read_text(encoding="utf-8"))

    def category(edition: str, cwes: tuple[int, ...]) -> list[str]:
        found = [
            f"{name}:{edition}"
            for cwe in cwes
            for name, body in editions[edition].items()
            if cwe in body["cwes"]
        ]
        return found[:1]

    for rule in catalog:
        if rule.source.startswith("scan/") and rule.gate == "code":
            expected = category("2025", rule.cwe) + category("2021", rule.cwe)
            assert list(rule.owasp) == expected, rule.id
