"""The dependencies gate's decision, on evidence written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from gatekeeper.core.model import Severity
from gatekeeper.scan.dependencies.facts import (
    Database,
    DependencyEvidence,
    LockFile,
    Pin,
    Problem,
    Skipped,
    Unpinned,
    Vulnerability,
)
from gatekeeper.scan.dependencies.judge import judge
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.gate import DEPENDENCIES

SETTINGS = DependencySettings(advisories="advisories")
FLAW = Vulnerability(
    "flask", "2.0.1", "CVE-2026-1", ("DEMO-1",), ("2.2.5", "2.3.2"), "medium", "a leak"
)
CLEAN = DependencyEvidence(
    files=(LockFile("requirements.txt", "requirements", 1),),
    projects=(),
    pins=(Pin("flask", "2.0.1", "requirements.txt", 4),),
    unpinned=(),
    problems=(),
    tool="pip-audit 2.10.1",
    databases=(Database("advisories", 12, datetime(2026, 11, 22, tzinfo=UTC)),),
    judged=("flask==2.0.1",),
)
EMPTY = replace(CLEAN, files=(), pins=(), judged=(), databases=(), tool="")


def test_pins_without_an_advisory_pass(context):
    judged = judge(CLEAN, SETTINGS, context)
    assert (judged.findings, judged.failures) == ((), ())
    assert judged.checked == (
        "1 version in 1 lock file with pip-audit 2.10.1 against 12 advisories in `advisories`",
    )


def test_no_dependencies_at_all_means_nothing_was_checked(context):
    judged = judge(EMPTY, SETTINGS, context)
    assert (judged.checked, judged.failures) == ((), ())


def test_a_project_that_declares_none_was_checked(context):
    judged = judge(replace(EMPTY, projects=("pyproject.toml",)), SETTINGS, context)
    assert judged.checked == ("pyproject.toml: declares no dependencies",)


def test_a_vulnerable_pin_is_told_with_its_place_and_its_fix(context):
    judged = judge(replace(CLEAN, vulnerabilities=(FLAW,)), SETTINGS, context)
    (finding,) = judged.findings
    assert str(finding.where) == "requirements.txt:4"
    assert finding.message == (
        "flask 2.0.1 falls under CVE-2026-1 (DEMO-1): a leak; fixed in 2.2.5, 2.3.2"
    )
    assert finding.severity is Severity.MEDIUM
    assert finding.blocking
    assert judged.next_steps == ("raise flask from 2.0.1 to 2.3.2 or later",)


def test_the_next_step_is_a_version_that_mends_every_advisory(context):
    flaws = (
        replace(FLAW, fixed_in=("2.10.1", "2.9")),
        replace(FLAW, id="CVE-2026-2", fixed_in=("2.2.5",)),
        replace(FLAW, id="CVE-2026-3", fixed_in=()),
    )
    judged = judge(replace(CLEAN, vulnerabilities=flaws), SETTINGS, context)
    assert judged.next_steps == ("raise flask from 2.0.1 to 2.10.1 or later",)


def test_a_version_before_the_pinned_one_mends_nothing(context):
    flaw = replace(FLAW, fixed_in=("1.0", "odd"))
    judged = judge(replace(CLEAN, vulnerabilities=(flaw,)), SETTINGS, context)
    assert judged.findings[0].message.endswith("; no fixed version is known")
    assert judged.next_steps == (
        "replace flask 2.0.1, or waive its findings for a time: no fix of it is known",
    )


def test_every_lock_that_pins_it_is_told(context):
    pins = (*CLEAN.pins, Pin("flask", "2.0.1", "uv.lock", 9))
    judged = judge(replace(CLEAN, pins=pins, vulnerabilities=(FLAW,)), SETTINGS, context)
    assert [str(f.where) for f in judged.findings] == ["requirements.txt:4", "uv.lock:9"]
    assert len({f.fingerprint for f in judged.findings}) == 2


@pytest.mark.parametrize(
    ("fail_on", "severity", "blocks"),
    [
        ("high", "medium", False),
        ("high", None, True),
        ("critical", "high", False),
        ("critical", "critical", True),
        ("critical", None, True),
    ],
)
def test_the_threshold_holds_and_an_ungraded_advisory_always_blocks(
    context, fail_on, severity, blocks
):
    settings = DependencySettings.model_validate({"advisories": "a", "fail_on": fail_on})
    flaw = replace(FLAW, severity=severity)
    (finding,) = judge(replace(CLEAN, vulnerabilities=(flaw,)), settings, context).findings
    assert finding.blocking is blocks


def test_an_unpinned_requirement_always_blocks(context):
    settings = DependencySettings.model_validate({"advisories": "a", "fail_on": "critical"})
    loose = (Unpinned("django", "requirements.txt", 2, "`>=4` is not one exact version"),)
    (finding,) = judge(replace(CLEAN, unpinned=loose), settings, context).findings
    assert finding.rule == "unpinned-dependency"
    assert finding.blocking


@pytest.mark.parametrize(("sourced", "findings"), [(True, 0), (False, 1)])
def test_only_a_private_package_may_come_from_elsewhere(context, sourced, findings):
    settings = DependencySettings(advisories="a", private=["Acme.Lib"])
    loose = (Unpinned("acme-lib", "requirements.txt", 2, "comes from a URL", sourced),)
    judged = judge(replace(CLEAN, unpinned=loose), settings, context)
    assert len(judged.findings) == findings
    assert "not judged, private by policy: acme-lib" in judged.checked


def test_a_skipped_package_is_a_failure_unless_it_is_private(context):
    evidence = replace(CLEAN, judged=(), skipped=(Skipped("flask", "not found"),))
    assert "flask" in judge(evidence, SETTINGS, context).failures[0].reason
    private = DependencySettings(advisories="a", private=["flask"])
    assert judge(evidence, private, context).failures == ()


def test_a_pin_that_nobody_answered_for_is_a_failure(context):
    judged = judge(replace(CLEAN, judged=("other==1",)), SETTINGS, context)
    assert "flask==2.0.1" in judged.failures[0].reason


def test_a_problem_is_a_failure_with_its_next_step(context):
    evidence = replace(CLEAN, problems=(Problem("pyproject.toml has no lock file", "make one"),))
    assert judge(evidence, SETTINGS, context).failures[0].next_step == "make one"


@pytest.mark.parametrize(
    ("database", "said"),
    [
        (Database("a", 12, datetime(2026, 11, 16, 11, tzinfo=UTC)), "7d 1h old"),
        (Database("a", 12, datetime(2026, 11, 24, tzinfo=UTC)), "future"),
        (Database("a", 0, datetime(2026, 11, 23, tzinfo=UTC)), "no advisory"),
    ],
)
def test_knowledge_that_is_too_old_or_empty_is_a_failure(context, database, said):
    judged = judge(replace(CLEAN, databases=(database,)), SETTINGS, context)
    assert said in judged.failures[0].reason


def test_knowledge_of_exactly_the_allowed_age_holds(context):
    database = Database("a", 12, datetime(2026, 11, 16, 12, tzinfo=UTC))
    assert judge(replace(CLEAN, databases=(database,)), SETTINGS, context).failures == ()


def test_evidence_survives_its_json():
    known = replace(CLEAN, vulnerabilities=(FLAW,), skipped=(Skipped("a", "b"),))
    adapter = TypeAdapter(DEPENDENCIES.evidence)
    assert adapter.validate_json(adapter.dump_json(known)) == known


@pytest.mark.parametrize(
    "settings",
    [
        {"advisories": "/var/advisories"},
        {"advisories": "a/../../b"},
        {"advisories": ""},
        {"private": ["not a name"]},
        {"max_age": "soon"},
        {"ignore": ["CVE-1"]},
        {"unjudged": {"npm": "short"}},
        {"unjudged": {"nmp": "audited by the front end's workflow"}},
        {"vex": ["../vex.json"]},
        {"exclude": [{"path": "docs/**"}]},
    ],
)
def test_settings_that_cannot_be_honoured_are_refused(settings):
    with pytest.raises(ValidationError):
        DependencySettings.model_validate(settings)
