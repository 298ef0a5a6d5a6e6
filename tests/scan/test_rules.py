"""Our semgrep rules find every bad line of their fixtures, and none of the good ones.

One semgrep run looks at all fixtures with all rules.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest
import yaml

from gatekeeper.scan.code.facts import Mend, ScannerRun
from gatekeeper.scan.scanners import load
from gatekeeper.scan.scanners.interface import Task

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "rules" / "scan" / "semgrep"
FILES = sorted(FOLDER.glob("*/*.yml"))
MARK = re.compile(r"\s*(?:#|//|\{/\*) (ruleid|ok): ([\w, -]+)")
ASVS = re.compile(r"ASVS v5\.0\.0-([1-9]|1[0-7])\.\d{1,2}\.\d{1,2}")
# CWE numbers by edition and category, from the pages of the OWASP Top 10
OWASP = json.loads((ROOT / "tests" / "scan" / "owasp_top10.json").read_text(encoding="utf-8"))
# A category that a rule names although no CWE of it does, and why.
EXCEPTIONS: dict[str, tuple[str, str]] = {}


@pytest.fixture(scope="session")
def fixtures_run(tmp_path_factory, rules_dir) -> ScannerRun:
    paths = tuple(sorted(str(path.relative_to(FOLDER)) for path in chain(*map(fixtures, FILES))))
    cache = tmp_path_factory.mktemp("cache")
    return load("semgrep").scan(Task(FOLDER, paths, rules_dir, cache, time.monotonic() + 200))


def fixtures(rules: Path) -> list[Path]:
    """Return the code beside a rule file: same name, any language."""
    return sorted(path for path in rules.parent.glob(f"{rules.stem}.*") if path != rules)


def marked(path: Path, kind: str, rule: str) -> set[tuple[str, int]]:
    """Return the places that follow a marker, e.g. `# ruleid: RULE, ANOTHER`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [(number, MARK.match(line)) for number, line in enumerate(lines, 1)]
    name = str(path.relative_to(FOLDER))
    return {
        (name, number + 1)
        for number, mark in found
        if mark and mark[1] == kind and rule in re.split(r"[\s,]+", mark[2])
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_rule_flags_exactly_the_bad_lines(path, fixtures_run):
    code = fixtures(path)
    names = {str(file.relative_to(FOLDER)) for file in code}
    for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
        bad = set().union(*(marked(file, "ruleid", rule["id"]) for file in code))
        good = set().union(*(marked(file, "ok", rule["id"]) for file in code))
        hits = {
            (hit.path, hit.line)
            for hit in fixtures_run.hits
            if hit.path in names and hit.rule == rule["id"]
        }
        assert bad, f"{rule['id']} has no bad twin"
        assert good, f"{rule['id']} has no good twin"
        assert hits == bad, rule["id"]


def test_every_marker_names_a_rule(catalog):
    for file in chain(*map(fixtures, FILES)):
        marks = filter(None, map(MARK.match, file.read_text(encoding="utf-8").splitlines()))
        named = {name for mark in marks for name in re.split(r"[\s,]+", mark[2]) if name}
        assert named <= set(catalog.rules), file.name


def test_every_fixture_was_seen_wholly(fixtures_run):
    assert fixtures_run.scanned == fixtures_run.wanted
    assert fixtures_run.failed == ()


def test_data_in_the_source_keeps_no_rule_busy(tmp_path, rules_dir):
    """A regular expression that is quadratic in the length of a text would run into time-outs."""
    for name in ("data.py", "data.js", "data.ts"):
        (tmp_path / name).write_text(f"x = '{'a' * 100_000}'\n")
    names = ("data.js", "data.py", "data.ts")
    task = Task(tmp_path, names, rules_dir, tmp_path / "cache", time.monotonic() + 120)
    run = load("semgrep").scan(task)
    assert run.failed == ()
    assert run.scanned == run.wanted


def mended(text: str, mends: Iterable[Mend]) -> str:
    """Return the code with all changes made, the last in the file first; each is in one line."""
    lines = text.split("\n")
    for mend in sorted(set(mends), key=lambda one: one.start, reverse=True):
        (row, first), (last_row, last) = mend.start, mend.end
        assert row == last_row
        line = lines[row - 1]
        lines[row - 1] = line[: first - 1] + mend.text + line[last - 1 :]
    return "\n".join(lines)


def test_what_a_fix_has_mended_is_found_no_more(tmp_path, fixtures_run, rules_dir):
    fixed = [hit for hit in fixtures_run.hits if hit.mend]
    paths = tuple(sorted({hit.path for hit in fixed}))
    for path in paths:
        text = (FOLDER / path).read_text(encoding="utf-8")
        (tmp_path / path).parent.mkdir(exist_ok=True)
        mends = [hit.mend for hit in fixed if hit.path == path and hit.mend]
        (tmp_path / path).write_text(mended(text, mends), encoding="utf-8")
    task = Task(tmp_path, paths, rules_dir, tmp_path / "cache", time.monotonic() + 120)
    again = {(hit.rule, hit.path, hit.line) for hit in load("semgrep").scan(task).hits}
    assert {hit.rule for hit in fixed} >= {"python-insecure-cookie", "javascript-insecure-cookie"}
    assert not again & {(hit.rule, hit.path, hit.line) for hit in fixed}


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
            assert rule.gate in {"code", "dependencies", "secrets", "workflows"}, rule.id


def category(edition: str, cwes: tuple[int, ...]) -> list[str]:
    """Return the category of the first of these weaknesses that the edition lists, if any."""
    found = (
        f"{name}:{edition}"
        for cwe in cwes
        for name, listed in OWASP[edition].items()
        if cwe in listed["cwes"]
    )
    return [next(found, "")]


def test_the_owasp_categories_are_those_of_the_cwe_numbers(catalog):
    for rule in catalog:
        if rule.source.startswith("scan/") and rule.gate == "code":
            named = category("2025", rule.cwe) + category("2021", rule.cwe)
            expected = [EXCEPTIONS.get(rule.id, ("",))[0], *filter(None, named)]
            assert list(rule.owasp) == [*filter(None, expected)], rule.id


def test_every_exception_from_the_owasp_lists_is_still_one(catalog):
    for name, (_, why) in EXCEPTIONS.items():
        assert why
        assert category("2025", catalog[name].cwe) == [""], name


def test_every_rule_of_ours_says_how_sure_it_is_and_which_requirement_it_serves():
    for path in FILES:
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            metadata = rule["metadata"]
            assert metadata.get("confidence") in {"high", "medium", "low"}, rule["id"]
            assert metadata["controls"], rule["id"]
            assert all(map(ASVS.fullmatch, metadata["controls"])), rule["id"]


def test_every_category_that_code_can_show_has_rules_of_ours(catalog):
    ours = [rule for rule in catalog if rule.source.startswith("scan/semgrep/")]
    named = {name for rule in ours for name in rule.owasp}
    assert {f"A{n:02}:2025" for n in range(1, 11)} <= named


def test_what_supersedes_a_rule_is_ours(catalog):
    for rule in catalog:
        for other in rule.superseded_by:
            assert catalog[other].source.startswith("scan/semgrep/python/"), rule.id
