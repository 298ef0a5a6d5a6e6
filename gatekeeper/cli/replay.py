"""`gatekeeper replay`."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from gatekeeper.cli import output
from gatekeeper.cli.options import FILE
from gatekeeper.wiring import run


@click.command()
@click.argument("folder", type=FILE)
@output.options
def replay(folder: Path, printing: output.Printing) -> int:
    """Judge the bundle in FOLDER again, offline, and print the same report.

    A changed byte, or a report that comes out differently, is exit 3 with the file's name.
    """
    return output.show(run.replay(folder), printing)
