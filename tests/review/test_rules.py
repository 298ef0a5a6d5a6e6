"""Each rule of this gate has a case that breaks it and one that keeps it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Judgement
from gatekeeper.review.gate import REVIEW
from gatekeeper.review.settings import ReviewSettings

FIXTURES = Path(__file__).parents[2] / "rules" / "review" / "fixtures"
RULES = sorted(path.name.removesuffix(".bad.json") for path in FIXTURES.glob("*.bad.json"))


def judged(name: str, context: Context) -> Judgement:
    fixture: dict[str, Any] = json.loads((FIXTURES / name).read_text(encoding="utf-8"))
    evidence = TypeAdapter(REVIEW.evidence).validate_python(fixture["evidence"])
    return REVIEW.judge(evidence, ReviewSettings.model_validate(fixture["settings"]), context)


def test_every_rule_has_both_fixtures(context: Context) -> None:
    assert sorted(rule.id for rule in context.rules) == RULES
    assert all((FIXTURES / f"{rule}.good.json").exists() for rule in RULES)


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_fixture_breaks_the_rule_and_the_good_one_does_not(
    context: Context, rule: str
) -> None:
    bad = judged(f"{rule}.bad.json", context)
    good = judged(f"{rule}.good.json", context)
    assert rule in {finding.rule for finding in bad.findings}
    assert rule not in {finding.rule for finding in good.findings}
    assert not [finding for finding in good.findings if finding.blocking]
    assert (bad.failures, good.failures) == ((), ())
