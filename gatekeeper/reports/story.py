"""What every format for people tells: the verdict in words, why, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from gatekeeper.core.model import Finding, GateResult, Report, Severity, Subject, Verdict

HEADLINES = {
    Verdict.SKIP: "nothing was judged",
    Verdict.PASS: "this change may go on",
    Verdict.PENDING: "this change has to wait",
    Verdict.FAIL: "this change may not go on",
    Verdict.ERROR: "this change could not be judged, so it may not go on",
}
_TALLIED = (
    (Verdict.ERROR, "could not judge"),
    (Verdict.FAIL, "block"),
    (Verdict.PENDING, "wait"),
    (Verdict.PASS, "pass"),
    (Verdict.SKIP, "skipped"),
)
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


def headline(report: Report) -> str:
    """Return the verdict in words; a pass names the gates that judged nothing."""
    but = skipped(report) if report.verdict is Verdict.PASS else ""
    return HEADLINES[report.verdict] + (f", but {but}" if but else "")


def skipped(report: Report) -> str:
    """Return e.g. `1 gate was skipped: review`; empty when none was."""
    gates = [result.gate for result in report.results if result.verdict is Verdict.SKIP]
    if not gates:
        return ""
    count = "1 gate was" if len(gates) == 1 else f"{len(gates)} gates were"
    return f"{count} skipped: {', '.join(gates)}"


def name(subject: Subject) -> str:
    """Return e.g. `acme/storefront #17`."""
    pull = f" #{subject.pull_request}" if subject.pull_request is not None else ""
    return f"{subject.repository}{pull}"


def standards(finding: Finding) -> tuple[str, ...]:
    """Return what a finding falls under, e.g. `A05:2025`, `CWE-89`."""
    return (*finding.owasp, *(f"CWE-{number}" for number in finding.cwe))


def capped(lines: Sequence[str], most: int, rest: str) -> Iterator[str]:
    """Yield the first lines; where there are more, `rest` with their number."""
    yield from lines[:most]
    if len(lines) > most:
        yield rest.format(len(lines) - most)


def telling_first(report: Report) -> tuple[GateResult, ...]:
    """Return the results, those with findings or failures first, else in the report's order."""
    return tuple(sorted(report.results, key=lambda result: not _tells(result)))


def _tells(result: GateResult) -> bool:
    return bool(result.findings or result.waived or result.failures)


def worst_first(report: Report) -> tuple[GateResult, ...]:
    """Return the results, the most serious verdict first, else in the order of the report."""
    return tuple(sorted(report.results, key=lambda result: -result.verdict))


def why(result: GateResult) -> str:
    """Return why a gate's verdict is what it is; for a pass what it looked at."""
    if result.verdict is Verdict.SKIP:
        return f"SKIPPED: {result.reason or 'no reason is given'}"
    return result.reason or "; ".join(capped(result.checked, _CHECKED_TOLD, "and {} more"))


def groups(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Group findings by rule, the blocking and the most severe first."""
    together: dict[tuple[bool, Severity, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.blocking, finding.severity, finding.rule, finding.fix)
        together.setdefault(key, []).append(finding)
    ordered = sorted(together.items(), key=lambda item: (not item[0][0], -item[0][1]))
    return tuple(Group(tuple(members)) for _, members in ordered)


def blocking(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Return the groups that block, the most severe first."""
    return groups(finding for finding in findings if finding.blocking)


def next_steps(report: Report) -> tuple[Step, ...]:
    """Return what to do, each thing once: what could not be judged first, then what blocks."""
    steps: dict[str, Step] = {}
    for step in _wanted(report):
        steps.setdefault(step.text, step)
    return tuple(steps.values())


def _wanted(report: Report) -> Iterator[Step]:
    nothing_judged = all(result.verdict is Verdict.SKIP for result in report.results)
    asking = report.results if nothing_judged else _standing_in_the_way(report)
    for result in asking:
        yield from _steps(result)


def _steps(result: GateResult) -> Iterator[Step]:
    for text in result.next_steps or _fixes(result.findings):
        yield Step(result.gate, result.verdict, text)


def _standing_in_the_way(report: Report) -> tuple[GateResult, ...]:
    return tuple(result for result in worst_first(report) if result.verdict > Verdict.PASS)


def _fixes(findings: Sequence[Finding]) -> list[str]:
    """Return the first fixes, for a gate that names no next step of its own."""
    return list(filter(None, map(_fix, blocking(findings)[:_FIXES_TOLD])))


def _fix(group: Group) -> str:
    """Return where and how, or nothing where no fix is known."""
    first, others = group.first, len(group.findings) - 1
    more = f" and {others} more" if others else ""
    return f"{first.where}{more}: {first.fix}" if first.fix else ""


def tally(report: Report) -> str:
    """Return e.g. `2 of 5 gates fail, 1 could not judge`."""
    few = ("no gate ran", "1 gate")
    if len(report.results) < len(few):
        return few[len(report.results)]
    counts = Counter(map(attrgetter("verdict"), report.results))
    parts = [f"{counts[one]} {word}" for one, word in _TALLIED if counts[one]]
    return f"{len(report.results)} gates: {', '.join(parts)}"
