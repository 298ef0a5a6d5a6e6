"""`gatekeeper staging`: what is known of production, and whether staging holds any of it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import rich_click as click

from gatekeeper.cli import output
from gatekeeper.cli.console import err, out
from gatekeeper.cli.options import FILE, TEXT
from gatekeeper.cli.progress import Progress
from gatekeeper.core.gate import Options
from gatekeeper.wiring import run
from gatekeeper.wiring import staging as wiring

_MOST_CANARIES = 10_000


@click.group()
def staging() -> None:
    """Keep production's data out of staging: fingerprint production, verify staging.

    Everything here is keyed with GATEKEEPER_FINGERPRINT_KEY (at least 32 random bytes). Whoever
    has the key and a fingerprint can try values against it, so keep the key like a password.
    """


@staging.command()
@click.option(
    "--store",
    "stores",
    type=TEXT,
    multiple=True,
    required=True,
    help="URL of a store of production; may be repeated. ${NAME} is replaced.",
)
@click.option(
    "--exclude",
    type=TEXT,
    multiple=True,
    help="Leave out this OBJECT or OBJECT/COLUMN (a glob); may be repeated.",
)
@click.option(
    "--merge",
    type=FILE,
    multiple=True,
    help="Take in a fingerprint that was made before; may be repeated.",
)
@click.option("--output", type=FILE, required=True, help="The file to write, e.g. production.gkfp.")
@click.option("--deadline", type=click.FloatRange(min=1), default=3600.0, help="Seconds.")
@click.option("--quiet", is_flag=True, help="No progress.")
def fingerprint(
    stores: tuple[str, ...],
    exclude: tuple[str, ...],
    merge: tuple[Path, ...],
    output: Path,
    deadline: float,
    *,
    quiet: bool,
) -> int:
    """Write keyed hashes of production's values: run this on the production side.

    No value leaves production, and nothing is written unless every store was read whole.
    """
    order = wiring.FingerprintOrder(stores, exclude, merge, output, deadline)
    with Progress(quiet=quiet) as progress:
        made = wiring.fingerprint(order, partial(progress, "fingerprint"))
    for column in made.columns:
        kept = f"{column.distinct:,} values" if not column.left_out else column.left_out
        err.print(f"{column.name}: {kept}", markup=False, soft_wrap=True)
    out.print(
        f"{output}: {len(made.hashes):,} values of {len(made.kept)} columns, "
        f"{len(made.columns) - len(made.kept)} columns left out",
        markup=False,
        soft_wrap=True,
    )
    return 0


@staging.command()
@click.argument("path", type=FILE, default=Path())
@click.option("--environment", type=TEXT, help="Verify only this environment of the policy.")
@click.option("--policy", type=FILE, help="The policy.  [default: PATH/gatekeeper.yml]")
@click.option("--record", type=FILE, help="Write everything the verdict rests on to this folder.")
@click.option("--deadline", type=click.FloatRange(min=1), default=3600.0, help="Seconds.")
@output.options
def verify(
    path: Path,
    environment: str | None,
    policy: Path | None,
    record: Path | None,
    deadline: float,
    printing: output.Printing,
) -> int:
    """Does staging hold production data? The gate `staging`, alone."""
    ask = run.Ask(
        root=path,
        gates=("staging",),
        policy=policy,
        record=record,
        options=Options(environment=environment),
        deadline=deadline,
    )
    with Progress(quiet=printing.quiet) as progress:
        answer = run.check(ask, datetime.now(UTC).replace(microsecond=0), progress)
    return output.show(answer, printing)


@staging.command()
@click.option("--count", type=click.IntRange(1, _MOST_CANARIES), default=1, show_default=True)
def canary(count: int) -> int:
    """Print new canaries: put one into every table, shard and tenant of production.

    A canary is a text such as gkc7…: store it where masking leaves values alone, in a note or as
    the local part of an address. `staging verify` finds each one by the key, wherever it stands,
    when the policy says `canaries: true`.
    """
    for value in wiring.new_canaries(count):
        out.print(value, markup=False)
    return 0
