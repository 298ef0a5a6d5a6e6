"""A small tree with one feature, a clock that stands still, and people who act on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.catalog import Catalog, parse_catalog
from gatekeeper.experimental.backends.embedded import EmbeddedBackend, client
from gatekeeper.experimental.outcome import Order, Outcome
from gatekeeper.experimental.service import FeatureService
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.ledger.store import Ledger

KEY = "search-suggest"
D1 = "sha256:" + "1" * 64
D2 = "sha256:" + "2" * 64
START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
DECLARATION = """\
key: search-suggest
title: Suggest products while typing
owner: alice
expires: 2026-12-31
stages:
  - {percentage: 25}
"""
SMALL = {
    "soak": "14d",
    "min_contexts": 20,
    "approvals": 2,
    "guardrail": {"negligible": 0.4, "alpha": 0.1},
}


@dataclass
class Shop:
    """A tree under test."""

    root: Path
    settings: Mapping[str, Any] = field(default_factory=lambda: dict(SMALL))
    now: datetime = START

    @property
    def service(self) -> FeatureService:
        settings = ExperimentalSettings.model_validate(dict(self.settings))
        return FeatureService(settings, self.root, {}, lambda: self.now)

    @property
    def flags(self) -> Path:
        return self.root / ".gatekeeper" / "flags.db"

    @property
    def backend(self) -> EmbeddedBackend:
        return EmbeddedBackend(self.flags)

    @property
    def ledger(self) -> Ledger:
        return Ledger.open("sqlite:///.gatekeeper/ledger.db", self.root)

    def declare(self, text: str = DECLARATION, key: str = KEY) -> None:
        path = self.root / "features" / f"{key}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def wait(self, **spent: float) -> None:
        self.now += timedelta(**spent)

    def visit(self, people: int = 100, prefix: str = "u", failing: int = 0) -> None:
        """Let people meet the flag through LaunchDarkly's own SDK; the first of them fail."""
        from ldclient import Context

        clock = self.now.timestamp
        with client(self.flags, "production", poll=60, clock=clock) as sdk:
            for number in range(people):
                with sdk.request() as request:
                    met = sdk.variation(KEY, Context.create(f"{prefix}{number}"), False)
                    if met and failing > 0:
                        failing -= 1
                        request.failed()

    def tamper(self, statement: str, *values: object, file: str = "ledger.db") -> None:
        connection = sqlite3.connect(self.root / ".gatekeeper" / file)
        with connection:
            connection.execute(statement, values)
        connection.close()

    def to_staging(self) -> None:
        self.declare()
        done(self.service.start(KEY, Order("alice")))
        done(self.service.advance(KEY, Order("alice"), D1))

    def to_experimental(self) -> None:
        self.to_staging()
        done(self.service.sign_off(KEY, Order("quinn")))
        done(self.service.advance(KEY, Order("alice")))
        done(self.service.approve(KEY, Order("bob")))
        done(self.service.advance(KEY, Order("alice")))

    def to_ready(self) -> None:
        """Everything for general release is there."""
        self.to_experimental()
        self.wait(days=15)
        self.visit()
        done(self.service.approve(KEY, Order("bob")))
        done(self.service.approve(KEY, Order("carol")))


def done(outcome: Outcome) -> Outcome:
    assert outcome.done, outcome.refusals
    return outcome


def refused(outcome: Outcome, *guards: str) -> Outcome:
    assert not outcome.done
    assert [refusal.guard for refusal in outcome.refusals] == list(guards)
    return outcome


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture(scope="session")
def catalog(rules_dir: Path) -> Catalog:
    """This room's rules only."""
    files = sorted((rules_dir / "experimental").glob("*.yml"))
    return parse_catalog({f"experimental/{f.name}": f.read_text(encoding="utf-8") for f in files})
