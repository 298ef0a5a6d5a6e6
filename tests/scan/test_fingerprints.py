"""No two findings of a judgement share a fingerprint: a waiver accepts one finding."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gatekeeper.core.model import Waiver
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.code.facts import CodeEvidence, Hit, ScannerRun
from gatekeeper.scan.dependencies.facts import (
    Database,
    DependencyEvidence,
    LockFile,
    Pin,
    Unpinned,
    Vulnerability,
)
from gatekeeper.scan.gate import CODE, DEPENDENCIES
from tests.conftest import NOW

SQL, SHELL = "python-sql-injection", "bandit-B602"


def code() -> CodeEvidence:
    """The same code at several places, found by both scanners, and one hit told twice."""

    def run(scanner, rule):
        hits = [Hit(rule, "a.py", line, 5, line, "c0ffee") for line in (3, 3, 9, 12)]
        return ScannerRun(scanner, "1", "", ("a.py",), ("a.py",), (), tuple(hits))

    return CodeEvidence(1, (run("semgrep", SQL), run("bandit", SHELL), run("bandit", SHELL)))


def dependencies() -> DependencyEvidence:
    """The same requirement on two lines, the same pin on two, an advisory told twice."""
    flaw = Vulnerability("flask", "2.0.1", "CVE-2026-1", (), (), None, "")
    return DependencyEvidence(
        files=(LockFile("r.txt", "requirements", 4),),
        projects=(),
        pins=tuple(Pin("flask", "2.0.1", "r.txt", line) for line in (1, 2)),
        unpinned=tuple(Unpinned("psycopg", "r.txt", line, "`>=3` is loose") for line in (3, 4)),
        problems=(),
        tool="pip-audit 1",
        databases=(Database("a", 1, datetime(2026, 11, 22, tzinfo=UTC)),),
        judged=("flask==2.0.1",),
        vulnerabilities=(flaw, flaw),
    )


@pytest.fixture(params=[(CODE, code), (DEPENDENCIES, dependencies)], ids=["code", "dependencies"])
def judgement(request, context):
    gate, evidence = request.param
    return gate.judge(evidence(), gate.settings(), context)


def test_every_fingerprint_is_unique(judgement):
    names = [finding.fingerprint for finding in judgement.findings]
    assert len(names) > 3
    assert len(set(names)) == len(names)


def test_one_waiver_accepts_one_finding(judgement):
    name = judgement.findings[0].fingerprint
    waiver = Waiver(name, "looked at it twice", "alice", NOW.date())
    result = conclude(Outcome("any", 0.0, judgement), (waiver,), NOW)
    assert len(result.waived) == 1
    assert len(result.findings) == len(judgement.findings) - 1
