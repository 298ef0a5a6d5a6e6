"""The report as JUnit XML: a suite for each gate, a failed case for each blocking finding."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from gatekeeper.core.model import Failure, Finding, GateResult, Report, Verdict
from gatekeeper.reports import story
from gatekeeper.reports.escape import one_line
from gatekeeper.reports.interface import Options
from gatekeeper.reports.json import instant

_NOTHING = GateResult("gatekeeper", Verdict.ERROR, 0.0, "", failures=(Failure("no gate ran"),))

# JUnit has no word for waiting; what waits has not passed
_UNDECIDED = {Verdict.SKIP: "skipped", Verdict.PENDING: "error"}


def render(report: Report, options: Options) -> str:  # noqa: ARG001 - every format has them
    """Return the report as JUnit XML."""
    when = instant(report.judged_at)
    suites = [_suite(result, when) for result in report.results or (_NOTHING,)]
    root = Xml.Element("testsuites", {"name": "gatekeeper", **_totals(suites)})
    root.extend(suites)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, "unicode") + "\n"


def _totals(suites: list[Xml.Element]) -> dict[str, str]:
    kinds = ("tests", "failures", "errors", "skipped")
    return {kind: str(sum(int(suite.attrib[kind]) for suite in suites)) for kind in kinds}


def _suite(result: GateResult, when: str) -> Xml.Element:
    cases = list(_cases(result)) or [_case(result, result.gate)]
    about = {"name": one_line(result.gate), "timestamp": when, "time": f"{result.seconds:.3f}"}
    counts = {
        "tests": str(len(cases)),
        "failures": _count(cases, "failure"),
        "errors": _count(cases, "error"),
        "skipped": _count(cases, "skipped"),
    }
    suite = Xml.Element("testsuite", {**about, **counts})
    suite.extend(cases)
    Xml.SubElement(suite, "system-out").text = one_line("; ".join(result.checked))
    return suite


def _count(cases: list[Xml.Element], outcome: str) -> str:
    return str(sum(case.find(outcome) is not None for case in cases))


def _cases(result: GateResult) -> Iterator[Xml.Element]:
    for failure in result.failures:
        text = f"{failure.reason}. {failure.next_step}"
        yield _case(result, "could not be judged", "error", failure.reason, text)
    for finding in result.findings:
        yield _finding(result, finding)
    for waived in result.waived:
        name = f"{waived.finding.rule} {waived.finding.where}"
        yield _case(result, name, "skipped", f"waived: {waived.waiver.reason}")
    if outcome := _UNDECIDED.get(result.verdict):
        yield _case(result, result.verdict.name.lower(), outcome, story.why(result))


def _finding(result: GateResult, finding: Finding) -> Xml.Element:
    text = f"{finding.message}. {finding.fix} (fingerprint {finding.fingerprint})"
    kind = "failure" if finding.blocking else "system-out"
    return _case(result, f"{finding.rule} {finding.where}", kind, finding.title, text)


def _case(
    result: GateResult, name: str, outcome: str = "", message: str = "", text: str = ""
) -> Xml.Element:
    about = {"classname": f"gatekeeper.{one_line(result.gate)}", "name": one_line(name)}
    case = Xml.Element("testcase", about)
    if outcome:
        said = {} if outcome == "system-out" else {"message": one_line(message)}
        Xml.SubElement(case, outcome, said).text = one_line(text) or None
    return case
