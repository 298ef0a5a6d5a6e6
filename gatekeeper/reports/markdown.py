"""The report as GitHub markdown, for a pull request's comment or a step summary.

The host drops what is too long, so findings are left out, whole ones and from the end, until the
rest fits; how many were left out is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gatekeeper.core.model import Finding, GateResult, Report, Subject, Verdict, Waived
from gatekeeper.reports import story
from gatekeeper.reports.escape import code_span, markdown
from gatekeeper.reports.interface import Options

_MARKS = {
    Verdict.SKIP: "⚠️",
    Verdict.PASS: "✅",
    Verdict.PENDING: "⏳",
    Verdict.FAIL: "❌",
    Verdict.ERROR: "🚫",
}
_GROUPS_TOLD = 20
_PLACES_TOLD = 10
_CHECKED_TOLD = 6
_STEPS_TOLD = 12
_LINE = 500
_REST = "more in the full report"
_SHORT = 12
_ROOM_FOR_THE_COUNT = 100


def render(report: Report, options: Options) -> str:
    """Return the report in at most `options.max_bytes` bytes, cut between lines."""
    head = "\n".join([*_verdict(report), *_next(report), *_table(report)])
    blocks = [block for result in story.telling_first(report) for block in _gate(result)]
    return fit([head, *blocks], options.max_bytes, f"{_REST}: `--format json`")


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
    headline = _text(story.headline(report))
    yield f"## {_MARKS[report.verdict]} {report.verdict.name}: {headline}"
    yield ""
    yield f"{_subject(report.subject)} · {story.tally(report)}"
    yield ""


def _subject(subject: Subject) -> str:
    changed = ", with changes that are not committed" if subject.dirty else ""
    return f"**{_text(story.name(subject))}**{_at(subject.commit)}{changed}"


def _at(revision: str | None) -> str:
    return f" at {code_span(revision[:_SHORT])}" if revision else ""


def _next(report: Report) -> Iterator[str]:
    steps = [f"**{_text(step.gate)}**: {_text(step.text)}" for step in story.next_steps(report)]
    if not steps:
        return
    yield "### What to do next"
    yield ""
    for number, step in enumerate(story.capped(steps, _STEPS_TOLD, f"{{}} {_REST}"), 1):
        yield f"{number}. {step}"
    yield ""


def _table(report: Report) -> Iterator[str]:
    yield "| | gate | verdict | why |"
    yield "|-|------|---------|-----|"
    for result in story.worst_first(report):
        why = _text(story.why(result))
        gate = _text(result.gate)
        yield f"| {_MARKS[result.verdict]} | {gate} | {result.verdict.name} | {why} |"
    policy = report.policy
    yield ""
    judged = f"{report.judged_at:%Y-%m-%d %H:%M} UTC"
    yield f"Policy {code_span(policy.path, _LINE)}{_at(policy.revision)}, judged {judged}."
    for notice in report.notices[:_GROUPS_TOLD]:
        yield ""
        yield f"> {_text(notice)}"


def _gate(result: GateResult) -> Iterator[str]:
    """Yield what a gate looked at, then what could not be judged, was found or is accepted."""
    told = list(_told(result))
    parts = (f"\n### {_MARKS[result.verdict]} {_text(result.gate)}", _joined(_looked_at(result)))
    yield "\n\n".join(filter(None, parts)) + ("\n" if told else "")
    yield from story.capped(told, _GROUPS_TOLD, f"- {{}} {_REST}")


def _joined(lines: Iterable[str]) -> str:
    return "\\\n".join(lines)


def _looked_at(result: GateResult) -> Iterator[str]:
    if result.verdict is Verdict.SKIP:
        yield f"**{_text(story.why(result))}**"
        yield from (f"Next: {_text(step)}" for step in result.next_steps)
    checked = list(filter(None, map(_text, result.checked)))
    yield from story.capped(checked, _CHECKED_TOLD, f"and {{}} {_REST}")


def _told(result: GateResult) -> Iterator[str]:
    for failure in result.failures:
        yield f"- 🚫 could not be judged: {_text(failure.reason)}"
    yield from map(_group, story.groups(result.findings))
    yield from map(_waived, result.waived)


def _group(group: story.Group) -> str:
    first, count = group.first, len(group.findings)
    where = f", {count} places" if count > 1 else f" {_place(first)}"
    lines = (_title(first, where), *_told_once(group), _cited(first, count))
    return "\n".join(("\\\n  ".join(lines), *_places(group)))


def _told_once(group: story.Group) -> Iterator[str]:
    if group.message:
        yield _text(group.message)
    if group.first.fix:
        yield f"**Fix:** {_text(group.first.fix)}"


def _places(group: story.Group) -> Iterator[str]:
    """Yield a line for each place, where there is more than the one that the title names."""
    if len(group.findings) == 1:
        return
    differ = not group.message
    lines = [_line(f, _text(f.message) if differ else "") for f in group.findings]
    yield from story.capped(lines, _PLACES_TOLD, f"  - {{}} {_REST}")


def _line(finding: Finding, message: str) -> str:
    parts = (f"  - {_place(finding)}", message, f"<sub>{code_span(finding.fingerprint)}</sub>")
    return " ".join(filter(None, parts))


def _title(finding: Finding, rest: str) -> str:
    shown = "" if finding.blocking else " (does not block)"
    return f"- **{finding.severity.label}** {_text(finding.title)}{shown}{rest}"


def _cited(finding: Finding, count: int) -> str:
    alone = (f"fingerprint {code_span(finding.fingerprint)}",) if count == 1 else ()
    parts = (code_span(finding.rule), *map(_text, story.standards(finding)), *alone)
    return f"<sub>{' · '.join(parts)}</sub>"


def _waived(entry: Waived) -> str:
    waiver = entry.waiver
    who = f"Accepted {waiver.lasts} by {_text(waiver.approved_by)}: {_text(waiver.reason)}"
    lines = (_title(entry.finding, f" {_place(entry.finding)}"), who, _cited(entry.finding, 1))
    return "\\\n  ".join(lines)


def _place(finding: Finding) -> str:
    age = f" ({finding.age})" if finding.age else ""
    return code_span(str(finding.where), _LINE) + age


def _text(text: str) -> str:
    return markdown(text, _LINE)
