"""The whole report as JSON, in the shape that the contract fixes; `schema` describes it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from gatekeeper.core.model import (
    Failure,
    Finding,
    GateResult,
    Place,
    Replacement,
    Report,
    Verdict,
    Waived,
)
from gatekeeper.reports.escape import replace_hidden
from gatekeeper.reports.interface import Options

if TYPE_CHECKING:
    from gatekeeper.reports import json_shape as shape


def render(report: Report, options: Options) -> str:  # noqa: ARG001 - every format has them
    """Return the report as JSON: stable key order, two spaces, a newline at the end."""
    return dumps(document(report))


def dumps(value: Any) -> str:
    """Return readable JSON in which nothing hidden stands unescaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    shown = replace_hidden(text, lambda char: json.dumps(char)[1:-1])
    return shown.replace("##[", "\\u0023#[") + "\n"  # begins a workflow command in a build's log


def schema() -> dict[str, Any]:
    """Return the JSON Schema of `render`'s output."""
    from pydantic import TypeAdapter

    from gatekeeper.reports.json_shape import ReportShape

    described = TypeAdapter(ReportShape).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def instant(when: datetime) -> str:
    """Return `2026-11-23T12:00:00Z`."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def document(report: Report) -> shape.ReportShape:
    """Return the report as JSON values."""
    subject, policy = report.subject, report.policy
    return {
        "version": 1,
        "verdict": _name(report.verdict),
        "exit_code": report.exit_code,
        "judged_at": instant(report.judged_at),
        "subject": {
            "repository": subject.repository,
            "commit": subject.commit,
            "pull_request": subject.pull_request,
            "base": subject.base,
            "branch": subject.branch,
            "dirty": subject.dirty,
            "contributors": list(subject.contributors),
        },
        "policy": {"path": policy.path, "revision": policy.revision, "digest": policy.digest},
        "notices": list(report.notices),
        "results": [_result(result) for result in report.results],
    }


def _name(verdict: Verdict) -> shape.VerdictName:
    return cast("shape.VerdictName", verdict.name)


def _result(result: GateResult) -> shape.ResultShape:
    return {
        "gate": result.gate,
        "verdict": _name(result.verdict),
        "seconds": round(result.seconds, 3),
        "reason": result.reason,
        "checked": list(result.checked),
        "next_steps": list(result.next_steps),
        "failures": [_failure(failure) for failure in result.failures],
        "findings": [_finding(finding) for finding in result.findings],
        "waived": [_waived(waived) for waived in result.waived],
    }


def _failure(failure: Failure) -> shape.FailureShape:
    return {
        "reason": failure.reason,
        "next_step": failure.next_step,
        "unauthorised": failure.unauthorised,
    }


def _finding(finding: Finding) -> shape.FindingShape:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "message": finding.message,
        "severity": cast("shape.SeverityName", finding.severity.label),
        "blocking": finding.blocking,
        "where": _place(finding.where),
        "fingerprint": finding.fingerprint,
        "owasp": list(finding.owasp),
        "cwe": list(finding.cwe),
        "fix": finding.fix,
        "also_found_by": list(finding.also_found_by),
        "replacement": _replacement(finding.replacement),
        "new": finding.new,
    }


def _replacement(replacement: Replacement | None) -> shape.ReplacementShape | None:
    if replacement is None:
        return None
    return {
        "path": replacement.path,
        "start": list(replacement.start),
        "end": list(replacement.end),
        "text": replacement.text,
        "digest": replacement.digest,
    }


def _place(place: Place) -> shape.PlaceShape:
    known = {key: value for key, value in asdict(place).items() if value is not None}
    return cast("shape.PlaceShape", known)


def _waived(waived: Waived) -> shape.WaivedShape:
    waiver = waived.waiver
    return {
        "finding": _finding(waived.finding),
        "waiver": {
            "fingerprint": waiver.fingerprint,
            "reason": waiver.reason,
            "approved_by": waiver.approved_by,
            "expires": waiver.expires.isoformat() if waiver.expires else None,
            "source": waiver.source,
        },
    }
