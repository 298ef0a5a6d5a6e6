"""The population as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING

from gatekeeper.reports.escape import one_line
from gatekeeper.reports.population import Line, Population, counted, release_findings

if TYPE_CHECKING:
    from rich.table import Table

_STYLES = {"PASS": "green", "WAIVED": "yellow", "FAIL": "bold red", "ERROR": "bold magenta"}
_SUBJECT = 44


def as_table(population: Population, width: int, *, color: bool) -> str:
    """Return one row for each commit, then the verdict, what is wrong and what to do next."""
    from rich.console import Console

    out = StringIO()
    console = Console(
        file=out,
        width=max(width, 72),
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        _environ={},
    )
    if population.lines:
        console.print(_table(population.lines))
    for number, text in enumerate(_words(population)):
        indented = f"{'  ' if number else ''}{one_line(text)}"
        console.print(indented, markup=False, soft_wrap=True, highlight=False)
    lines = out.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _table(lines: tuple[Line, ...]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Commit", "Subject", "Author", "PR", "Approved by"):
        table.add_column(name, overflow="fold")
    table.add_column("Verdict", no_wrap=True)
    for line in lines:
        table.add_row(
            line.commit[:7],
            Text(one_line(line.subject, _SUBJECT)),
            Text(one_line(line.author, 40)),
            f"#{line.pull_request}" if line.pull_request else "-",
            Text(one_line(", ".join(line.reviewers), 60)),
            Text(line.verdict, style=_STYLES[line.verdict]),
        )
    return table


def _words(population: Population) -> Iterator[str]:
    report = population.report
    (result,) = report.results
    told = counted(population.lines) if population.lines else "no commit was judged"
    yield f"{report.verdict.name} {population.span}: {told}"
    yield from (f"release: {finding.message}" for finding in release_findings(population))
    yield from (f"could not be judged: {failure.reason}" for failure in result.failures)
    yield from _reasons(population.lines)
    yield from (f"note: {notice}" for notice in report.notices)
    yield from (f"next: {step}" for step in result.next_steps)


def _reasons(lines: tuple[Line, ...]) -> list[str]:
    """Return what is said of each commit that does not pass; once for each pull request."""
    told = (
        f"#{line.pull_request}: {line.reason}" if line.pull_request else line.reason
        for line in lines
        if line.verdict in ("FAIL", "WAIVED")
    )
    return list(dict.fromkeys(told))
