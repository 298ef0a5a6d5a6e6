"""The story: collect → judge → waive → conclude → report.

Collecting and judging are handed in as attempts that have been made (`Outcome`), so that this
module stays pure and one crashed gate never hides another's answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter

from gatekeeper.core import waivers
from gatekeeper.core.model import (
    Failure,
    Finding,
    GateResult,
    Judgement,
    PolicySource,
    Report,
    Subject,
    Verdict,
    Waiver,
    combine,
)
from gatekeeper.core.waivers import Terms

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
    longest_waiver: timedelta | None = None,
) -> Report:
    """Conclude every gate and combine the verdicts."""
    terms = Terms(now.date(), subject.contributors, longest_waiver)
    results = tuple(_conclude(outcome, accepted, terms) for outcome in outcomes)
    verdict = combine(result.verdict for result in results)
    notices = (
        *_caveats(subject),
        *waivers.notices(accepted, waivers.matched(results), terms),
    )
    return Report(verdict, _exit_code(verdict, results), now, subject, policy, results, notices)


def conclude(outcome: Outcome, accepted: Iterable[Waiver], now: datetime) -> GateResult:
    """Turn one gate's outcome into its verdict; waivers are held to their dates alone."""
    return _conclude(outcome, accepted, Terms(now.date()))


def _conclude(outcome: Outcome, accepted: Iterable[Waiver], terms: Terms) -> GateResult:
    """Where the policy and the evidence both accept a finding, the policy's waiver is shown."""
    judgement = _something_checked(_judgement(outcome.judged))
    split = waivers.apply(judgement.findings, (*accepted, *judgement.waivers), terms)
    blocking = tuple(finding for finding in split.open if finding.blocking)
    verdict = _verdict(judgement, blocking)
    return GateResult(
        gate=outcome.gate,
        verdict=verdict,
        seconds=outcome.seconds,
        reason=_REASONS[verdict](judgement, blocking),
        checked=judgement.checked,
        findings=tuple(sorted(split.open, key=_worst_first)),
        waived=split.waived,
        failures=judgement.failures,
        next_steps=_next_steps(judgement),
    )


def _judgement(judged: Judgement | Failure) -> Judgement:
    return Judgement(failures=(judged,)) if isinstance(judged, Failure) else judged


def _something_checked(judgement: Judgement) -> Judgement:
    """An empty answer is the commonest way to wrongly pass: make it a failure."""
    if judgement.checked or judgement.skipped or judgement.failures:
        return judgement
    return replace(judgement, failures=(NOTHING_CHECKED,), summary="")


def _worst_first(finding: Finding) -> tuple[bool, int]:
    return not finding.blocking, -finding.severity


def _verdict(judgement: Judgement, blocking: Sequence[Finding]) -> Verdict:
    if judgement.failures:
        return Verdict.ERROR
    if blocking:
        return Verdict.FAIL
    if judgement.pending:
        return Verdict.PENDING
    return Verdict.SKIP if judgement.skipped else Verdict.PASS


def _why_error(judgement: Judgement, _: Sequence[Finding]) -> str:
    more = len(judgement.failures) - 1
    return judgement.failures[0].reason + (f" (and {more} more)" if more else "")


def _why_fail(judgement: Judgement, blocking: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in blocking)
    parts = ", ".join(f"{counts[level]} {level.label}" for level in sorted(counts, reverse=True))
    return judgement.summary or f"{len(blocking)} findings block: {parts}"


def _why_pending(judgement: Judgement, _: Sequence[Finding]) -> str:
    return judgement.summary or "; ".join(judgement.pending)


def _why_pass(judgement: Judgement, _: Sequence[Finding]) -> str:
    # the gate's own summary speaks of findings that a waiver has accepted since
    waived = any(finding.blocking for finding in judgement.findings)
    return "every blocking finding is waived" if waived else judgement.summary


def _why_skip(judgement: Judgement, _: Sequence[Finding]) -> str:
    return judgement.skipped


_REASONS = {
    Verdict.ERROR: _why_error,
    Verdict.FAIL: _why_fail,
    Verdict.PENDING: _why_pending,
    Verdict.PASS: _why_pass,
    Verdict.SKIP: _why_skip,
}


def _next_steps(judgement: Judgement) -> tuple[str, ...]:
    steps = (failure.next_step for failure in judgement.failures)
    return tuple(dict.fromkeys(filter(None, (*steps, *judgement.next_steps))))


def _caveats(subject: Subject) -> tuple[str, ...]:
    if subject.dirty:
        return ("the files differ from the commit: this verdict is about the files",)
    return ()


def _exit_code(verdict: Verdict, results: Iterable[GateResult]) -> int:
    failures = list(chain.from_iterable(map(attrgetter("failures"), results)))
    if failures and all(map(attrgetter("unauthorised"), failures)):
        return _NOT_AUTHORISED
    return _EXIT[verdict]
