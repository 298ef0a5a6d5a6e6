"""What every format for people tells: the verdict in words, why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatekeeper.core.model import Finding, GateResult, Report, Severity, Verdict

HEADLINES = {
    Verdict.SKIP: "nothing was judged",
    Verdict.PASS: "this change may go on",
    Verdict.PENDING: "this change has to wait",
    Verdict.FAIL: "this change may not go on",
    Verdict.ERROR: "this change could not be judged, so it may not go on",
}
_FIXES_TOLD = 3
_CHECKED_TOLD = 3
FOOTNOTE = (
    "`gatekeeper explain RULE` tells why a rule matters and how to meet it. To accept a finding "
    "for a time, enter its fingerprint under `waivers:` in the policy, with a reason, an approver "
    "and an expiry date."
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do.

    Attributes:
        gate: that asks for it.
        verdict: of that gate.
        text: what to do.
    """

    gate: str
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one gate that cite the same rule and weigh the same.

    Attributes:
        findings: at least one.
    """

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """Speaks for the group: rule, title, severity and fix are its."""
        return self.findings[0]

    @property
    def message(self) -> str:
        """What is wrong, if every finding says the same; else empty."""
        return self.first.message if len({f.message for f in self.findings}) == 1 else ""

    @property
    def also_found_by(self) -> tuple[str, ...]:
        """Other tools that reported any of these."""
        return tuple(dict.fromkeys(tool for f in self.findings for tool in f.also_found_by))


def worst_first(report: Report) -> tuple[GateResult, ...]:
    """Return the results, the most serious verdict first, else in the order of the report."""
    return tuple(sorted(report.results, key=lambda result: -result.verdict))


def why(result: GateResult) -> str:
    """Return why a gate's verdict is what it is; for a pass what it looked at."""
    more = len(result.checked) - _CHECKED_TOLD
    rest = f"; and {more} more" if more > 0 else ""
    return result.reason or "; ".join(result.checked[:_CHECKED_TOLD]) + rest


def groups(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Group findings by rule, the blocking and the most severe first."""
    together: dict[tuple[bool, Severity, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.blocking, finding.severity, finding.rule, finding.fix)
        together.setdefault(key, []).append(finding)
    ordered = sorted(together.items(), key=lambda item: (not item[0][0], -item[0][1]))
    return tuple(Group(tuple(members)) for _, members in ordered)


def next_steps(report: Report) -> tuple[Step, ...]:
    """Return what to do, each thing once: what could not be judged first, then what blocks."""
    steps: dict[str, Step] = {}
    nothing_judged = all(result.verdict is Verdict.SKIP for result in report.results)
    for result in worst_first(report):
        if nothing_judged or result.verdict > Verdict.PASS:
            for text in result.next_steps or _fixes(result.findings):
                steps.setdefault(text, Step(result.gate, result.verdict, text))
    return tuple(steps.values())


def _fixes(findings: Sequence[Finding]) -> list[str]:
    """Return the first fixes, for a gate that names no next step of its own."""
    blocking = groups(finding for finding in findings if finding.blocking)
    return [
        f"{group.first.where}{_others(group)}: {group.first.fix}"
        for group in blocking[:_FIXES_TOLD]
        if group.first.fix
    ]


def _others(group: Group) -> str:
    count = len(group.findings) - 1
    return f" and {count} more" if count else ""


def tally(report: Report) -> str:
    """Return e.g. `2 of 5 gates fail, 1 could not judge`."""
    verdicts = [result.verdict for result in report.results]
    words = (
        (Verdict.ERROR, "could not judge"),
        (Verdict.FAIL, "block"),
        (Verdict.PENDING, "wait"),
        (Verdict.PASS, "pass"),
        (Verdict.SKIP, "skipped"),
    )
    parts = [f"{verdicts.count(verdict)} {word}" for verdict, word in words if verdict in verdicts]
    if len(verdicts) == 1:
        return "1 gate"
    return f"{len(verdicts)} gates: {', '.join(parts)}" if parts else "no gate ran"
