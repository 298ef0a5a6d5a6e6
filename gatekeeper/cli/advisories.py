"""`gatekeeper advisories`: the database that pinned versions are matched against."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

import rich_click as click

from gatekeeper.cli.console import err
from gatekeeper.cli.options import TEXT
from gatekeeper.core.fields import format_duration
from gatekeeper.reports.escape import visible
from gatekeeper.wiring import advisories as wired


@click.group()
def advisories() -> None:
    """The local database of advisories: refresh it, or see how old it is."""


@advisories.command()
@click.option(
    "--ecosystem",
    "ecosystems",
    type=click.Choice(wired.NAMES),
    multiple=True,
    default=("pypi",),
    show_default=True,
    help="Whose advisories; may be repeated.",
)
@click.option(
    "--from",
    "source",
    type=TEXT,
    help="A zip archive, a folder of OSV records, or a mirror's address.  [default: osv.dev]",
)
@click.option(
    "--accept-less",
    is_flag=True,
    help="Replace the database also by one with far fewer advisories, or an older one.",
)
def sync(ecosystems: tuple[str, ...], source: str | None, accept_less: bool) -> int:
    """Refresh the database; on any error the one in use stays as it was."""
    for ecosystem in dict.fromkeys(ecosystems):
        done = wired.synchronise(
            ecosystem, source or "", accept_less=accept_less, progress=_progress
        )
        told = f"{done.about.records} advisories on {done.about.packages} packages of {ecosystem}"
        before = f" (before: {done.before.records})" if done.before else ""
        click.echo(f"{told}{before}, the newest of {done.about.newest:%Y-%m-%d}")
        if done.foreign:
            click.echo(f"passed over {done.foreign} of other ecosystems")
    return 0


@advisories.command()
def status() -> int:
    """How many advisories are here, and for which date they speak; exit 3 when there are none."""
    states = wired.states()
    for line in chain.from_iterable(map(_told, states)):
        click.echo(visible(line))
    return 0 if any(state.about for state in states) else _NONE


_NONE = 3


def _told(state: wired.State) -> list[str]:
    if state.about is None:
        return [
            f"{state.ecosystem}: none; run `gatekeeper advisories sync --ecosystem {state.key}`"
        ]
    about, age = state.about, format_duration(timedelta(seconds=max(0.0, state.age)))
    synced = f"{about.synced_at:%Y-%m-%d %H:%M} UTC" if about.synced_at else "never"
    return [
        f"{state.ecosystem}: {about.records} advisories on {about.packages} packages, {age} old",
        f"  synchronised {synced} from {about.source}",
        f"  newest advisory {about.newest:%Y-%m-%d %H:%M} UTC",
        f"  {state.path}",
    ]


def _progress(told: str) -> None:
    err.print(visible(told), markup=False, soft_wrap=True)
