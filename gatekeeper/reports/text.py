"""The report as text for people, laid out for a terminal of any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.model import Report
from gatekeeper.reports.interface import MIN_WIDTH, Options

if TYPE_CHECKING:
    from rich.console import Console


def render(report: Report, options: Options) -> str:
    """Return the report as text, coloured if the options say so."""
    from io import StringIO

    from rich.console import Console

    out = StringIO()
    console = Console(
        file=out,
        width=max(options.width, MIN_WIDTH),
        force_terminal=options.color,
        color_system="standard" if options.color else None,
        legacy_windows=False,
        _environ={},  # nothing but the options decides
    )
    show(report, console)
    lines = out.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def show(report: Report, console: Console) -> None:
    """Print the report on a console; its width, colours and encoding are the console's."""
    from gatekeeper.reports.terminal import page

    console.print(page(report, ascii_only=console.options.ascii_only), markup=False)
