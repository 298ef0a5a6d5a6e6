"""Gathers the facts of one pull request: the only I/O of this gate."""

from __future__ import annotations

from collections.abc import Mapping

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.review.facts import Demand, ReviewFacts
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.source import WORKFLOW, open_source


def collect(request: Request[ReviewSettings]) -> ReviewFacts:
    """Read the pull request from the recorded folder where one is named, else from GitHub.

    Raises:
        EvidenceError: it cannot be established whole.
        NotAuthorisedError: there is no token, or it may not read the pull request.
        ToolError: GitHub did not answer.
    """
    subject = request.subject
    demand = Demand(subject.repository, subject.commit, subject.base)
    number = subject.pull_request
    if number is None:
        _require_local(request.environment)
        return ReviewFacts("nothing", recorded=False, demand=demand, pull_request=None)
    source = open_source(request.options.recorded, request.environment, request.deadline)
    request.progress(f"reading #{number} from {source.name(number)}")
    pull = source.pull_request(subject.repository, number)
    return ReviewFacts(source.name(number), source.recorded, demand, pull)


def _require_local(environment: Mapping[str, str]) -> None:
    """A workflow that forgets its pull request must not pass for having none."""
    if environment.get(WORKFLOW) == "true":
        raise EvidenceError(
            "no pull request is named, and a workflow is no local run",
            "name the pull request that brings this change: --pr NUMBER",
        )
