"""Sixteen people promote at once: exactly one of them does it."""

from __future__ import annotations

import multiprocessing
from datetime import datetime
from pathlib import Path

from gatekeeper.experimental.outcome import Order
from gatekeeper.experimental.state import Phase
from gatekeeper.ledger.errors import RevisionConflictError
from tests.experimental.conftest import KEY, Shop


def _promote(root: Path, now: datetime, who: str, at: object, said: object) -> None:
    shop = Shop(root, now=now)
    service = shop.service
    at.wait()  # type: ignore[attr-defined]
    try:
        outcome = service.promote(KEY, Order(who))
        said.put("won" if outcome.done else "refused")  # type: ignore[attr-defined]
    except RevisionConflictError:
        said.put("late")  # type: ignore[attr-defined]


def test_of_sixteen_concurrent_promoters_exactly_one_wins(shop: Shop) -> None:
    shop.to_ready()
    fork = multiprocessing.get_context("fork")
    barrier, said = fork.Barrier(16), fork.Queue()
    racers = [
        fork.Process(target=_promote, args=(shop.root, shop.now, f"p{n}", barrier, said))
        for n in range(16)
    ]
    for racer in racers:
        racer.start()
    answers = [said.get(timeout=120) for _ in racers]
    for racer in racers:
        racer.join(120)
    assert answers.count("won") == 1, answers
    moves = [e for e in shop.ledger.entries() if e.kind == "moved" and e.payload["to"] == "GENERAL"]
    assert len(moves) == 1
    state = shop.service.show(KEY).state
    assert state is not None
    assert (state.phase, state.pending) == (Phase.GENERAL, "")
    assert shop.ledger.verify().problems == ()
    seen = shop.backend.read(KEY, "production")
    assert seen.configuration is not None
    assert seen.configuration.weight == 100_000
