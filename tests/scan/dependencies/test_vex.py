"""What a VEX statement accepts, and what it does not: real documents, in real repositories."""

from __future__ import annotations

import json

import pytest

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.model import Subject, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.dependencies.facts import Pin
from gatekeeper.scan.dependencies.statements import is_package
from gatekeeper.scan.dependencies.vex import statements
from gatekeeper.scan.gate import DEPENDENCIES
from tests.conftest import NOW
from tests.scan.dependencies.test_base import commit, git

WHY = "vulnerable_code_not_in_execute_path"


def statement(**more):
    return {
        "vulnerability": {"name": "CVE-2026-5"},
        "products": [{"@id": "pkg:pypi/flask@2.0.1"}],
        "status": "not_affected",
        "justification": WHY,
        "impact_statement": "the debugger is never started",
        **more,
    }


def document(*said, **more):
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.com/vex/1",
        "author": "Dana Roe",
        "timestamp": "2026-11-01T00:00:00Z",
        "version": 1,
        "statements": [*said],
        **more,
    }


@pytest.fixture
def vulnerable(tree):
    (tree / "requirements.txt").write_text("flask==2.0.1\n")
    (tree / "pyproject.toml").write_text('[project]\nname = "Shop"\ndependencies = ["flask"]\n')
    return tree


@pytest.fixture
def judged(request_for, context):
    def run(root, *documents, subject=None, **settings):
        names = []
        for number, told in enumerate(documents):
            names.append(f"vex-{number}.json")
            text = told if isinstance(told, str) else json.dumps(told)
            (root / names[-1]).write_text(text)
        settings = {"advisories": "advisories", "vex": names, **settings}
        subject = subject or Subject("acme/shop", None)
        request = request_for(DEPENDENCIES, root, settings=settings, subject=subject)
        judgement = DEPENDENCIES.judge(DEPENDENCIES.collect(request), request.settings, context)
        return conclude(Outcome("dependencies", 0.0, judgement), (), NOW)

    return run


SUBCOMPONENT = [{"@id": "pkg:pypi/flask"}]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"status": "fixed", "justification": ""},
        {"vulnerability": "CVE-2026-5"},
        {"vulnerability": {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2026-5"}},
        {"vulnerability": {"name": "OTHER-1", "aliases": ["DEMO-Flask"]}},
        {"products": ["pkg:pypi/Flask@2.0.1"]},
        {"products": [{"@id": "x", "identifiers": {"purl": "pkg:pypi/flask"}}]},
        {"products": [{"@id": "pkg:github/acme/shop@v1"}]},
        {"products": [{"@id": "pkg:pypi/shop@1.0", "subcomponents": SUBCOMPONENT}]},
        {"products": [{"@id": "pkg:pypi/other"}, {"@id": "pkg:pypi/flask@2.0.1"}]},
    ],
)
def test_a_statement_on_this_weakness_in_this_product_accepts_it(vulnerable, judged, more):
    result = judged(vulnerable, document(statement(**more)))
    assert (result.verdict, result.findings) == (Verdict.PASS, ())
    (waived,) = result.waived
    assert waived.waiver.approved_by == "Dana Roe"
    assert waived.waiver.source == "OpenVEX vex-0.json"
    assert waived.waiver.expires.isoformat() == "2027-11-01"


def test_the_reason_is_the_statement(vulnerable, judged):
    (waived,) = judged(vulnerable, document(statement())).waived
    assert waived.waiver.reason == f"not_affected: {WHY}, the debugger is never started"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"status": "affected"}, "it accepts nothing"),
        ({"status": "under_investigation"}, "it accepts nothing"),
        ({"justification": ""}, "it gives no justification"),
        ({"justification": "because"}, "it gives no justification"),
        ({"timestamp": "2025-11-01T00:00:00Z"}, "old; the policy allows"),
        ({"timestamp": "2027-01-01T00:00:00Z"}, "dated in the future"),
        ({"vulnerability": {"name": "CVE-2026-6"}}, "nothing that was found"),
        ({"products": []}, "nothing that was found"),
        ({"products": [{"@id": "pkg:pypi/flask@2.0.0"}]}, "nothing that was found"),
        ({"products": [{"@id": "pkg:npm/flask@2.0.1"}]}, "nothing that was found"),
        ({"products": [{"@id": "flask"}]}, "nothing that was found"),
        ({"products": [{"@id": "pkg:github/other/shop"}]}, "nothing that was found"),
        (
            {"products": [{"@id": "pkg:pypi/elsewhere", "subcomponents": SUBCOMPONENT}]},
            "nothing that was found",
        ),
        (
            {"products": [{"@id": "pkg:pypi/shop", "subcomponents": [{"@id": "pkg:pypi/click"}]}]},
            "nothing that was found",
        ),
    ],
)
def test_any_other_statement_accepts_nothing_and_is_told(vulnerable, judged, more, why):
    result = judged(vulnerable, document(statement(**more)))
    assert (result.verdict, result.waived) == (Verdict.FAIL, ())
    (told,) = [line for line in result.checked if line.startswith("VEX vex-0.json")]
    assert why in told


def test_the_youngest_statement_counts(vulnerable, judged):
    taken_back = document(statement(status="affected"), timestamp="2026-11-02T00:00:00Z")
    assert judged(vulnerable, document(statement()), taken_back).verdict is Verdict.FAIL
    again = document(statement(), last_updated="2026-11-03T00:00:00Z")
    assert judged(vulnerable, again, taken_back).verdict is Verdict.PASS


def test_two_statements_of_one_time_that_differ_accept_nothing(vulnerable, judged):
    told = document(statement(), statement(status="under_investigation"))
    assert judged(vulnerable, told).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "told",
    [
        "{",
        "[]",
        document(statement(), author=""),
        document(statement(), timestamp="lately"),
        document(statement(status="harmless")),
        document(statement(), **{"@context": "https://example.com"}),
        {key: value for key, value in document(statement()).items() if key != "timestamp"},
        {key: value for key, value in document(statement()).items() if key != "author"},
    ],
)
def test_a_document_that_cannot_be_read_is_an_error(vulnerable, judged, told):
    result = judged(vulnerable, told)
    assert result.verdict is Verdict.ERROR
    assert "vex-0.json is no OpenVEX document" in result.reason


def test_a_document_that_is_missing_is_an_error(vulnerable, judged):
    assert judged(vulnerable, vex=["missing.json"]).verdict is Verdict.ERROR


def test_a_pull_request_cannot_bring_its_own_statements(vulnerable, judged):
    git(vulnerable.parent, "init", "-q", str(vulnerable))
    base = commit(vulnerable)
    (vulnerable / "vex.json").write_text(json.dumps(document(statement())))
    subject = Subject("acme/shop", commit(vulnerable), pull_request=7, base=base)
    result = judged(vulnerable, subject=subject, vex=["vex.json"])
    assert result.verdict is Verdict.ERROR
    assert result.reason == f"the base {base[:7]} has no VEX document vex.json"
    base = subject.commit
    (vulnerable / "vex.json").write_text("{")
    subject = Subject("acme/shop", commit(vulnerable), pull_request=8, base=base)
    assert judged(vulnerable, subject=subject, vex=["vex.json"]).verdict is Verdict.PASS


def test_packages_are_told_apart_by_kind_scope_and_version():
    pin = Pin("@scope/pkg", "1.0.0", "package-lock.json", 1, ecosystem="npm")
    assert is_package("pkg:npm/%40scope/pkg@1.0.0", pin)
    assert not is_package("pkg:npm/pkg@1.0.0", pin)
    assert not is_package("pkg:npm/%40scope/pkg@1.0.1", pin)
    assert not is_package("nothing", pin)


def test_control_characters_of_a_document_are_written_out():
    (said,) = statements("v.json", json.dumps(document(statement(), author="Dana\x1b[31m")))
    assert said.author == "Dana\\x1b[31m"
    with pytest.raises(EvidenceError, match="not JSON"):
        list(statements("v.json", "[" * 100_000))
