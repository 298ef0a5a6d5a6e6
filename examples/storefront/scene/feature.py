"""The feature `search-suggest`, on its third day at 5 % of production.

Everything goes through gatekeeper's own operations, each at the time it would have happened, and
through the LaunchDarkly client that an application would use.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from gatekeeper.core import places
from gatekeeper.experimental.backends.embedded import client
from gatekeeper.experimental.outcome import Order, Outcome
from gatekeeper.experimental.service import FeatureService
from gatekeeper.experimental.settings import ExperimentalSettings

KEY = "search-suggest"
VISITORS = 7_000


def build(root: Path, release: str, now: datetime) -> None:
    """Take the feature to the Experimental phase and send it visitors."""
    settings = policy(root)
    artifact = f"sha256:{hashlib.sha256(release.encode()).hexdigest()}"
    past = Past(root, settings, now)
    past.at(9).start(KEY, Order("alice"))
    expect(past.at(9).advance(KEY, Order("alice"), artifact))
    expect(past.at(5).sign_off(KEY, Order("erin"), artifact))
    expect(past.at(5).advance(KEY, Order("bob"), artifact))
    expect(past.at(3).approve(KEY, Order("frank"), artifact))
    expect(past.at(3).advance(KEY, Order("bob"), artifact))
    visit(root / settings.backend.removeprefix("embedded:"), now)


class Past:
    """The service as it was some days ago."""

    def __init__(self, root: Path, settings: ExperimentalSettings, now: datetime) -> None:
        self.root, self.settings, self.now = root, settings, now

    def at(self, days: int) -> FeatureService:
        """Return the service `days` before now."""
        when = self.now - timedelta(days=days)
        return FeatureService(self.settings, self.root, {}, lambda: when)


def policy(root: Path) -> ExperimentalSettings:
    """Return the policy's section on features."""
    text = (root / "gatekeeper.yml").read_text(encoding="utf-8")
    policy = places.parse(text, "gatekeeper.yml").value
    return ExperimentalSettings.model_validate(policy["gates"]["experimental"])


def expect(outcome: Outcome) -> None:
    """Stop where the example and the phase machine no longer agree."""
    if not outcome.done:
        reasons = "; ".join(refusal.reason for refusal in outcome.refusals)
        raise ValueError(f"{outcome.key} could not move: {reasons}")


def visit(path: Path, now: datetime) -> None:
    """Evaluate the flag for visitors, as the shop would, this morning."""
    import logging

    from ldclient import Context

    logging.getLogger("ldclient").setLevel(logging.ERROR)
    then = (now - timedelta(hours=3)).timestamp()
    with client(path, "production", clock=lambda: then) as flags:
        for number in range(VISITORS):
            with flags.request():
                flags.variation(KEY, Context.create(f"visitor-{number}"), default=False)
