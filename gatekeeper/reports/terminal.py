"""How the text report looks: verdict, why, what was found, what to do next.

Everything is built of `Text` and never of markup, and text from evidence passes `one_line`:
what a scanned project writes cannot style, move or hide anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich import box
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gatekeeper.core.model import GateResult, Report, Subject, Verdict
from gatekeeper.reports import story
from gatekeeper.reports.escape import one_line
from gatekeeper.reports.terminal_tree import gate_tree, prose

COLORS = {
    Verdict.SKIP: "dim",
    Verdict.PASS: "green",
    Verdict.PENDING: "yellow",
    Verdict.FAIL: "red",
    Verdict.ERROR: "magenta",
}
_MARKS = {
    Verdict.SKIP: ("◦", "-"),
    Verdict.PASS: ("✔", "+"),
    Verdict.PENDING: ("…", "~"),
    Verdict.FAIL: ("✘", "x"),
    Verdict.ERROR: ("!", "!"),
}
_WHY = {Verdict.PASS: "Why it may go on", Verdict.PENDING: "Why it has to wait"}
_SHORT = 12
_STEPS_TOLD = 12


@dataclass(frozen=True, slots=True)
class _Marks:
    ascii_only: bool

    def __getitem__(self, verdict: Verdict) -> str:
        return _MARKS[verdict][self.ascii_only]


def page(report: Report, *, ascii_only: bool = False) -> RenderableType:
    """Return the whole report."""
    marks = _Marks(ascii_only)
    return Stack(
        _header(report, marks),
        *_section(_WHY.get(report.verdict, "Why it is blocked")),
        Padding(_reasons(report, marks), (0, 1)),
        *_found(report, marks),
        *_notices(report),
        *_section("What to do next"),
        Padding(_next(report), (0, 1)),
        Text(),
    )


def _section(title: str) -> tuple[RenderableType, ...]:
    return Text(), Text(title.upper(), style="bold")


def _header(report: Report, marks: _Marks) -> Panel:
    color = COLORS[report.verdict]
    headline = Text.assemble(
        (f"{marks[report.verdict]} {report.verdict.name}", f"bold {color}"),
        ("  ", ""),
        (story.HEADLINES[report.verdict], "bold"),
    )
    policy = report.policy
    revision = f" at {policy.revision[:_SHORT]}" if policy.revision else ""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("change", _subject(report.subject))
    facts.add_row("policy", Text(one_line(f"{policy.path}{revision}")))
    facts.add_row("judged", Text(f"{report.judged_at:%Y-%m-%d %H:%M} UTC"))
    facts.add_row("result", Text(f"{story.tally(report)} (exit code {report.exit_code})"))
    return Panel(
        Stack(headline, Text(), facts), border_style=color, padding=(0, 2), box=box.ROUNDED
    )


def _subject(subject: Subject) -> Text:
    pull = f" #{subject.pull_request}" if subject.pull_request is not None else ""
    shown = Text(one_line(f"{subject.repository}{pull}"), style="bold")
    if subject.commit:
        shown.append(f" commit {one_line(subject.commit)[:_SHORT]}", style="not bold")
    if subject.branch:
        shown.append(f" on {one_line(subject.branch)}", style="not bold")
    if subject.dirty:
        shown.append(" with changes that are not committed", style="not bold yellow")
    return shown


def _reasons(report: Report, marks: _Marks) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    if not report.results:
        table.add_row(marks[report.verdict], report.verdict.name, story.tally(report))
    for result in story.worst_first(report):
        color = COLORS[result.verdict]
        blocks = result.verdict > Verdict.PASS
        table.add_row(
            Text(f"{marks[result.verdict]} {one_line(result.gate)}", style=f"bold {color}"),
            Text(result.verdict.name, style=color),
            prose(story.why(result), "" if blocks else "dim"),
        )
    return table


def _found(report: Report, marks: _Marks) -> list[RenderableType]:
    told = [result for result in report.results if _has_more(result)]
    if not told:
        return []
    parts: list[RenderableType] = [*_section("What was found")]
    for index, result in enumerate(told):
        mark, color = marks[result.verdict], COLORS[result.verdict]
        label = Text(f"{mark} {one_line(result.gate)}", style=f"bold {color}")
        parts.append(Padding(gate_tree(result, label), (min(index, 1), 1, 0, 1)))
    return parts


def _has_more(result: GateResult) -> bool:
    return bool(result.findings or result.waived or result.failures)


def _notices(report: Report) -> list[RenderableType]:
    if not report.notices:
        return []
    lines = [Padding(prose(f"· {notice}", "yellow"), (0, 1)) for notice in report.notices]
    return [*_section("Also worth knowing"), *lines]


def _next(report: Report) -> RenderableType:
    steps = story.next_steps(report)
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True, style="bold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, step in enumerate(steps[:_STEPS_TOLD], 1):
        gate = Text(one_line(step.gate), style=COLORS[step.verdict])
        table.add_row(f"{number}.", gate, prose(step.text))
    parts: list[RenderableType] = [table] if steps else [Text(_nothing_to_do(report))]
    if len(steps) > _STEPS_TOLD:
        parts.append(Text(f"{len(steps) - _STEPS_TOLD} more: see --format json"))
    if any(finding.blocking for result in report.results for finding in result.findings):
        parts += [Text(), prose(story.FOOTNOTE, "dim")]
    return Stack(*parts)


def _nothing_to_do(report: Report) -> str:
    if report.verdict <= Verdict.PASS:
        return "Nothing: no gate stands in the way."
    if not report.results:
        return "Name the gates to run: a stage of the policy with --stage, or --gate."
    return "No gate names a next step: see the reasons above."
