"""How `gatekeeper feature` prints what the service answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from gatekeeper.cli.console import out
from gatekeeper.reports.escape import visible

if TYPE_CHECKING:
    from gatekeeper.experimental.backends.interface import Plan
    from gatekeeper.experimental.guards import Refusal
    from gatekeeper.experimental.outcome import Outcome, Standing
    from gatekeeper.experimental.service import FeatureService
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
    _result(found, dry_run=dry_run)
    return 0


def _result(found: Outcome, *, dry_run: bool) -> None:
    if dry_run:
        _say(f"{found.key}: dry run, nothing was written")
    elif found.state is not None:
        _say(f"{found.key} is {found.state.phase.label}", "green")


def stepped(found: Outcome, *, dry_run: bool) -> None:
    """Print what came of a step that a schedule asked for: a refusal is no failure of its."""
    if not found.refusals:
        outcome(found, dry_run=dry_run)
        return
    where = f"stays {found.state.phase.label}" if found.state else "was not started"
    _say(f"{found.key} {where}")
    _refusals(found.refusals)


def following(found: Outcome, service: FeatureService) -> None:
    """Print which commands come next; after a roll-back nothing is read that could be broken."""
    if not found.done or found.state is None:
        return
    if found.state.ended:
        _next((f"gatekeeper feature start {found.key}",))
        return
    _next(_commands(service.show(found.key)))


def shown(one: Standing) -> int:
    """Print one feature whole."""
    _say(one.key, "bold")
    _declared(one)
    _say(standing(one))
    _drift(one)
    _goal(one)
    here = f"gatekeeper feature show {one.key}"
    _next([command for command in _commands(one) if command != here], "run")
    _events(one.events)
    return 0


def _drift(one: Standing) -> None:
    for line in one.situation.drift if one.situation else ():
        _say(f"drift  {line}", "red")


def _declared(one: Standing) -> None:
    if one.feature is not None:
        _say(f"{one.feature.title} · owner {one.feature.owner} · flag {one.feature.flag}", "dim")
        _say(f"expires {one.feature.expires or 'never: set `expires:`'}", "dim")


def standing(one: Standing) -> str:
    """Return one line on where a feature stands."""
    from gatekeeper.experimental.outlook import outlook

    if one.situation is not None:
        return outlook(one.situation)
    if one.state is not None:
        return "recorded, but its declaration is gone"
    return f"declared, not started: `gatekeeper feature start {one.key}`"


def _goal(one: Standing) -> None:
    from gatekeeper.experimental.outlook import goal

    if one.feature is None or one.move is None:
        return
    way = "" if one.refusals else ", nothing stands in the way"
    _say(f"next: {goal(one.feature, one.move)}{way}")
    _refusals(one.refusals)


def _commands(one: Standing) -> Sequence[str]:
    from gatekeeper.experimental.outlook import next_commands

    return next_commands(one.situation) if one.situation else ()


def _next(commands: Sequence[str], label: str = "next") -> None:
    if commands:
        _say(f"{label}: {' · '.join(commands)}", "dim")


def _refusals(refusals: Sequence[Refusal]) -> None:
    for refusal in refusals:
        _say(f"  {refusal.guard}: {refusal.reason}", "red")
        _say(f"    → {refusal.remedy}")


def _events(events: Sequence[Event]) -> None:
    for event in events:
        words = (f"{event.at:%Y-%m-%d %H:%M} ", event.kind, _detail(event), f"by {event.actor}")
        _say(" ".join(filter(None, words)), "dim")


def _detail(event: Event) -> str:
    """Return what a reader wants to know of it: where to, why, or which artifact."""
    from gatekeeper.experimental.guards import short

    for name in ("to", "target", "reason"):
        if known := event.payload.get(name):
            return str(known)
    artifact = event.payload.get("artifact")
    return short(artifact) if artifact else ""


def _say(text: str, style: str = "") -> None:
    out.print(Text(visible(text), style=style), soft_wrap=True)
