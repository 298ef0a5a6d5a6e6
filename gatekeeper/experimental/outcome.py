"""What is asked of the service and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gatekeeper.experimental.backends.interface import Plan
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.guards import Refusal, Situation, short
from gatekeeper.experimental.phases import Move
from gatekeeper.experimental.state import Event, FeatureState, Phase

_BOUND = frozenset({"signed-off", "approved"})
_WORDS = {
    "held": "held: its soak stands still",
    "resumed": "its soak goes on",
    "extended": "its expiry was put off to {}",
}
REPLAYED = "this operation was done before; nothing was changed"


def recorded(event: Event) -> str:
    """Say what a sign-off or an approval was recorded for."""
    if event.kind not in _BOUND:
        return _WORDS[event.kind].format(event.payload.get("until", ""))
    target = event.payload.get("target")
    opens = f" for {Phase(target).label}" if target else ""
    return f"{event.kind} {short(event.payload['artifact'])}{opens} by {event.actor}"


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants something done, and how.

    Attributes:
        actor: who acts; asserted, not authenticated.
        dry_run: True to decide and plan, and write nothing.
        operation_id: names the wish: giving it twice changes nothing; made up if left out.
        announce: is told every plan before anything of it is written.
        hotfix: why it must move in spite of a freeze; empty where it must not.
    """

    actor: str
    dry_run: bool = False
    operation_id: str = ""
    announce: Callable[[Plan], None] = field(default=lambda _: None)
    hotfix: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order.

    Attributes:
        key: of the feature.
        done: True when it was done, now or by the same operation before; False when it was
            refused, or only planned.
        state: where the feature stands now; None when nothing is recorded of it.
        feature: as declared; None when its declaration is gone or cannot be read.
        refusals: why it was not done.
        plans: what was, or would be, written at the vendor.
        note: anything else worth telling.
    """

    key: str
    done: bool
    state: FeatureState | None
    feature: Feature | None = None
    refusals: tuple[Refusal, ...] = ()
    plans: tuple[Plan, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a feature stands and what its next step takes.

    Attributes:
        key: of the feature.
        feature: as declared, or None.
        state: as recorded, or None.
        events: what happened to it, in order.
        situation: what its guards look at; None unless it is both declared and recorded.
        move: its next step, or None.
        refusals: what stands in the way of that.
    """

    key: str
    feature: Feature | None
    state: FeatureState | None
    events: tuple[Event, ...] = ()
    situation: Situation | None = None
    move: Move | None = None
    refusals: tuple[Refusal, ...] = ()
