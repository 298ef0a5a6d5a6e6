from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.core.catalog import Catalog, parse_catalog


@pytest.fixture(scope="session")
def catalog(rules_dir: Path) -> Catalog:
    """Only this room's rules: a finding must not lean on another room's."""
    path = rules_dir / "review" / "review.yml"
    return parse_catalog({"review/review.yml": path.read_text(encoding="utf-8")})
