"""Our semgrep rules find every bad line of their fixtures, and none of the good ones.

One semgrep run looks at all fixtures with all rules.
"""

from __future__ import annotations

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
# The weaknesses that our rules name, by the category of the OWASP Top 10 that lists them.
_INJECTION = {20, 74, 77, 78, 79, 80, 88, 89, 90, 91, 93, 94, 95, 116, 643}
_CRYPTOGRAPHY = {319, 321, 322, 326, 327, 328, 330, 338, 759, 916}
OWASP: dict[str, set[int]] = {
    "A01:2025": {22, 23, 276, 284, 377, 379, 601, 668, 732, 918, 1275},
    "A02:2025": {489, 611, 614, 776, 1004},
    "A03:2025": {1104},
    "A04:2025": _CRYPTOGRAPHY,
    "A05:2025": _INJECTION,
    "A06:2025": {73, 451, 807},
    "A07:2025": {259, 295, 297, 798},
    "A08:2025": {426, 427, 494, 502, 829},
    "A09:2025": {117},
    "A10:2025": {215, 390, 703, 755},
    "A01:2021": {22, 23, 276, 284, 377, 601, 668, 1275},
    "A02:2021": {259, *_CRYPTOGRAPHY},
    "A03:2021": _INJECTION,
    "A04:2021": {73, 451, 807},
    "A05:2021": {611, 614, 776, 1004},
    "A06:2021": {1104},
    "A07:2021": {259, 295, 297, 798},
    "A08:2021": {426, 494, 502, 829},
    "A09:2021": {117},
    "A10:2021": {918},
}
UNLISTED = {155, 400, 605, 617, 943, 1007, 1088, 1336}


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
    def category(edition: str, cwes: tuple[int, ...]) -> list[str]:
        names = [name for name in OWASP if name.endswith(edition)]
        return [name for cwe in cwes for name in names if cwe in OWASP[name]][:1]

    for rule in catalog:
        if rule.source.startswith("scan/") and rule.gate == "code":
            expected = category("2025", rule.cwe) + category("2021", rule.cwe)
            assert list(rule.owasp) == expected, rule.id


def test_every_weakness_is_looked_up_in_the_table(catalog):
    known = UNLISTED.union(*OWASP.values())
    for rule in catalog:
        if rule.source.startswith("scan/") and rule.gate == "code":
            assert known.issuperset(rule.cwe), rule.id
