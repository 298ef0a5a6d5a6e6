"""The report as SARIF 2.1.0, one run, for code scanning.

What could not be judged is told as a notification of an unsuccessful invocation: a consumer must
not take few results for a clean bill.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from gatekeeper import __version__
from gatekeeper.core.catalog import Catalog
from gatekeeper.core.model import (
    Failure,
    Finding,
    GateResult,
    Place,
    Replacement,
    Report,
    Severity,
    Verdict,
    Waived,
)
from gatekeeper.reports.escape import one_line
from gatekeeper.reports.interface import Options
from gatekeeper.reports.json import dumps, instant
from gatekeeper.reports.sarif_rules import LEVELS, descriptors

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
MAX_RESULTS = 25_000  # a host refuses a run with more
# What is found in no file is shown at the file that asks for it.
_ANCHOR = "gatekeeper.yml"
_AGES: dict[bool | None, dict[str, str]] = {
    None: {},
    True: {"baselineState": "new"},
    False: {"baselineState": "unchanged"},
}
_UNDECIDED = {Verdict.SKIP: "note", Verdict.PENDING: "warning"}


def render(report: Report, options: Options) -> str:
    """Return the report as SARIF."""
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, options.catalog)]})


def _run(report: Report, catalog: Catalog) -> dict[str, Any]:
    entries = list(_entries(report))
    told = entries[:MAX_RESULTS]
    rules = descriptors([finding for _, finding, _ in told], catalog)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [_result(gate, found, waived, index) for gate, found, waived in told]
    notes = [*_gate_notes(report.results), *_other_notes(report, len(entries) - len(told))]
    return {
        "tool": {"driver": {"name": "gatekeeper", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": report.verdict is not Verdict.ERROR,
                "exitCode": report.exit_code,
                "endTimeUtc": instant(report.judged_at),
                "toolExecutionNotifications": notes,
            }
        ],
        "results": results,
        "properties": {
            "verdict": report.verdict.name,
            "gates": {result.gate: result.verdict.name for result in report.results},
            "policy": report.policy.digest,
        },
    }


def _entries(report: Report) -> Iterator[tuple[str, Finding, Waived | None]]:
    """Yield every finding, the ones that block anywhere first."""
    found = [(result.gate, finding) for result in report.results for finding in result.findings]
    found.sort(key=lambda entry: (not entry[1].blocking, -entry[1].severity))
    yield from ((gate, finding, None) for gate, finding in found)
    yield from _accepted(report)


def _accepted(report: Report) -> Iterator[tuple[str, Finding, Waived]]:
    for result in report.results:
        for waived in result.waived:
            yield result.gate, waived.finding, waived


def _result(
    gate: str, finding: Finding, waived: Waived | None, index: dict[str, int]
) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": LEVELS[finding.severity if finding.blocking else Severity.LOW],
        "message": message(finding.message),
        "locations": [_location(finding.where)],
        "partialFingerprints": {
            "primaryLocationLineHash": finding.fingerprint,
            "gatekeeper/v1": finding.fingerprint,
        },
        # all results of a run must have suppressions, or none
        "suppressions": [_suppression(waived)] if waived else [],
        **_fixes(finding.replacement),
        **_AGES[finding.new],
        "properties": {
            "gate": gate,
            "severity": finding.severity.label,
            "blocking": finding.blocking,
        },
    }


def message(text: str) -> dict[str, str]:
    """Return untrusted text as a message; `](` would begin a link in it."""
    return {"text": one_line(text).replace("](", "] (") or "(no message)"}


def _suppression(waived: Waived) -> dict[str, Any]:
    waiver = waived.waiver
    reason = f"{waiver.reason} (approved by {waiver.approved_by} {waiver.lasts})"
    kind = "inSource" if waiver.source.startswith("inline ") else "external"
    return {"kind": kind, "status": "accepted", "justification": one_line(reason)}


def _fixes(replacement: Replacement | None) -> dict[str, Any]:
    """Return what mends the finding, for a reader to look at and apply."""
    if replacement is None:
        return {}
    (line, column), (end_line, end_column) = replacement.start, replacement.end
    region = {"startLine": line, "startColumn": column}
    change = {
        "deletedRegion": {**region, "endLine": end_line, "endColumn": end_column},
        "insertedContent": {"text": replacement.text},
    }
    file = _artifact(replacement.path)
    return {"fixes": [{"artifactChanges": [{"artifactLocation": file, "replacements": [change]}]}]}


def _location(place: Place) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": _physical(place)}
    logical = list(_logical(place))
    if logical or place.path is None:
        location["logicalLocations"] = logical or [{"name": "the change", "kind": "change"}]
    return location


def _physical(place: Place) -> dict[str, Any]:
    """Return a file and a line: a host refuses the whole run for one result without them."""
    return {"artifactLocation": _artifact(place.path or _ANCHOR), "region": _region(place)}


def _artifact(path: str) -> dict[str, str]:
    uri = quote(path.lstrip("/"), safe="/", errors="backslashreplace")
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _region(place: Place) -> dict[str, int]:
    region = {"startLine": place.line or 1}
    known = {"startColumn": place.column, "endLine": place.end_line}
    return region | {key: value for key, value in known.items() if value is not None}


def _logical(place: Place) -> Iterator[dict[str, str]]:
    """Yield what is no file: a pull request, a column of a store, a feature, a dependency."""
    pull = f"#{place.pull_request}" if place.pull_request is not None else None
    named = (
        ("pullRequest", pull),
        ("commit", place.commit),
        ("dataStoreObject", place.object),
        ("feature", place.feature),
        ("package", place.package),
    )
    for kind, name in named:
        if name is not None:
            shown = one_line(name)
            yield {"name": shown, "fullyQualifiedName": f"{kind}/{shown}", "kind": kind}


def _gate_notes(results: Iterable[GateResult]) -> Iterator[dict[str, Any]]:
    for result in results:
        for failure in result.failures:
            yield _note("error", f"{result.gate} could not judge: {_failure(failure)}")
        if level := _UNDECIDED.get(result.verdict):
            yield _note(level, f"{result.gate} {result.verdict.name}: {result.reason}")


def _failure(failure: Failure) -> str:
    step = f". Next: {failure.next_step}" if failure.next_step else ""
    return failure.reason + step


def _other_notes(report: Report, left_out: int) -> Iterator[dict[str, Any]]:
    for notice in report.notices:
        yield _note("note", notice)
    if left_out:
        yield _note("warning", f"{left_out} results more are left out")


def _note(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": message(text)}
