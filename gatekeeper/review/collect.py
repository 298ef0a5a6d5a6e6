"""Gathers the facts of one pull request: the only I/O of this gate."""

from __future__ import annotations

from gatekeeper.core.gate import Request
from gatekeeper.review.facts import Demand, ReviewFacts
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.source import open_source


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
        return ReviewFacts("nothing", recorded=False, demand=demand, pull_request=None)
    source = open_source(request.options.recorded, request.environment, request.deadline)
    request.progress(f"reading #{number} from {source.name(number)}")
    pull = source.pull_request(subject.repository, number)
    return ReviewFacts(source.name(number), source.recorded, demand, pull)
