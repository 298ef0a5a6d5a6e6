"""`gatekeeper explain` shows code that the rule's own tests run on."""

from __future__ import annotations

import pytest

from gatekeeper.cli import main
from gatekeeper.core.catalog import Catalog
from gatekeeper.wiring import examples
from gatekeeper.wiring.gates import registry


def test_every_rule_of_ours_for_code_has_an_example_of_what_it_finds(catalog: Catalog) -> None:
    ours = [rule for rule in catalog if rule.source.startswith("scan/semgrep/")]
    assert ours
    assert [rule.id for rule in ours if not examples.of(rule).bad] == []
    assert [rule.id for rule in ours if not examples.of(rule).good] == []


def test_an_example_is_code_without_the_marks_of_its_test(catalog: Catalog) -> None:
    found = examples.of(catalog["python-sql-injection"])
    assert found.bad.startswith("db.execute(")
    assert "ruleid" not in found.bad + found.good


def test_a_rule_without_code_in_its_tests_is_explained_without(
    catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert examples.of(catalog["secret-password"]) == examples.Examples("", "")
    assert main.run(["explain", "secret-password"]) == 0
    assert "Left alone" not in capsys.readouterr().out


@pytest.mark.parametrize("gate", list(registry()))
def test_the_rules_of_every_gate_are_listed_and_explained(
    gate: str, catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["rules", "--gate", gate, "--format", "json"]) == 0
    listed = capsys.readouterr().out
    rule = next(rule for rule in catalog if rule.gate == gate)
    assert f'"{rule.id}"' in listed
    assert main.run(["explain", rule.id]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for part in (rule.title, " ".join(rule.fix.split()), *rule.owasp, *rule.controls):
        assert part in told
