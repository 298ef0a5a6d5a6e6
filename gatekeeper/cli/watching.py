"""`gatekeeper feature watch`: a tree that is drawn anew at every look."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from gatekeeper.cli.console import out
from gatekeeper.cli.features import standing
from gatekeeper.core.fields import format_duration
from gatekeeper.reports.escape import visible

if TYPE_CHECKING:
    from gatekeeper.experimental.guards import Situation
    from gatekeeper.experimental.outcome import Standing
    from gatekeeper.experimental.service import FeatureService

_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Watch:
    """How to watch.

    Attributes:
        interval: seconds between two looks.
        times: how many looks; None for no end.
        actor: who takes the steps that the guards allow; empty to take none.
    """

    interval: float
    times: int | None
    actor: str


def watch(service: FeatureService, how: Watch) -> int:
    """Draw the tree at every look, until it is interrupted or has looked often enough."""
    with Live(console=out, auto_refresh=False, transient=False) as live:
        looks = 0
        while True:
            for step in _steps(service, how) if how.actor else ():
                live.console.print(_line(step, "bold green"))
            live.update(tree(service.standings()), refresh=True)
            looks += 1
            if looks == how.times:
                return 0
            time.sleep(how.interval)


def _steps(service: FeatureService, how: Watch) -> Iterator[str]:
    from gatekeeper.experimental.outcome import Order
    from gatekeeper.experimental.routine import routine

    for one in service.standings():
        found = routine(service, one.key, Order(how.actor))
        if found.done and found.state is not None and found.state != one.state:
            yield f"{one.key} is {found.state.phase.label} now"


def tree(standings: Sequence[Standing]) -> Tree:
    """Return feature → environment → stage, with what each has to show."""
    root = Tree(Text("features" if standings else "no feature is declared", style="bold"))
    for one in standings:
        branch = root.add(_line(standing(one), "bold"))
        if one.situation is not None:
            _environments(branch, one.situation)
        for refusal in one.refusals:
            branch.add(_line(f"{refusal.guard}: {refusal.reason}", "yellow"))
    return root


def _environments(branch: Tree, at: Situation) -> None:
    from gatekeeper.experimental.configuration import describe

    for target in at.state.targets:
        where = f"{target.environment}: {target.flag} {describe(target.configuration)}"
        leaf = branch.add(_line(where))
        if at.state.experimenting and target.environment == at.settings.production:
            for line in _stage(at):
                leaf.add(_line(line))


def _stage(at: Situation) -> Iterator[str]:
    soak, needed = at.state.soaked(at.now), at.settings.soak
    yield f"stage {at.state.stage + 1} of {len(at.feature.stages)}"
    of = f"{format_duration(soak)} of {format_duration(needed)}"
    yield f"soak     {_bar(soak / needed if needed else 1)} {of}"
    met = at.exposure.experimental if at.exposure else 0
    wanted = at.settings.min_contexts
    yield f"contexts {_bar(met / wanted)} {met:,} of {wanted:,}"
    yield from _evidence(at)


def _evidence(at: Situation) -> Iterator[str]:
    from gatekeeper.experimental.health import evidence, weighed

    found, limits = weighed(at), at.settings.guardrail.limits
    if found is None:
        return
    enough = limits.threshold
    for name, value in (("harm", found.harm), ("safety", max(found.safety, found.calm))):
        bar = _bar(value / enough)
        yield f"{name:<8} {bar} {evidence(value)}, {evidence(enough)} is enough"


def _bar(share: float) -> str:
    full = round(_WIDTH * min(max(share, 0.0), 1.0))
    return "█" * full + "░" * (_WIDTH - full)


def _line(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style)
