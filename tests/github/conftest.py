from __future__ import annotations

import pytest

from gatekeeper.github import patience


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note the seconds that would be waited for GitHub, and wait none of them."""
    noted: list[float] = []
    monkeypatch.setattr(patience, "sleep", noted.append)
    return noted
