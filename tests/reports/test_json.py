from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given

from gatekeeper.core.model import Report
from gatekeeper.reports.interface import Options
from gatekeeper.reports.json import render, schema
from tests.reports.samples import BLOCKED, CATALOG, EVERY
from tests.reports.strategies import reports

OPTIONS = Options(CATALOG)
VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", EVERY)
def test_every_sample_fits_the_schema(name: str) -> None:
    VALIDATOR.validate(json.loads(render(EVERY[name], OPTIONS)))


@given(reports)
def test_any_report_fits_the_schema_and_loses_no_character(report: Report) -> None:
    value = json.loads(render(report, OPTIONS))
    VALIDATOR.validate(value)
    assert [result["reason"] for result in value["results"]] == [r.reason for r in report.results]


def test_the_schema_refuses_what_the_contract_does_not_know() -> None:
    value = json.loads(render(BLOCKED, OPTIONS))
    value["results"][0]["verdict"] = "MAYBE"
    assert not VALIDATOR.is_valid(value)


def test_the_shape_is_the_contracts() -> None:
    value = json.loads(render(BLOCKED, OPTIONS))
    assert list(value) == [
        *("version", "verdict", "exit_code", "judged_at", "subject", "policy"),
        *("notices", "results"),
    ]
    assert value["version"] == 1
    assert value["verdict"] == "ERROR"
    assert value["exit_code"] == 3
    assert value["judged_at"] == "2026-11-23T12:00:00Z"
    assert {"repository", "commit", "pull_request"} <= value["subject"].keys()
    assert value["policy"].keys() == {"path", "revision", "digest"}
    code = value["results"][1]
    assert {"gate", "verdict", "seconds", "reason", "checked", "findings", "waived"} <= code.keys()
    finding = code["findings"][1]
    assert finding["where"] == {"path": "shop/search.py", "line": 31, "column": 5}
    assert finding["owasp"] == ["A05:2025", "A03:2021"]
    assert finding["cwe"] == [89, 564]
    assert finding["severity"] == "high"
    waiver = code["waived"][0]["waiver"]
    assert {"reason", "approved_by", "expires"} <= waiver.keys()
    assert waiver["expires"] == "2027-01-31"
