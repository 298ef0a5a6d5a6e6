"""`gatekeeper baseline`: parse, scan, write, say what was written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import rich_click as click

from gatekeeper.cli.console import err
from gatekeeper.cli.options import FILE
from gatekeeper.cli.progress import Progress
from gatekeeper.wiring import baselines


@click.group()
def baseline() -> None:
    """Findings of the code gate that were there before, and fail it no more."""


@baseline.command()
@click.argument("path", type=FILE, default=Path())
@click.option("--policy", type=FILE, help="The policy.  [default: PATH/gatekeeper.yml]")
@click.option("--quiet", is_flag=True, help="No progress.")
def write(path: Path, policy: Path | None, quiet: bool) -> int:
    """Scan all of PATH (default: this folder) and write what is found to the baseline.

    The policy names the file with `gates: {code: {baseline: FILE}}`; a finding that it holds fails
    the gate no more. Of a pull request it is read from the base: merge it first.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    with Progress(quiet=quiet) as progress:
        written = baselines.write(path, policy, now, progress)
    count = f"{written.findings} finding{'s' * (written.findings != 1)}"
    err.print(f"{count} written to {written.path}", markup=False, soft_wrap=True)
    return 0
