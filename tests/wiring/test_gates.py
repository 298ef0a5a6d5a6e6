"""The registry: gates of third parties join by entry point, and cannot take a name in use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gatekeeper.core.errors import UsageError
from gatekeeper.review.gate import REVIEW
from gatekeeper.wiring import environment, gates


@dataclass
class Entry:
    value: Any
    name: str = "plugin"

    def load(self) -> Any:
        return self.value


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    gates.registry.cache_clear()
    yield
    gates.registry.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    monkeypatch.setattr(gates, "entry_points", lambda group: [Entry(value)])


def test_a_plugins_gate_joins_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, replace(REVIEW, name="licences"))
    assert [gate.name for gate in gates.named(["licences", "review", "licences"])] == [
        "licences",
        "review",
    ]


@pytest.mark.parametrize("value", [replace(REVIEW, question="mine?"), "no gate"])
def test_a_plugin_cannot_replace_a_gate_or_be_something_else(
    monkeypatch: pytest.MonkeyPatch, value: Any
) -> None:
    install(monkeypatch, value)
    with pytest.raises(UsageError, match="is no gate, or takes a name in use"):
        gates.registry()


def test_a_gate_is_given_only_the_variables_that_it_declares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "token")
    monkeypatch.setenv("OTHER_SECRET", "other")
    monkeypatch.delenv("GITHUB_API_URL", raising=False)
    given = environment.slice_for(REVIEW, REVIEW.settings.model_validate({}))
    assert given == {"GITHUB_TOKEN": "token"}


def test_passwords_in_urls_are_secrets_of_their_own() -> None:
    secrets = environment.secrets_of({"DB": "postgresql://u:p%40ssword1@h/db?sslpassword=hunter2"})
    assert {"p%40ssword1", "p@ssword1"} <= secrets
