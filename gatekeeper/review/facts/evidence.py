"""The evidence of the gate `review`."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.review.facts.base import CLOSED
from gatekeeper.review.facts.pulls import PullRequest
from gatekeeper.review.facts.ranges import CommitRange


@dataclass(frozen=True, slots=True)
class Demand:
    """What the caller is about to judge; the pull request must be the same.

    Attributes:
        repository: `owner/name` where a host is known, else a folder's name.
        commit: the commit under judgement, or None when not known.
        base: the commit that the policy was read from, or None when that is not settled.
    """

    repository: str
    commit: str | None
    base: str | None

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """The evidence of the gate `review`.

    Attributes:
        source: where it comes from: `GitHub api.github.com`, or `recorded file pull-42.json`.
        recorded: True when a file said so and no host was asked.
        demand: what is about to be judged.
        pull_request: None when the run is about no pull request.
        range: the commits of a release; None when the run is about none.
    """

    source: str
    recorded: bool
    demand: Demand
    pull_request: PullRequest | None
    range: CommitRange | None = None

    __pydantic_config__ = CLOSED
