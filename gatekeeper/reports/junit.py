"""The report as JUnit XML: a suite for each gate, a failed case for each blocking finding."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from gatekeeper.core.model import Failure, GateResult, Report, Verdict
from gatekeeper.reports import story
from gatekeeper.reports.escape import one_line
from gatekeeper.reports.interface import Options
from gatekeeper.reports.json import instant

_NOTHING = GateResult("gatekeeper", Verdict.ERROR, 0.0, "", failures=(Failure("no gate ran"),))


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
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    about = {"name": one_line(result.gate), "timestamp": when, "time": f"{result.seconds:.3f}"}
    counted = {kind: str(count) for kind, count in counts.items()}
    suite = Xml.Element("testsuite", {**about, **counted})
    suite.extend(cases)
    Xml.SubElement(suite, "system-out").text = one_line("; ".join(result.checked))
    return suite


def _cases(result: GateResult) -> Iterator[Xml.Element]:
    for failure in result.failures:
        text = f"{failure.reason}. {failure.next_step}"
        yield _case(result, "could not be judged", "error", failure.reason, text)
    for finding in result.findings:
        text = f"{finding.message}. {finding.fix} (fingerprint {finding.fingerprint})"
        kind = "failure" if finding.blocking else "system-out"
        yield _case(result, f"{finding.rule} {finding.where}", kind, finding.title, text)
    for waived in result.waived:
        name = f"{waived.finding.rule} {waived.finding.where}"
        yield _case(result, name, "skipped", f"waived: {waived.waiver.reason}")
    if result.verdict in {Verdict.SKIP, Verdict.PENDING}:
        # JUnit has no word for waiting; what waits has not passed
        kind = "skipped" if result.verdict is Verdict.SKIP else "error"
        yield _case(result, result.verdict.name.lower(), kind, story.why(result))


def _case(
    result: GateResult, name: str, outcome: str = "", message: str = "", text: str = ""
) -> Xml.Element:
    about = {"classname": f"gatekeeper.{one_line(result.gate)}", "name": one_line(name)}
    case = Xml.Element("testcase", about)
    if outcome:
        said = {} if outcome == "system-out" else {"message": one_line(message)}
        Xml.SubElement(case, outcome, said).text = one_line(text) or None
    return case
