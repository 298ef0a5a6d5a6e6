"""`gatekeeper waive`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rich_click as click

from gatekeeper.cli.console import err
from gatekeeper.cli.diffs import show
from gatekeeper.cli.options import FILE, TEXT
from gatekeeper.cli.progress import Progress
from gatekeeper.core.errors import UsageError
from gatekeeper.wiring import run, waiving


@click.command()
@click.argument("fingerprint", type=TEXT)
@click.argument("path", type=FILE, default=Path())
@click.option("--reason", type=TEXT, required=True, help="Why it is right to accept it.")
@click.option("--approver", type=TEXT, required=True, help="Who answers for it: a login.")
@click.option("--expires", type=TEXT, required=True, help="Its last day, e.g. 2027-01-31.")
@click.option("--policy", type=FILE, help="The policy.  [default: PATH/gatekeeper.yml]")
@click.option("--report", type=FILE, help="Find it in this JSON report instead of judging PATH.")
@click.option("--stage", type=TEXT, help="Look in the gates of this stage.  [default: merge]")
@click.option("--force", is_flag=True, help="Enter it without looking whether it is found.")
def waive(fingerprint: str, path: Path, **given: Any) -> int:
    """Accept the finding FINGERPRINT of PATH for a time: enters a waiver into gatekeeper.yml.

    The rest of the file stays as it is. For a pull request the waivers of its base count: have
    this one merged first.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    entry = waiving.waiver(fingerprint, given["reason"], given["approver"], given["expires"])
    edit = waiving.edit(path, entry, "", now.date(), given["policy"])
    note = "" if given["force"] else _note(fingerprint, path, given, now)
    edit = waiving.edit(path, entry, note, now.date(), given["policy"])
    show(str(edit.path), edit.before, edit.after)
    edit.write()
    err.print(f"entered into {edit.path}: review it like any other change", markup=False)
    return 0


def _note(fingerprint: str, path: Path, given: dict[str, Any], now: datetime) -> str:
    if given["report"]:
        note = waiving.in_report(given["report"], fingerprint)
    else:
        ask = run.Ask(root=path, stage=given["stage"], policy=given["policy"])
        with Progress(quiet=False) as progress:
            note = waiving.in_results(run.check(ask, now, progress).report, fingerprint)
    if note is None:
        raise UsageError(
            f"no finding has the fingerprint {fingerprint}",
            "copy it from a report of the same files; --force enters it all the same",
        )
    return note
