"""`gatekeeper sbom`: what a tree needs, as a CycloneDX bill of materials."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import rich_click as click

from gatekeeper.cli.console import err
from gatekeeper.cli.options import FILE
from gatekeeper.core.errors import UsageError
from gatekeeper.reports.escape import visible
from gatekeeper.wiring import sbom as wired

_INCOMPLETE = 3


@click.command()
@click.argument("path", type=FILE, default=Path())
@click.option("--output", type=FILE, help="Write it to this file.  [default: standard output]")
@click.option("--timestamp", help="The time that it tells, e.g. 2027-01-31T12:00:00Z: same bytes.")
@click.option("--vulnerabilities", is_flag=True, help="Tell what is known of each version, too.")
def sbom(path: Path, output: Path | None, timestamp: str | None, vulnerabilities: bool) -> int:
    """Bill of materials of PATH (default: this folder): CycloneDX 1.6, JSON.

    Made of the lock files; nothing of the project is run. Exit 3 when something that is needed
    has no version, or cannot be read: the bill says so, and so does standard error.
    """
    made = wired.bill(path, _moment(timestamp), vulnerabilities=vulnerabilities)
    if output:
        output.write_text(made.text, encoding="utf-8")
    else:
        click.echo(made.text, nl=False)
    for gap in made.gaps:
        err.print(visible(f"missing: {gap}"), markup=False, soft_wrap=True)
    return _INCOMPLETE if made.gaps else 0


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"`{text}` is no time", "write it as 2027-01-31T12:00:00Z") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
