"""A repository, and a judge of what it holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import GateResult
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.review.facts import PullRequest
from gatekeeper.review.judge import judge_pull
from gatekeeper.review.settings import ReviewSettings
from tests.review.repository import Repository

Decide = Callable[..., GateResult]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path / "shop")


@pytest.fixture
def decide(context: Context, repo: Repository) -> Decide:
    def run(pull: PullRequest, **settings: Any) -> GateResult:
        policy = ReviewSettings.model_validate(settings)
        judgement = judge_pull(repo.seen(pull), policy, context.rules, "a test")
        return conclude(Outcome("review", 0.0, judgement), (), context.now)

    return run
