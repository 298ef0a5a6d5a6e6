"""One line on where a feature stands and what general release takes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.core.fields import format_duration
from gatekeeper.experimental import phases
from gatekeeper.experimental.guards import Refusal, Situation
from gatekeeper.experimental.state import FeatureState, Phase


def outlook(situation: Situation) -> str:
    """Return e.g. `x is Experimental at 25 % since 3d; may go general in 11d after 1 approval`."""
    state = situation.state
    since = format_duration(situation.now - state.since)
    where = phases.standing(state, situation.settings.production)
    line = f"{state.key} is {where} since {since}"
    move = phases.promote(state)
    if move is None:
        return line
    return f"{line}; may go general {_when(move.refusals(situation))}"


def ready(situation: Situation) -> bool:
    """Return True when nothing stands between the feature and general release."""
    move = phases.promote(situation.state)
    return move is not None and not move.refusals(situation)


def next_commands(state: FeatureState) -> tuple[str, ...]:
    """Return the commands that a feature's phase calls for, the most useful first."""
    run = f"gatekeeper feature {{}} {state.key}"
    return tuple(run.format(verb) for verb in _VERBS[state.phase])


_VERBS = {
    Phase.DRAFT: ("advance",),
    Phase.STAGING: ("sign-off", "advance"),
    Phase.QA_PASSED: ("approve", "advance"),
    Phase.EXPERIMENTAL: ("approve", "advance", "promote"),
    Phase.GENERAL: (),
    Phase.ROLLED_BACK: ("start",),
}


def _when(refusals: tuple[Refusal, ...]) -> str:
    if not refusals:
        return "now"
    return " ".join((*_wait(refusals), *_needs(refusals))) or "soon"


def _wait(refusals: tuple[Refusal, ...]) -> Iterator[str]:
    if waits := list(filter(None, (refusal.wait for refusal in refusals))):
        yield f"in {format_duration(max(waits))}"


def _needs(refusals: tuple[Refusal, ...]) -> Iterator[str]:
    if needs := list(filter(None, (refusal.needs for refusal in refusals))):
        yield f"after {_list(needs)}"


def _list(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
