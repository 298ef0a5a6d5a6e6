"""A repository, and a judge of what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import GateResult
from gatekeeper.review.facts import PullRequest
from tests.review import build
from tests.review.repository import Repository


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path / "shop")


@pytest.fixture
def decide(context: Context, repo: Repository) -> build.Decide:
    """Judge a pull request by what the repository says of its content."""

    def run(pull: PullRequest, **settings: Any) -> GateResult:
        return build.decided(repo.seen(pull), context, **settings)

    return run
