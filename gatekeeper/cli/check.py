"""`gatekeeper check` and what it shares with `replay`: printing a report and exiting with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rich_click as click

from gatekeeper.cli import output
from gatekeeper.cli.options import FILE, TEXT
from gatekeeper.cli.progress import Progress
from gatekeeper.core.errors import UsageError
from gatekeeper.core.gate import Options
from gatekeeper.wiring import run


@click.command()
@click.argument("path", type=FILE, default=Path())
@click.option("--stage", type=TEXT, help="Run the gates of this stage.  [default: merge]")
@click.option("--gate", "gates", type=TEXT, multiple=True, help="Run this gate; may be repeated.")
@click.option("--pr", type=click.IntRange(min=1), help="Judge this pull request.")
@click.option("--commits", type=TEXT, metavar="A..B", help="Judge every commit of this range.")
@click.option("--branch", type=TEXT, help="The range is on this branch.  [default: the host's]")
@click.option(
    "--diff", type=TEXT, metavar="BASE", help="Take what is on top of BASE for the change."
)
@click.option("--environment", type=TEXT, help="Verify only this environment of the policy.")
@click.option("--feature", type=TEXT, help="Look only at this feature.")
@click.option("--policy", type=FILE, help="The policy.  [default: PATH/gatekeeper.yml]")
@click.option("--evidence", type=FILE, help="Folder of recorded pull requests; asks no host.")
@click.option("--record", type=FILE, help="Write everything the verdict rests on to this folder.")
@click.option(
    "--deadline", type=click.FloatRange(min=1), default=600.0, help="Seconds a gate may take."
)
@output.options
def check(path: Path, printing: output.Printing, **given: Any) -> int:
    """May this change go on? Judge PATH (default: this folder) by its policy.

    Without a gatekeeper.yml a built-in policy runs `code`, `dependencies`, `secrets` and
    `workflows`.
    """
    ask = _ask(path, given)
    now = datetime.now(UTC).replace(microsecond=0)
    with Progress(quiet=printing.quiet) as progress:
        answer = run.check(ask, now, progress)
    return output.show(answer, printing)


def _ask(path: Path, given: dict[str, Any]) -> run.Ask:
    if given["stage"] and given["gates"]:
        raise UsageError("--stage and --gate say different things", "give one of them")
    if given["commits"] and (given["pr"] or given["diff"]):
        raise UsageError("--commits names all that is judged", "leave --pr and --diff out")
    options = Options(
        *(given["environment"], given["feature"], given["evidence"]),
        commits=given["commits"],
        branch=given["branch"],
    )
    return run.Ask(
        root=path,
        stage=given["stage"],
        gates=given["gates"],
        pull_request=given["pr"],
        diff=given["diff"],
        policy=given["policy"],
        record=given["record"],
        options=options,
        deadline=given["deadline"],
    )
