"""What the judge refuses to judge, and what its findings promise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gatekeeper.core.digest import canonical
from gatekeeper.core.gate import Context
from gatekeeper.core.model import GateResult, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.review.facts import ForcePush, ReviewFacts
from gatekeeper.review.gate import REVIEW
from gatekeeper.review.judge import judge
from gatekeeper.review.settings import ReviewSettings
from tests.review.build import ALICE, DANA, GHOST, JO, approved, at, commit, facts, oid, review


def verdict_of(given: ReviewFacts, context: Context) -> GateResult:
    judgement = judge(given, ReviewSettings(), context)
    return conclude(Outcome("review", 0.0, judgement), (), context.now)


def test_a_local_run_without_a_pull_request_is_skipped_with_its_reason(context: Context) -> None:
    result = verdict_of(facts(None), context)
    assert (result.verdict, result.reason) == (Verdict.SKIP, "no pull request in a local run")


@pytest.mark.parametrize(
    "missing",
    [
        {"commits": ()},
        {"commits_complete": False},
        {"reviews_complete": False},
        {"timeline_complete": False},
        {"commits": (commit("b", authors_complete=False),)},
        {"commits": (commit("a"),)},
        {"commits": (commit("b"), commit("b"))},
        {"state": "MERGED"},
        {"merged_at": at(99)},
        {"reviews": (review(submitted_at=None),)},
        {"reviews": (review(), review())},
    ],
)
def test_facts_that_are_not_whole_carry_no_verdict(
    context: Context, missing: dict[str, Any]
) -> None:
    result = verdict_of(facts(approved(**missing)), context)
    assert result.verdict is Verdict.ERROR
    assert result.reason
    assert result.next_steps


@pytest.mark.parametrize(
    ("demand", "reason"),
    [
        ({"commit": oid("c")}, "the head of #42 is bbbbbbb, but ccccccc is judged"),
        ({"commit": None}, "no known commit is judged"),
        ({"base": oid("c")}, "the policy is of ccccccc"),
        ({"repository": "acme/other"}, "acme/other is judged"),
    ],
)
def test_facts_about_another_change_carry_no_verdict(
    context: Context, demand: dict[str, Any], reason: str
) -> None:
    result = verdict_of(facts(approved(), **demand), context)
    assert result.verdict is Verdict.ERROR
    assert reason in result.reason


def test_a_folders_name_and_an_unsettled_base_demand_nothing(context: Context) -> None:
    given = facts(approved(), repository="storefront", base=None)
    assert verdict_of(given, context).verdict is Verdict.PASS


def test_a_recorded_file_is_reported_as_such(context: Context) -> None:
    given = replace(facts(approved()), recorded=True, source="recorded file pull-42.json")
    checked = verdict_of(given, context).checked[0]
    assert "from recorded file pull-42.json, not asked of a host" in checked


def test_a_waiver_of_a_finding_does_not_outlive_a_push(context: Context) -> None:
    def fingerprints(head: str) -> set[str]:
        pull = approved(commits=(commit("a", JO), commit(head)), head_oid=oid(head), reviews=())
        findings = verdict_of(facts(pull), context).findings
        assert {finding.rule for finding in findings} >= {"review-approval-missing"}
        return {finding.fingerprint for finding in findings}

    assert not fingerprints("b") & fingerprints("c")


def test_findings_have_a_place_and_a_fingerprint_of_their_own(context: Context) -> None:
    pull = approved(commits=(commit("a", JO), commit("b", GHOST)), reviews=(review(ALICE),))
    findings = verdict_of(facts(pull), context).findings
    assert len({finding.fingerprint for finding in findings}) == len(findings) == 4
    assert {finding.where.pull_request for finding in findings} == {42}


def test_evidence_survives_its_round_trip(context: Context) -> None:
    push = ForcePush(DANA, at(1), None, oid("b"))
    given = facts(approved(force_pushes=(push,), commits=(commit("b", JO),)))
    adapter = TypeAdapter(REVIEW.evidence)
    recorded = canonical(adapter.dump_python(given, mode="json"))
    again = adapter.validate_json(recorded, strict=True)
    assert again == given
    assert judge(again, ReviewSettings(), context) == judge(given, ReviewSettings(), context)


@pytest.mark.parametrize(
    "section",
    [
        {"approvals": 0},
        {"approvals": True},
        {"independence": "per-committer"},
        {"changes_requested": "maybe"},
        {"identities": {"a": "b", "b": "c"}},
        {"identities": {"a": "b", "A": "c"}},
        {"identities": {"a": ""}},
        {"owners": True},
        {"owners": "off"},
        {"coding_agents": "helpful"},
        {"branches": {"feature/*": []}},
        {"branches": {"feature/*": "develop"}},
        {"branches": ["feature/*"]},
        {"after_merge": "allow"},
        {"suggestion_authors": True},
        {"permission": "then"},
        {"pushers": "optional"},
        {"hidden_changes": "ignore"},
        {"paths_exempt": ["!docs/"]},
        {"paths_exempt": ["docs/[a-z]"]},
        {"paths_exempt": "docs/"},
        {"paths_exempt": [""]},
    ],
)
def test_a_policy_that_this_gate_cannot_honour_is_refused(section: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReviewSettings.model_validate(section)
