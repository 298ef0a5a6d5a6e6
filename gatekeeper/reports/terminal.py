"""How the text report looks: verdict, why, what was found, what to do next.

Everything is built of `Text` and never of markup, and text from evidence passes `one_line`:
what a scanned project writes cannot style, move or hide anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gatekeeper.core.model import GateResult, PolicySource, Report, Subject, Verdict
from gatekeeper.reports import story
from gatekeeper.reports.escape import one_line
from gatekeeper.reports.terminal_tree import gate_tree, prose

COLORS = {
    Verdict.SKIP: "yellow",
    Verdict.PASS: "green",
    Verdict.PENDING: "yellow",
    Verdict.FAIL: "red",
    Verdict.ERROR: "magenta",
}
_MARKS = {
    Verdict.SKIP: ("⚠", "?"),
    Verdict.PASS: ("✔", "+"),
    Verdict.PENDING: ("…", "~"),
    Verdict.FAIL: ("✘", "x"),
    Verdict.ERROR: ("!", "!"),
}
_WHY = {Verdict.PASS: "Why it may go on", Verdict.PENDING: "Why it has to wait"}
_TONES = {Verdict.SKIP: "yellow", Verdict.PASS: "dim"}
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
        (one_line(story.headline(report)), "bold"),
    )
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("change", _subject(report.subject))
    facts.add_row("policy", _policy(report.policy))
    facts.add_row("judged", Text(f"{report.judged_at:%Y-%m-%d %H:%M} UTC"))
    facts.add_row("result", Text(f"{story.tally(report)} (exit code {report.exit_code})"))
    return Panel(
        Stack(headline, Text(), facts), border_style=color, padding=(0, 2), box=box.ROUNDED
    )


def _subject(subject: Subject) -> Text:
    changed = " with changes that are not committed" if subject.dirty else ""
    return Text.assemble(
        (one_line(story.name(subject)), "bold"),
        _after(" commit ", one_line(subject.commit or "")[:_SHORT]),
        _after(" on ", one_line(subject.branch or "")),
        (changed, "yellow"),
    )


def _policy(policy: PolicySource) -> Text:
    revision = one_line(policy.revision or "")[:_SHORT]
    return Text(one_line(policy.path) + _after(" at ", revision))


def _after(words: str, name: str) -> str:
    return f"{words}{name}" if name else ""


def _reasons(report: Report, marks: _Marks) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    if not report.results:
        table.add_row(marks[report.verdict], report.verdict.name, story.tally(report))
    for result in story.worst_first(report):
        verdict = Text(result.verdict.name, style=COLORS[result.verdict])
        why = prose(story.why(result), _TONES.get(result.verdict, ""))
        table.add_row(_label(result, marks), verdict, why)
    return table


def _label(result: GateResult, marks: _Marks) -> Text:
    color = COLORS[result.verdict]
    return Text(f"{marks[result.verdict]} {one_line(result.gate)}", style=f"bold {color}")


def _found(report: Report, marks: _Marks) -> list[RenderableType]:
    if not report.results:
        return []
    trees = [gate_tree(result, _label(result, marks)) for result in story.telling_first(report)]
    padded = (Padding(tree, (min(index, 1), 1, 0, 1)) for index, tree in enumerate(trees))
    return [*_section("What was found"), *padded]


def _notices(report: Report) -> list[RenderableType]:
    if not report.notices:
        return []
    lines = [Padding(prose(f"· {notice}", "yellow"), (0, 1)) for notice in report.notices]
    return [*_section("Also worth knowing"), *lines]


def _next(report: Report) -> RenderableType:
    steps = story.next_steps(report)
    more = len(steps) - _STEPS_TOLD
    told = _steps(steps[:_STEPS_TOLD]) if steps else Text(_nothing_to_do(report))
    rest = (Text(f"{more} more: see --format json"),) if more > 0 else ()
    footnote = (Text(), prose(story.FOOTNOTE, "dim")) if _blocked(report) else ()
    return Stack(told, *rest, *footnote)


def _blocked(report: Report) -> bool:
    return any(finding.blocking for result in report.results for finding in result.findings)


def _steps(steps: Sequence[story.Step]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True, style="bold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, step in enumerate(steps, 1):
        gate = Text(one_line(step.gate), style=COLORS[step.verdict])
        table.add_row(f"{number}.", gate, prose(step.text))
    return table


def _nothing_to_do(report: Report) -> str:
    if report.verdict <= Verdict.PASS:
        but = one_line(story.skipped(report))
        return "Nothing: no gate stands in the way." + (f" But {but}." if but else "")
    if not report.results:
        return "Name the gates to run: a stage of the policy with --stage, or --gate."
    return "No gate names a next step: see the reasons above."
