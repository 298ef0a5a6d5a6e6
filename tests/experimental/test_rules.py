"""Every rule has a bad fixture that it finds and a good one that passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Judgement
from gatekeeper.experimental.facts import ExperimentalEvidence
from gatekeeper.experimental.gate import EXPERIMENTAL

FIXTURES = Path(__file__).parents[2] / "rules" / "experimental" / "fixtures"
NAMES = sorted({path.name.split(".")[0] for path in FIXTURES.glob("*.json")})


def judged(name: str, context: Context) -> Judgement:
    fixture = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    evidence = TypeAdapter(ExperimentalEvidence).validate_python(fixture["evidence"])
    settings = EXPERIMENTAL.settings.model_validate(fixture["settings"])
    return EXPERIMENTAL.judge(evidence, settings, context)


def test_every_rule_has_its_fixtures(catalog: Catalog) -> None:
    assert sorted(rule.id for rule in catalog) == NAMES


@pytest.mark.parametrize("rule", NAMES)
def test_the_bad_fixture_is_found_and_the_good_one_is_not(rule: str, context: Context) -> None:
    bad, good = judged(f"{rule}.bad", context), judged(f"{rule}.good", context)
    assert rule in [finding.rule for finding in bad.findings]
    assert good.findings == ()
    assert good.failures == ()
    assert good.checked
