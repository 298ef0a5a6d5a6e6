"""One line on where a feature stands and what general release takes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from gatekeeper.core.fields import format_duration
from gatekeeper.experimental import guards, phases, refusals
from gatekeeper.experimental.configuration import percent
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.guards import Refusal, Situation
from gatekeeper.experimental.phases import Move
from gatekeeper.experimental.state import Phase


def outlook(situation: Situation) -> str:
    """Return e.g. `x is Experimental at 25 % since 3d; may go general in 11d after 1 approval`."""
    state = situation.state
    since = _age(situation.now - state.since)
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


def goal(feature: Feature, move: Move) -> str:
    """Return where a move leads, e.g. `Experimental at 25 %`."""
    if move.to is not Phase.EXPERIMENTAL:
        return move.to.label
    return f"{move.to.label} at {percent(feature.stages[move.stage].weight)}"


def next_commands(situation: Situation) -> tuple[str, ...]:
    """Return the commands that would get the feature on now, the most useful first."""
    key = situation.state.key
    commands = (command for command, wanted in _COMMANDS if wanted(situation))
    return tuple(f"gatekeeper feature {command.format(key)}" for command in commands)


def _lacks_approvals(at: Situation) -> bool:
    target = refusals.approvable(at.feature, at.state)
    guard = guards.approvals if target is Phase.GENERAL else guards.entry_approvals
    return at.state.phase in _APPROVED_IN and guard(at) is not None


def _may_advance(at: Situation) -> bool:
    move = phases.advance(at.feature, at.state)
    return move is not None and not move.refusals(at)


_APPROVED_IN = frozenset({Phase.QA_PASSED, Phase.EXPERIMENTAL})
_COMMANDS: tuple[tuple[str, Callable[[Situation], bool]], ...] = (
    ("start {}", lambda at: at.state.ended),
    ("resume {}", lambda at: at.state.phase is Phase.HELD),
    ("advance {} --artifact DIGEST", lambda at: at.state.phase is Phase.DRAFT),
    ("sign-off {}", lambda at: at.state.phase is Phase.STAGING and guards.qa(at) is not None),
    ("promote {}", ready),
    ("advance {}", lambda at: at.state.phase is not Phase.DRAFT and _may_advance(at)),
    ("approve {}", _lacks_approvals),
    ("show {}", lambda at: at.state.phase is Phase.EXPERIMENTAL and not ready(at)),
)
_GRAINS = (
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta.min, timedelta(seconds=1)),
)


def _age(span: timedelta) -> str:
    """Return how long, without the seconds that nobody reads after days."""
    grain = next(grain for least, grain in _GRAINS if span >= least)
    return format_duration(span - span % grain)


def _when(found: tuple[Refusal, ...]) -> str:
    if not found:
        return "now"
    return " ".join((*_wait(found), *_needs(found))) or "soon"


def _wait(found: tuple[Refusal, ...]) -> Iterator[str]:
    if waits := list(filter(None, (refusal.wait for refusal in found))):
        yield f"in {format_duration(max(waits))}"


def _needs(found: tuple[Refusal, ...]) -> Iterator[str]:
    # must be said once: the contexts that one guard waits for are those of the other
    most = max((refusal.contexts for refusal in found), default=0)
    contexts = f"about {most:,} more contexts" if most else ""
    needs = (contexts if refusal.contexts else refusal.needs for refusal in found)
    if told := list(dict.fromkeys(filter(None, needs))):
        yield f"after {_list(told)}"


def _list(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
