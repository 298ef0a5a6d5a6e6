"""What the judge makes of recorded evidence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from gatekeeper.core.digest import canonical
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Judgement
from gatekeeper.staging.facts import (
    ColumnFacts,
    Detection,
    DetectorFacts,
    EnvironmentFacts,
    Fault,
    ObjectFacts,
    StagingEvidence,
    StoreFacts,
)
from gatekeeper.staging.gate import STAGING as GATE

DETECTORS = (
    DetectorFacts("email", "staging-production-email", "e-mail addresses", None, 15, 0),
    DetectorFacts("payment-card", "staging-payment-card", "card numbers", 0.1, 19, 0),
)
COLUMN = ColumnFacts("a", "text", "read", values=100)
ITEM = ObjectFacts("t", "table", "read", counted=100, rows=100, columns=(COLUMN,))
STORE = StoreFacts(0, "shop", "sqlite:///shop.db", "SQLite 3", None, (ITEM,))


def evidence(
    *items: ObjectFacts,
    store: StoreFacts = STORE,
    detectors: tuple[DetectorFacts, ...] = DETECTORS,
    allowed: tuple[str, ...] = (),
) -> StagingEvidence:
    store = replace(store, objects=items or store.objects)
    return StagingEvidence(("x 1",), detectors, (EnvironmentFacts("staging", allowed, (store,)),))


def judged(facts: StagingEvidence, context: Context, **environment: Any) -> Judgement:
    declared = {"stores": [{"url": "sqlite:///shop.db"}], **environment}
    settings = GATE.settings.model_validate({"environments": {"staging": declared}})
    return GATE.judge(facts, settings, context)


def reasons(judgement: Judgement) -> str:
    return "\n".join(failure.reason for failure in judgement.failures)


def seen(*found: Detection) -> ObjectFacts:
    return replace(ITEM, columns=(replace(COLUMN, detections=found),))


EMAILS = Detection("email", 10, 3, 3, 7, ("a***@b***.com",))


def test_a_finding_has_counts_previews_and_a_place(context: Context) -> None:
    (finding,) = judged(evidence(seen(EMAILS)), context).findings
    assert finding.where.object == "shop/t/a"
    assert finding.message == (
        "shop/t/a in `staging` holds 3 e-mail addresses in 100 values, 7 reserved ones left out: "
        "a***@b***.com"
    )
    assert finding.blocking


def test_a_budget_tolerates_as_many_values_and_not_one_more(context: Context) -> None:
    facts = evidence(seen(EMAILS))
    for budget, blocking in ((3, False), (2, True)):
        judgement = judged(facts, context, budget={"email": budget})
        assert [finding.blocking for finding in judgement.findings] == [blocking]


def test_a_budget_counts_over_the_whole_environment(context: Context) -> None:
    facts = evidence(seen(EMAILS), replace(seen(EMAILS), name="u"))
    findings = judged(facts, context, budget={"email": 5}).findings
    assert [finding.blocking for finding in findings] == [True, True]


def test_order_numbers_are_explained_by_chance_and_said_so(context: Context) -> None:
    judgement = judged(evidence(seen(Detection("payment-card", 5000, 1150, 118, 0))), context)
    assert not judgement.findings
    assert any("as many as chance gives" in line for line in judgement.checked)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (evidence(replace(ITEM, state="unread", reason="no grant")), "no grant"),
        (evidence(replace(ITEM, rows=99)), "99 of 100 rows were read"),
        (evidence(replace(ITEM, rows=0, counted=0)), "holds 1 object and not one row"),
        (evidence(store=replace(STORE, objects=())), "holds nothing"),
        (
            evidence(replace(ITEM, state="excluded", reason="says who?", rows=0, counted=0)),
            "was not read: the policy excludes everything in it",
        ),
        (evidence(replace(ITEM, columns=(replace(COLUMN, state="unread", reason="odd"),))), "odd"),
        (evidence(replace(ITEM, columns=(replace(COLUMN, undecodable=1),))), "1 of 100 values"),
        (evidence(replace(ITEM, state="excluded", reason="says who?")), "does not exclude it"),
        (
            evidence(replace(ITEM, columns=(COLUMN, replace(COLUMN, name="b", state="excluded")))),
            "t/b was left out, and the policy does not exclude it",
        ),
        (evidence(store=replace(STORE, fault=Fault("gone", "look"))), "gone"),
        (evidence(allowed=("gmail.com",)), "other allowed domains"),
        (evidence(detectors=()), "no detector took part"),
        (evidence(detectors=(replace(DETECTORS[0], mistaken=1),)), "planted values"),
        (evidence(detectors=(replace(DETECTORS[0], planted=0),)), "planted values"),
        (evidence(store=replace(STORE, index=1)), "not every store"),
        (StagingEvidence((), DETECTORS, ()), "no environment was read"),
        (
            StagingEvidence((), DETECTORS, (EnvironmentFacts("other", (), (STORE,)),)),
            "declares no environment `other`",
        ),
    ],
)
def test_whatever_is_not_accounted_for_is_a_failure_with_a_next_step(
    facts: StagingEvidence, words: str, context: Context
) -> None:
    judgement = judged(facts, context)
    assert words in reasons(judgement)
    assert all(failure.next_step for failure in judgement.failures)


def test_evidence_without_one_of_the_stores_is_a_failure(context: Context) -> None:
    stores = [{"url": "sqlite:///shop.db"}, {"url": "sqlite:///other.db"}]
    assert "not every store" in reasons(judged(evidence(), context, stores=stores))


def test_excluding_everything_is_no_pass(context: Context) -> None:
    stores = [
        {"url": "sqlite:///a", "exclude": [{"object": "*", "reason": "we are sure it is fine"}]}
    ]
    facts = evidence(replace(ITEM, state="excluded", reason="we are sure it is fine", rows=0))
    judgement = judged(facts, context, stores=stores)
    assert not judgement.checked
    assert judgement.failures


def test_unread_values_alone_are_never_something_checked(context: Context) -> None:
    empty = replace(ITEM, columns=(replace(COLUMN, values=0),))
    assert judged(evidence(empty), context).checked == ()


def test_refused_credentials_are_told_apart(context: Context) -> None:
    fault = Fault("refused", "mend the role", unauthorised=True)
    (failure,) = judged(evidence(store=replace(STORE, fault=fault)), context).failures
    assert failure.unauthorised


def fixture_files() -> list[Path]:
    return sorted((Path(__file__).parents[2] / "rules/staging/fixtures").glob("*.json"))


@pytest.mark.parametrize("path", fixture_files(), ids=lambda path: path.stem)
def test_the_fixtures_show_what_each_rule_means(path: Path, context: Context) -> None:
    case = json.loads(path.read_text("utf-8"))
    adapter = TypeAdapter(GATE.evidence)
    facts = adapter.validate_python(case["evidence"])
    judgement = GATE.judge(facts, GATE.settings.model_validate(case["settings"]), context)
    rule, kind = path.name.removesuffix(".json").split(".")
    assert (rule in {finding.rule for finding in judgement.findings}) == (kind == "bad")
    assert not judgement.failures
    assert judgement.checked
    dumped = adapter.dump_python(facts, mode="json")
    assert adapter.validate_json(canonical(dumped)) == facts


@pytest.mark.parametrize(
    "section",
    [
        {"environments": {"s": {"stores": []}}},
        {"environments": {"s": {"stores": [{"url": ""}]}}},
        {"environments": {"s": {"stores": [{"url": "sqlite:///a", "fingerprint": "x"}]}}},
        {"environments": {"s": {"stores": [{"url": "sqlite:///a"}], "fingerprint": ""}}},
        {"environments": {"s": {"stores": [{"url": "sqlite:///a"}], "canaries": "yes"}}},
        {"environments": {"s": {"stores": [{"url": "a", "exclude": [{"object": "t"}]}]}}},
        {
            "environments": {
                "s": {"stores": [{"url": "a", "exclude": [{"object": "t", "reason": "meh"}]}]}
            }
        },
        {"environments": {"s": {"stores": [{"url": "a"}], "budget": {"email": -1}}}},
        {"environments": {"s": {"stores": [{"url": "a"}], "budget": {"email": True}}}},
        {"environments": {"s": {"stores": [{"url": "a"}], "allow": {"email_domains": ["com"]}}}},
        {"environments": {"s": {"stores": [{"url": "a", "name": "x"}, {"url": "b", "name": "x"}]}}},
        {"environments": {"s": {"stores": [{"url": "a", "name": "${SECRET}"}]}}},
    ],
)
def test_settings_that_are_wrong_or_do_nothing_are_refused(section: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        GATE.settings.model_validate(section)
