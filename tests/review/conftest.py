from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from gatekeeper.core.catalog import Catalog, parse_catalog
from gatekeeper.core.gate import Context
from gatekeeper.github import patience
from tests.review import build


@pytest.fixture(scope="session")
def catalog(rules_dir: Path) -> Catalog:
    """Only this room's rules: a finding must not lean on another room's."""
    files = sorted((rules_dir / "review").glob("*.yml"))
    return parse_catalog(
        {f"review/{path.name}": path.read_text(encoding="utf-8") for path in files}
    )


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note the seconds that would be waited for GitHub, and wait none of them."""
    noted: list[float] = []
    monkeypatch.setattr(patience, "sleep", noted.append)
    return noted


@pytest.fixture
def decide(context: Context) -> build.Decide:
    """Judge a pull request, with the policy given by keyword."""
    return partial(build.decided, context=context)
