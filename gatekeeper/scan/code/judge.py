"""May code with these findings, seen this completely, go on? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Severity, Waiver
from gatekeeper.scan.code import age, coverage, merge, proven, superseded
from gatekeeper.scan.code.facts import CodeEvidence
from gatekeeper.scan.code.settings import CodeSettings


def judge(evidence: CodeEvidence, settings: CodeSettings, context: Context) -> Judgement:
    """Judge what the scanners found and whether they saw everything."""
    standing = superseded.standing(evidence, context.rules)
    told = merge.findings(standing, context.rules, settings.fail_on)
    found = age.marked(told, evidence, settings, context.rules)
    failures = (
        *_missing_scanners(evidence, settings),
        *coverage.failures(evidence),
        *map(_unknown, merge.unknown_rules(evidence, context.rules)),
    )
    proofs = proven.waivers(standing, found)
    disproven = {waiver.fingerprint for waiver in proofs}
    upheld = [finding for finding in found if finding.fingerprint not in disproven]
    blocking = [finding for finding in upheld if finding.blocking]
    return Judgement(
        checked=(
            *coverage.counts(evidence),
            *age.compared(evidence, found),
            *superseded.counts(evidence, context.rules),
        ),
        findings=found,
        failures=failures,
        summary="" if failures else _summary(upheld, blocking, settings.fail_on),
        next_steps=_next_steps(blocking),
        waivers=(
            *proofs,
            *(_inline(evidence, settings, context) if settings.inline_waivers else ()),
        ),
    )


def _inline(evidence: CodeEvidence, settings: CodeSettings, context: Context) -> tuple[Waiver, ...]:
    """Return a waiver for each finding that a comment in the code accepts."""
    asked = merge.asked_inline(evidence, context.rules, settings.fail_on)
    return tuple(
        Waiver(
            fingerprint=fingerprint,
            reason=f"a comment in the code: {hit.inline}",
            approved_by="whoever wrote the comment",
            expires=None,
            source=f"inline comment {hit.path}:{hit.line}",
        )
        for fingerprint, hit in asked.items()
    )


def _missing_scanners(evidence: CodeEvidence, settings: CodeSettings) -> list[Failure]:
    """Every scanner that the policy asks for must have given an account."""
    missing = set(settings.scanners).difference(run.scanner for run in evidence.runs)
    step = "record the evidence again"
    return [Failure(f"{name} gave no account of its run", step) for name in sorted(missing)]


def _unknown(rule: str) -> Failure:
    return Failure(f"the rule `{rule}` is not in the catalog, and its findings cannot be told")


def _summary(found: Sequence[Finding], blocking: Sequence[Finding], fail_on: Severity) -> str:
    milder = len(found) - len(blocking)
    shown = f"; {milder} below `{fail_on.label}` shown" if milder else ""
    told = _blocking(blocking) if blocking else f"nothing of severity {fail_on.label} or worse"
    return told + shown


def _blocking(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    parts = ", ".join(f"{counts[level]} {level.label}" for level in sorted(counts, reverse=True))
    files = len({finding.where.path for finding in findings})
    plural = "weakness blocks" if len(findings) == 1 else "weaknesses block"
    return f"{len(findings)} {plural}: {parts}, in {files} file{'s' * (files > 1)}"


def _next_steps(blocking: Sequence[Finding]) -> tuple[str, ...]:
    """Name the worst finding first: where it is and what to do about it."""
    worst = sorted(blocking, key=lambda finding: -finding.severity)[:1]
    return tuple(f"begin with {it.where} ({it.title}): {it.fix}" for it in worst)
