"""What `feature advance --auto` does: the next step of each feature that its guards allow.

Harm and a deadline come first and lead back; a freeze holds. Only then something moves on.
"""

from __future__ import annotations

from gatekeeper.experimental import guards, health, lifecycle, phases
from gatekeeper.experimental.outcome import Order, Outcome, Standing
from gatekeeper.experimental.service import FeatureService
from gatekeeper.experimental.state import Phase


def routine(service: FeatureService, key: str, order: Order) -> Outcome:
    """Take one feature's next step, back where that is due. Every step is recorded."""
    one = service.show(key)
    return _back(service, one, order) or _held(service, one, order) or _on(service, one, order)


def _back(service: FeatureService, one: Standing, order: Order) -> Outcome | None:
    """Roll back what does harm or is beyond its deadline."""
    at = one.situation
    if at is None or not at.state.experimenting:
        return None
    if harm := health.unharmed(at):
        return service.rollback(one.key, order, harm.reason)
    if guards.expired(at.feature, at.state, at.now):
        return service.expire(one.key, order)
    return None


def _held(service: FeatureService, one: Standing, order: Order) -> Outcome | None:
    """Hold what a freeze stops, and let go on what it stopped."""
    at = one.situation
    if at is None:
        return None
    holding = lifecycle.freeze(at)
    if at.state.phase is Phase.EXPERIMENTAL and holding is not None:
        return service.hold(one.key, order, f"frozen: {holding.reason}", automatic=True)
    if at.state.phase is Phase.HELD and holding is None and _was_automatic(one):
        return service.resume(one.key, order)
    return None


def _was_automatic(one: Standing) -> bool:
    held = next((event for event in reversed(one.events) if event.kind == "held"), None)
    return held is not None and held.payload.get("automatic") is True


def _on(service: FeatureService, one: Standing, order: Order) -> Outcome:
    if one.feature is None or one.state is None or one.move is None:
        return Outcome(one.key, True, one.state, one.feature, note="nothing to do")
    if phases.advance(one.feature, one.state) is not None:
        return service.advance(one.key, order)
    return service.promote(one.key, order)
