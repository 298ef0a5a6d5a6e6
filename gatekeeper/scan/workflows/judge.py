"""May a change go on with these workflows, and were all of them audited? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gatekeeper.core.catalog import Rule
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Place, Severity, Waiver
from gatekeeper.scan import unseen
from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.occurrences import numbered
from gatekeeper.scan.workflows.facts import AuditHit, WorkflowEvidence
from gatekeeper.scan.workflows.settings import WorkflowSettings

UNKNOWN = "zizmor-unknown-audit"
NONE = "there is no workflow, action or Dependabot configuration here"
_PERSONAS = ("regular", "pedantic", "auditor")
_LOST = "not audited, and it does not say why"
_OFFLINE = "not asked, as GitHub would have to be: whether pins are of releases, or have advisories"
_STEPS = {
    "could not be parsed": "mend the file: GitHub would not run it either",
    "a link": "keep the file itself in this place, or exclude it in the policy with a reason",
    "it did not finish": "give the gate more time",
    "": "mend the file, or exclude it in the policy with a reason",
}


def judge(evidence: WorkflowEvidence, settings: WorkflowSettings, context: Context) -> Judgement:
    """Judge what the audits found and whether every file was audited."""
    if evidence == WorkflowEvidence("", (), ()):
        return Judgement(skipped=NONE)
    failures = (*_broken(evidence), *unseen.failures(_unseen(evidence), "zizmor", _STEPS))
    shown = [hit for hit in evidence.hits if _meant_for(hit, settings.persona)]
    told = [(hit, _finding(hit, n, settings, context)) for hit, n in numbered(shown, _name)]
    found = tuple(finding for _, finding in told)
    return Judgement(
        checked=tuple(_checked(evidence, len(evidence.hits) - len(shown), settings)),
        findings=found,
        failures=failures,
        summary="" if failures else _summary(found, settings),
        next_steps=_next_steps(found),
        waivers=tuple(_inline(told)) if settings.inline_waivers else (),
    )


def _broken(evidence: WorkflowEvidence) -> Iterator[Failure]:
    if evidence.problem:
        yield Failure(evidence.problem, evidence.next_step)


def _unseen(evidence: WorkflowEvidence) -> tuple[Unseen, ...]:
    told = {*evidence.scanned, *(item.path for item in evidence.failed)}
    lost = () if evidence.problem else sorted(set(evidence.wanted) - told)
    return (*evidence.failed, *(Unseen(path, _LOST) for path in lost))


def _meant_for(hit: AuditHit, persona: str) -> bool:
    """True when this reader wants to know; a persona that is new to us is for everybody."""
    known = hit.persona in _PERSONAS
    return not known or _PERSONAS.index(hit.persona) <= _PERSONAS.index(persona)


def _name(hit: AuditHit) -> tuple[str, str, str]:
    return hit.path, hit.audit, hit.context


def _finding(
    hit: AuditHit, occurrence: int, settings: WorkflowSettings, context: Context
) -> Finding:
    rule = _rule(hit, context)
    severity = _severity(hit, rule)
    words = f" zizmor calls it `{hit.audit}`: {hit.words}." if rule.id == UNKNOWN else ""
    asked = " A comment here asks for it to be left out." if hit.ignored else ""
    return rule.finding(
        f"{rule.message}{words}{asked}",
        Place(hit.path, hit.line, hit.column, hit.end_line),
        (hit.path, hit.audit, hit.context, occurrence),
        blocking=severity >= settings.fail_on,
        severity=severity,
    )


def _rule(hit: AuditHit, context: Context) -> Rule:
    name = f"zizmor-{hit.audit}"
    return context.rules[name if name in context.rules else UNKNOWN]


def _severity(hit: AuditHit, rule: Rule) -> Severity:
    """Return the grade of a hit: one lower when the audit itself is not sure of it."""
    known = Severity.__members__.get(hit.severity.upper())
    severity = rule.severity if known is None else known
    return Severity(max(Severity.LOW, severity - 1)) if hit.unsure else severity


def _inline(told: Iterable[tuple[AuditHit, Finding]]) -> Iterator[Waiver]:
    for hit, finding in told:
        if hit.ignored:
            yield Waiver(
                finding.fingerprint,
                "a comment in the file asks for it, and the policy lets such comments count",
                "whoever wrote the comment",
                None,
                f"inline zizmor {hit.path}:{hit.line}",
            )


def _checked(evidence: WorkflowEvidence, quiet: int, settings: WorkflowSettings) -> Iterator[str]:
    if not evidence.scanned:
        return
    yield f"{unseen.files(len(evidence.scanned))} with zizmor {evidence.version}"
    if quiet:
        readers = "a more demanding reader than"
        yield f"{quiet} hit{'s' * (quiet != 1)} left out: for {readers} `{settings.persona}`"
    yield _OFFLINE
    yield from unseen.lines(evidence.excluded, ())


def _summary(found: Sequence[Finding], settings: WorkflowSettings) -> str:
    blocking = [finding for finding in found if finding.blocking]
    milder = len(found) - len(blocking)
    shown = f"; {milder} below `{settings.fail_on.label}` shown" if milder else ""
    if not blocking:
        return f"nothing of severity {settings.fail_on.label} or worse{shown}"
    places = len({finding.where.path for finding in blocking})
    plural = "weakness" if len(blocking) == 1 else "weaknesses"
    return f"{len(blocking)} {plural} in {unseen.files(places)} of the pipeline{shown}"


def _next_steps(found: Sequence[Finding]) -> tuple[str, ...]:
    worst = sorted(
        (finding for finding in found if finding.blocking), key=lambda one: -one.severity
    )
    return tuple(f"begin with {one.where} ({one.title}): {one.fix}" for one in worst[:1])
