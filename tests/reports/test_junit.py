from __future__ import annotations

from xml.etree import ElementTree as Xml

from hypothesis import given, settings

from gatekeeper.core.model import Report
from gatekeeper.reports.interface import Options
from gatekeeper.reports.junit import render
from tests.reports.samples import BLOCKED, CATALOG, EMPTY, PASSED, WAITING
from tests.reports.strategies import reports


def parse(report: Report) -> Xml.Element:
    return Xml.fromstring(render(report, Options(CATALOG)))


def test_a_suite_for_each_gate_counts_its_cases() -> None:
    root = parse(BLOCKED)
    assert [suite.get("name") for suite in root] == [result.gate for result in BLOCKED.results]
    code = root[1]
    assert (code.get("tests"), code.get("failures"), code.get("skipped")) == ("16", "14", "1")
    assert root.get("errors") == "2"  # what could not be judged, and what waits


def test_a_pass_is_one_passed_case_and_a_skip_is_skipped() -> None:
    passed, skipped = parse(PASSED)
    assert len(passed.findall("testcase")) == 1
    assert not list(passed.findall("testcase")[0])
    case = skipped.find("testcase/skipped")
    assert case is not None
    assert case.get("message") == "SKIPPED: no pull request in a local run"
    assert parse(PASSED).get("skipped") == "1"


def test_what_waits_has_not_passed() -> None:
    waiting = parse(WAITING)[0]
    assert waiting.find("testcase/error") is not None


def test_a_report_without_a_gate_is_an_error_too() -> None:
    assert parse(EMPTY).get("errors") == "1"


@given(reports)
@settings(max_examples=50)
def test_any_report_is_well_formed(report: Report) -> None:
    assert len(parse(report)) == max(1, len(report.results))
