"""`gatekeeper fix`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rich_click as click

from gatekeeper.cli import output
from gatekeeper.cli.console import err
from gatekeeper.cli.diffs import show
from gatekeeper.cli.options import FILE, TEXT
from gatekeeper.cli.progress import Progress
from gatekeeper.reports.escape import visible
from gatekeeper.wiring import fixing, run

_NOT_APPLIED = 1


@click.command()
@click.argument("path", type=FILE, default=Path())
@click.option("--stage", type=TEXT, help="The gates of this stage.")
@click.option("--gate", "gates", type=TEXT, multiple=True, help="This gate.  [default: code]")
@click.option("--policy", type=FILE, help="The policy.  [default: PATH/gatekeeper.yml]")
@click.option("--yes", is_flag=True, help="Write without asking.")
@output.options
def fix(path: Path, printing: output.Printing, **given: Any) -> int:
    """Mend what PATH's findings know how to mend: shows the difference, asks, writes, judges again.

    Where nobody can be asked, and without --yes, nothing is written and the exit code is 1.
    """
    ask = _ask(path, given)
    plan = fixing.plan(path, _judged(ask, printing).report)
    for fix in plan.fixes:
        show(fix.name, fix.before, fix.after)
    for reason in plan.left:
        err.print(visible(reason), markup=False, soft_wrap=True)
    if not plan.fixes:
        err.print("no finding has a replacement that can be put in")
        return 0
    if not _agreed(given["yes"], plan):
        err.print("nothing was written; --yes writes it")
        return _NOT_APPLIED
    for fix in plan.fixes:
        fix.write()
    return output.show(_judged(ask, printing), printing)


def _ask(path: Path, given: dict[str, Any]) -> run.Ask:
    gates = given["gates"] or (() if given["stage"] else ("code",))
    return run.Ask(root=path, stage=given["stage"], gates=gates, policy=given["policy"])


def _judged(ask: run.Ask, printing: output.Printing) -> run.Answer:
    with Progress(quiet=printing.quiet) as progress:
        return run.check(ask, datetime.now(UTC).replace(microsecond=0), progress)


def _agreed(yes: bool, plan: fixing.Plan) -> bool:
    count = sum(fix.count for fix in plan.fixes)
    places = f"{count} place{'s' * (count != 1)}"
    question = f"write this to {len(plan.fixes)} file{'s' * (len(plan.fixes) != 1)}, {places}?"
    return yes or (sys.stdin.isatty() and click.confirm(question, err=True))
