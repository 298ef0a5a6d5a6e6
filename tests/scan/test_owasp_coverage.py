"""The page that says what is looked for tells the truth about the rules as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> str:
    script = str(ROOT / "scripts" / "owasp-coverage")
    made = subprocess.run([sys.executable, script, "--print"], capture_output=True, check=True)
    return made.stdout.decode()


def test_the_page_is_up_to_date(page):
    written = (ROOT / "docs" / "owasp-coverage.md").read_text(encoding="utf-8")
    assert written == page, "run scripts/owasp-coverage"


def test_the_page_names_every_rule_of_the_code_gate(page, catalog):
    for rule in catalog:
        if rule.gate == "code":
            assert f"| {rule.id} |" in page


def test_the_page_says_of_every_category_what_is_not_seen(page):
    categories = yaml.safe_load((ROOT / "rules" / "scan" / "owasp-2025.yaml").read_text())
    assert list(categories) == [f"A{number:02}:2025" for number in range(1, 11)]
    for key, entry in categories.items():
        section = page.split(f"## {key} {entry['name']}\n")[1].split("\n## ")[0]
        assert "*Not seen:* " in section
        assert "| python-" in section, f"{key} has no rule of ours"


def test_what_is_left_to_other_rules_is_told_with_the_reason(page, catalog):
    section = page.split("left to more precise rules\n")[1]
    for rule in catalog:
        if rule.superseded_by:
            assert (
                f"| {rule.id} | {', '.join(rule.superseded_by)} | {rule.superseded_because} |"
                in (section)
            )
