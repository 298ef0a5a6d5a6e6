"""The story: collect → judge → waive → conclude → report.

Collecting and judging are handed in as attempts that have been made (`Outcome`), so that this
module stays pure and one crashed gate never hides another's answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gatekeeper.core import waivers
from gatekeeper.core.model import (
    Failure,
    GateResult,
    Judgement,
    PolicySource,
    Report,
    Severity,
    Subject,
    Verdict,
    Waiver,
    combine,
)

NOTHING_CHECKED = Failure(
    "nothing was checked, and nothing checked is not a pass",
    "look at what the gate was given: the path, the environment, the policy's exclusions",
)
_EXIT = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.ERROR: 3, Verdict.PENDING: 8}
_NOT_AUTHORISED = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one gate: its judgement, or the failure that stopped it."""

    gate: str
    seconds: float
    judged: Judgement | Failure


def report(
    subject: Subject,
    policy: PolicySource,
    outcomes: Sequence[Outcome],
    accepted: Sequence[Waiver],
    now: datetime,
) -> Report:
    """Conclude every gate and combine the verdicts."""
    results = tuple(conclude(outcome, accepted, now) for outcome in outcomes)
    verdict = combine(result.verdict for result in results)
    seen = {f.fingerprint for r in results for f in (*r.findings, *(w.finding for w in r.waived))}
    notes = waivers.notices(accepted, seen, now.date())
    if subject.dirty:
        notes = ("the files differ from the commit: this verdict is about the files", *notes)
    return Report(verdict, _exit_code(verdict, results), now, subject, policy, results, notes)


def conclude(outcome: Outcome, accepted: Iterable[Waiver], now: datetime) -> GateResult:
    """Turn one gate's outcome into its verdict."""
    judgement = outcome.judged
    if isinstance(judgement, Failure):
        judgement = Judgement(failures=(judgement,))
    elif not judgement.checked and not judgement.skipped and not judgement.failures:
        # must have checked something: an empty answer is the commonest way to wrongly pass
        judgement = Judgement(
            findings=judgement.findings, pending=judgement.pending, failures=(NOTHING_CHECKED,)
        )
    split = waivers.apply(judgement.findings, accepted, now.date())
    blocking = [finding for finding in split.open if finding.blocking]
    verdict = _verdict(judgement, bool(blocking))
    return GateResult(
        gate=outcome.gate,
        verdict=verdict,
        seconds=outcome.seconds,
        reason=_reason(judgement, verdict, [f.severity for f in blocking]),
        checked=judgement.checked,
        findings=tuple(sorted(split.open, key=lambda f: (not f.blocking, -f.severity))),
        waived=split.waived,
        failures=judgement.failures,
        next_steps=_next_steps(judgement),
    )


def _verdict(judgement: Judgement, blocked: bool) -> Verdict:
    if judgement.failures:
        return Verdict.ERROR
    if blocked:
        return Verdict.FAIL
    if judgement.pending:
        return Verdict.PENDING
    return Verdict.SKIP if judgement.skipped else Verdict.PASS


def _reason(judgement: Judgement, verdict: Verdict, blocking: Sequence[Severity]) -> str:
    if verdict is Verdict.ERROR:
        more = len(judgement.failures) - 1
        return judgement.failures[0].reason + (f" (and {more} more)" if more else "")
    if verdict is Verdict.PASS and any(finding.blocking for finding in judgement.findings):
        return "every blocking finding is waived"
    if judgement.summary:
        return judgement.summary
    if verdict is Verdict.FAIL:
        counts = [(s.label, blocking.count(s)) for s in reversed(Severity)]
        parts = ", ".join(f"{count} {label}" for label, count in counts if count)
        return f"{len(blocking)} findings block: {parts}"
    return "; ".join(judgement.pending) if verdict is Verdict.PENDING else judgement.skipped


def _next_steps(judgement: Judgement) -> tuple[str, ...]:
    steps = [failure.next_step for failure in judgement.failures if failure.next_step]
    return tuple(dict.fromkeys((*steps, *judgement.next_steps)))


def _exit_code(verdict: Verdict, results: Iterable[GateResult]) -> int:
    failures = [failure for result in results for failure in result.failures]
    if verdict is Verdict.ERROR and failures and all(f.unauthorised for f in failures):
        return _NOT_AUTHORISED
    return _EXIT[verdict]
