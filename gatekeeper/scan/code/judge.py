"""May code with these findings, seen this completely, go on? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Severity
from gatekeeper.scan.code import coverage, merge
from gatekeeper.scan.code.facts import CodeEvidence
from gatekeeper.scan.code.settings import CodeSettings


def judge(evidence: CodeEvidence, settings: CodeSettings, context: Context) -> Judgement:
    """Judge what the scanners found and whether they saw everything."""
    found = merge.findings(evidence, context.rules, settings.fail_on)
    failures = (
        *_missing_scanners(evidence, settings),
        *coverage.failures(evidence),
        *(
            Failure(f"the rule `{rule}` is not in the catalog, and its findings cannot be told")
            for rule in merge.unknown_rules(evidence, context.rules)
        ),
    )
    blocking = [finding for finding in found if finding.blocking]
    return Judgement(
        checked=coverage.counts(evidence),
        findings=found,
        failures=failures,
        summary="" if failures else _summary(found, blocking, settings.fail_on),
        next_steps=_next_steps(blocking),
    )


def _missing_scanners(evidence: CodeEvidence, settings: CodeSettings) -> list[Failure]:
    """Every scanner that the policy asks for must have given an account."""
    there = {run.scanner for run in evidence.runs}
    return [
        Failure(f"{name} gave no account of its run", "record the evidence again")
        for name in settings.scanners
        if name not in there
    ]


def _summary(found: Sequence[Finding], blocking: Sequence[Finding], fail_on: Severity) -> str:
    milder = len(found) - len(blocking)
    shown = f"{milder} below `{fail_on.label}` shown" if milder else ""
    if not blocking:
        return f"nothing of severity {fail_on.label} or worse{'; ' + shown if shown else ''}"
    counts = Counter(finding.severity for finding in blocking)
    parts = ", ".join(f"{counts[s]} {s.label}" for s in reversed(Severity) if counts[s])
    files = len({finding.where.path for finding in blocking})
    plural = "weakness blocks" if len(blocking) == 1 else "weaknesses block"
    return f"{len(blocking)} {plural}: {parts}, in {files} file{'s' * (files > 1)}" + (
        f"; {shown}" if shown else ""
    )


def _next_steps(blocking: Sequence[Finding]) -> tuple[str, ...]:
    """Name the worst finding first: where it is and what to do about it."""
    if not blocking:
        return ()
    worst = min(blocking, key=lambda finding: -finding.severity)
    return (f"begin with {worst.where} ({worst.title}): {worst.fix}",)
