"""Gathers the facts of one pull request, or of a range of commits: the only I/O of this gate."""

from __future__ import annotations

from collections.abc import Mapping

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.review.added import with_content, with_teams
from gatekeeper.review.facts import Demand, ReviewFacts
from gatekeeper.review.range.gather import gather
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.source import WORKFLOW, open_source


def collect(request: Request[ReviewSettings]) -> ReviewFacts:
    """Read from the recorded folder where one is named, else from GitHub.

    Raises:
        EvidenceError: something cannot be established whole.
        NotAuthorisedError: there is no token, or it may not read this.
        ToolError: GitHub did not answer.
    """
    subject = request.subject
    demand = Demand(subject.repository, subject.commit, subject.base)
    if request.options.commits:
        return gather(request, demand)
    number = subject.pull_request
    if number is None:
        _require_local(request.environment)
        return ReviewFacts("nothing", recorded=False, demand=demand, pull_request=None)
    source = open_source(request.options.recorded, request.environment, request.deadline)
    request.progress(f"reading #{number} from {source.name(number)}")
    pull = source.pull_request(subject.repository, number)
    request.progress(f"comparing what #{number} brings with what was approved")
    whole = with_content(request.root, pull)
    if request.settings.owners == "required":
        whole = with_teams(whole, source)
    return ReviewFacts(source.name(number), source.recorded, demand, whole)


def _require_local(environment: Mapping[str, str]) -> None:
    """A workflow that forgets its pull request must not pass for having none."""
    if environment.get(WORKFLOW) == "true":
        raise EvidenceError(
            "no pull request is named, and a workflow is no local run",
            "name what is judged: a pull request, --pr NUMBER, or a range, --commits A..B",
        )
