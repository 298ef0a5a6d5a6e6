"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.gate import AnyGate, Context, Options, Request
from gatekeeper.core.model import Subject
from gatekeeper.wiring.catalog import catalog as load_catalog

ROOT = Path(__file__).parents[1]
# Tests never assert on time: a slow machine must not turn one red.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
# Tests say themselves when they stand for a workflow; the one that runs them is none of theirs.
os.environ.pop("GITHUB_ACTIONS", None)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def rules_dir() -> Path:
    return ROOT / "rules"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def context(catalog: Catalog) -> Context:
    return Context(now=NOW, rules=catalog)


RequestFactory = Callable[..., Request[Any]]


@pytest.fixture
def request_for(tmp_path: Path, rules_dir: Path) -> RequestFactory:
    def build(
        gate: AnyGate,
        root: Path,
        *,
        settings: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        recorded: Path | None = None,
        options: Options | None = None,
        subject: Subject | None = None,
        deadline: float = 120.0,
    ) -> Request[Any]:
        return Request(
            subject=subject or Subject(repository="acme/shop", commit=None),
            settings=gate.settings.model_validate(settings or {}),
            root=root,
            rules=rules_dir,
            cache=tmp_path / "cache",
            environment=environment or {},
            deadline=deadline,
            progress=lambda _: None,
            options=options or Options(recorded=recorded),
        )

    return build
