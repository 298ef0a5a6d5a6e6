"""`gatekeeper audit`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rich_click as click

from gatekeeper.cli import output
from gatekeeper.cli.console import err, out
from gatekeeper.cli.options import FILE, TEXT
from gatekeeper.cli.progress import Progress
from gatekeeper.core.gate import Options
from gatekeeper.reports.interface import DEFAULT_WIDTH
from gatekeeper.reports.population import Population, as_csv, as_json, counted, release_findings
from gatekeeper.reports.population_table import as_table
from gatekeeper.wiring import audits, run

_FORMATS = ("table", "csv", "json")


@click.command()
@click.argument("commits", type=TEXT, metavar="A..B")
@click.argument("path", type=FILE, default=Path())
@click.option("--branch", type=TEXT, help="Releases come from here.  [default: the host's own]")
@click.option("--policy", type=FILE, help="The policy.  [default: PATH/gatekeeper.yml at A]")
@click.option("--evidence", type=FILE, help="Folder of recorded pull requests; asks no host.")
@click.option("--keep", type=FILE, help="Write the pull requests here, for --evidence.")
@click.option("--record", type=FILE, help="Write everything the verdict rests on to this folder.")
@click.option("--deadline", type=click.FloatRange(min=1), default=3600.0, help="Seconds in all.")
@click.option("--format", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option("--output", "file", type=FILE, help="Write to this file.")
@click.option("--quiet", is_flag=True, help="No progress.")
def audit(commits: str, path: Path, **given: Any) -> int:
    """Was every commit after A, up to B, brought by a reviewed pull request?

    One line for each commit: the pull request that brought it, who approved that, and the
    verdict; failures and overrides too. An audit that was interrupted goes on where it stopped.
    """
    options = Options(recorded=given["evidence"], commits=commits, branch=given["branch"])
    ask = run.Ask(
        root=path,
        gates=("review",),
        policy=given["policy"],
        record=given["record"],
        options=options,
        deadline=given["deadline"],
    )
    now = datetime.now(UTC).replace(microsecond=0)
    with Progress(quiet=given["quiet"]) as progress:
        found = audits.audit(ask, now, progress, given["keep"])
    output.write_text(_text(found, given["format"], given["file"]), given["file"])
    if given["format"] != "table" or given["file"]:
        _tell(found)
    return found.report.exit_code


def _text(found: Population, form: str, file: Path | None) -> str:
    if form == "table":
        terminal = out.is_terminal and file is None
        width = out.width if terminal else DEFAULT_WIDTH
        return as_table(found, width, color=terminal and not out.no_color)
    return as_csv(found) if form == "csv" else as_json(found)


def _tell(found: Population) -> None:
    """Say on standard error what a file of commits alone would not."""
    from gatekeeper.reports.escape import one_line

    (result,) = found.report.results
    told = [f"{found.report.verdict.name}: {counted(found.lines)}"]
    told += [f"release: {finding.message}" for finding in release_findings(found)]
    told += [f"could not be judged: {failure.reason}" for failure in result.failures]
    told += [f"next: {step}" for step in result.next_steps]
    for text in told:
        err.print(one_line(text), markup=False, soft_wrap=True)
