"""The report as GitHub markdown, for a pull request's comment or a step summary.

The host drops what is too long, so findings are left out, whole ones and from the end, until the
rest fits; how many were left out is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.core.model import Finding, GateResult, Report, Subject, Verdict, Waived
from gatekeeper.reports import story
from gatekeeper.reports.escape import code_span, markdown
from gatekeeper.reports.interface import Options

_MARKS = {
    Verdict.SKIP: "⚪",
    Verdict.PASS: "✅",
    Verdict.PENDING: "⏳",
    Verdict.FAIL: "❌",
    Verdict.ERROR: "🚫",
}
_GROUPS_TOLD = 20
_PLACES_TOLD = 10
_STEPS_TOLD = 12
_LINE = 500
_REST = "in the full report"
_SHORT = 12
_ROOM_FOR_THE_COUNT = 100


def render(report: Report, options: Options) -> str:
    """Return the report in at most `options.max_bytes` bytes, cut between lines."""
    head = "\n".join([*_verdict(report), *_next(report), *_table(report)])
    blocks = [block for result in report.results for block in _findings(result)]
    return fit([head, *blocks], options.max_bytes, f"more {_REST}: `--format json`")


def fit(blocks: list[str], room: int, rest: str) -> str:
    """Join blocks by newlines while they fit into `room` bytes of UTF-8.

    The first block is cut between lines if it is too long by itself; others stay whole.
    """
    left = room - _ROOM_FOR_THE_COUNT
    kept: list[str] = []
    for index, block in enumerate(blocks):
        size = len(block.encode()) + 1
        if size > left:
            first = [_cut(block, left)] if index == 0 else []
            kept += [*first, f"\n_{len(blocks) - index} {rest}_"]
            break
        kept.append(block)
        left -= size
    return "\n".join(kept) + "\n"


def _cut(text: str, room: int) -> str:
    kept: list[str] = []
    for line in text.splitlines():
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept)


def _verdict(report: Report) -> Iterator[str]:
    yield f"## {_MARKS[report.verdict]} {report.verdict.name}: {story.HEADLINES[report.verdict]}"
    yield ""
    yield f"{_subject(report.subject)} · {story.tally(report)}"
    yield ""


def _subject(subject: Subject) -> str:
    pull = f" #{subject.pull_request}" if subject.pull_request is not None else ""
    commit = f" at {code_span(subject.commit[:_SHORT])}" if subject.commit else ""
    changed = ", with changes that are not committed" if subject.dirty else ""
    return f"**{_text(f'{subject.repository}{pull}')}**{commit}{changed}"


def _next(report: Report) -> Iterator[str]:
    steps = story.next_steps(report)
    if steps:
        yield "### What to do next"
        yield ""
    for number, step in enumerate(steps[:_STEPS_TOLD], 1):
        yield f"{number}. **{_text(step.gate)}**: {_text(step.text)}"
    if len(steps) > _STEPS_TOLD:
        yield f"{_STEPS_TOLD + 1}. {len(steps) - _STEPS_TOLD} more in the full report"
    if steps:
        yield ""


def _table(report: Report) -> Iterator[str]:
    yield "| | gate | verdict | why |"
    yield "|-|------|---------|-----|"
    for result in story.worst_first(report):
        why = _text(story.why(result))
        gate = _text(result.gate)
        yield f"| {_MARKS[result.verdict]} | {gate} | {result.verdict.name} | {why} |"
    policy = report.policy
    revision = f" at {code_span(policy.revision[:_SHORT])}" if policy.revision else ""
    yield ""
    judged = f"{report.judged_at:%Y-%m-%d %H:%M} UTC"
    yield f"Policy {code_span(policy.path, _LINE)}{revision}, judged {judged}."
    for notice in report.notices[:_GROUPS_TOLD]:
        yield ""
        yield f"> {_text(notice)}"


def _findings(result: GateResult) -> Iterator[str]:
    blocks = [
        *(f"- 🚫 could not be judged: {_text(failure.reason)}" for failure in result.failures),
        *(_group(group) for group in story.groups(result.findings)),
        *(_waived(entry) for entry in result.waived),
    ]
    if blocks:
        yield f"\n### {_MARKS[result.verdict]} {_text(result.gate)}\n"
    yield from blocks[:_GROUPS_TOLD]
    if len(blocks) > _GROUPS_TOLD:
        yield f"- {len(blocks) - _GROUPS_TOLD} more {_REST}"


def _group(group: story.Group) -> str:
    first, count = group.first, len(group.findings)
    lines = [_title(first, f", {count} places" if count > 1 else f" {_place(first)}")]
    if group.message:
        lines.append(_text(group.message))
    if first.fix:
        lines.append(f"**Fix:** {_text(first.fix)}")
    lines.append(_cited(first, count))
    told = group.findings[:_PLACES_TOLD] if count > 1 else ()
    places = [_line(finding, "" if group.message else _text(finding.message)) for finding in told]
    if count > _PLACES_TOLD:
        places.append(f"  - {count - _PLACES_TOLD} more {_REST}")
    return "\n".join(["\\\n  ".join(lines), *places])


def _line(finding: Finding, message: str) -> str:
    parts = (f"  - {_place(finding)}", message, f"<sub>{code_span(finding.fingerprint)}</sub>")
    return " ".join(filter(None, parts))


def _title(finding: Finding, rest: str) -> str:
    shown = "" if finding.blocking else " (does not block)"
    return f"- **{finding.severity.label}** {_text(finding.title)}{shown}{rest}"


def _cited(finding: Finding, count: int) -> str:
    standards = [*finding.owasp, *(f"CWE-{number}" for number in finding.cwe)]
    parts = [code_span(finding.rule), *map(_text, standards)]
    if count == 1:
        parts.append(f"fingerprint {code_span(finding.fingerprint)}")
    return f"<sub>{' · '.join(parts)}</sub>"


def _waived(entry: Waived) -> str:
    waiver = entry.waiver
    who = f"Accepted until {waiver.expires} by {_text(waiver.approved_by)}: {_text(waiver.reason)}"
    lines = (_title(entry.finding, f" {_place(entry.finding)}"), who, _cited(entry.finding, 1))
    return "\\\n  ".join(lines)


def _place(finding: Finding) -> str:
    return code_span(str(finding.where), _LINE)


def _text(text: str) -> str:
    return markdown(text, _LINE)
