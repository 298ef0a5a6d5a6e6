"""How `gatekeeper feature` prints what the service answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from gatekeeper.cli.console import out
from gatekeeper.reports.escape import visible

if TYPE_CHECKING:
    from gatekeeper.experimental.backends.interface import Plan
    from gatekeeper.experimental.guards import Refusal
    from gatekeeper.experimental.outcome import Outcome, Standing
    from gatekeeper.experimental.state import Event

REFUSED = 1


def login() -> str:
    """Return the name of the user who runs this process. Raises UsageError without one."""
    from gatekeeper.core.errors import UsageError

    try:
        import os
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        raise UsageError("it is not known who acts", "say so with --actor NAME") from None


def plan(planned: Plan) -> None:
    """Print a write before it is made."""
    seen = planned.observed
    _say(f"plan  {seen.flag} in {seen.environment} (version {seen.version})", "bold")
    for change in planned.changes:
        _say(f"      {change}")
    for warning in planned.warnings:
        _say(f"      {warning}", "yellow")


def outcome(found: Outcome, *, dry_run: bool) -> int:
    """Print what came of an order; 1 when it was refused."""
    if found.refusals:
        _say(f"{found.key}: refused", "bold red")
        _refusals(found.refusals)
        return REFUSED
    if found.note:
        _say(f"{found.key}: {found.note}")
    if dry_run:
        _say(f"{found.key}: dry run, nothing was written")
    elif found.state is not None:
        _say(f"{found.key} is {found.state.phase.label}", "green")
        _next(found)
    return 0


def listing(standings: Sequence[Standing]) -> int:
    """Print every feature in a line."""
    from gatekeeper.experimental.outlook import outlook

    if not standings:
        _say("no feature is declared; `gatekeeper feature start KEY` begins one")
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("feature", "phase", "standing"):
        table.add_column(heading, overflow="fold")
    for one in standings:
        phase = one.state.phase.label if one.state else "not started"
        line = outlook(one.situation) if one.situation else _gap(one)
        table.add_row(*(Text(visible(cell)) for cell in (one.key, phase, line)))
    out.print(table)
    return 0


def shown(one: Standing) -> int:
    """Print one feature whole."""
    from gatekeeper.experimental.outlook import outlook

    _say(one.key, "bold")
    if one.feature is not None:
        _say(f"{one.feature.title} · owner {one.feature.owner} · flag {one.feature.flag}", "dim")
        _say(f"expires {one.feature.expires or 'never: set `expires:`'}", "dim")
    _say(outlook(one.situation) if one.situation else _gap(one))
    if one.situation is not None:
        for line in one.situation.drift:
            _say(f"drift  {line}", "red")
    if one.move is not None:
        _say(f"next: {one.move.to.label}" + ("" if one.refusals else ", nothing stands in the way"))
        _refusals(one.refusals)
    _events(one.events)
    return 0


def _gap(one: Standing) -> str:
    if one.state is None:
        return f"declared, not started: `gatekeeper feature start {one.key}`"
    return "recorded, but its declaration is gone"


def _next(found: Outcome) -> None:
    from gatekeeper.experimental.outlook import next_commands

    if found.state is not None and (commands := next_commands(found.state)):
        _say("next: " + " · ".join(commands), "dim")


def _refusals(refusals: Sequence[Refusal]) -> None:
    for refusal in refusals:
        _say(f"  {refusal.guard}: {refusal.reason}", "red")
        _say(f"    → {refusal.remedy}")


def _events(events: Sequence[Event]) -> None:
    for event in events:
        at = event.at.strftime("%Y-%m-%d %H:%M")
        detail = event.payload.get("to") or event.payload.get("reason") or ""
        _say(f"{at}  {event.kind} {detail} by {event.actor}".replace("  by", " by"), "dim")


def _say(text: str, style: str = "") -> None:
    out.print(Text(visible(text), style=style), soft_wrap=True)
