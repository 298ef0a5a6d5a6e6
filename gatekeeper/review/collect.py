"""Gathers the facts of one pull request: the only I/O of this gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.core.gate import Request
from gatekeeper.review.content.collect import content_from, unknown_content
from gatekeeper.review.content.store import Store, open_store
from gatekeeper.review.facts import Demand, PullRequest, ReviewFacts
from gatekeeper.review.owners.collect import owners_from, unknown_owners
from gatekeeper.review.owners.ownership import teams_needed
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.source import WORKFLOW, Source, open_source


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
    request.progress(f"comparing what #{number} brings with what was approved")
    whole = with_content(request.root, pull)
    if request.settings.owners == "required":
        whole = with_teams(whole, source)
    return ReviewFacts(source.name(number), source.recorded, demand, whole)


def with_content(root: Path, pull: PullRequest) -> PullRequest:
    """Add what the clone at `root` says of the content and of its owners.

    What a recording says of them is not believed where the clone can be asked.
    """
    try:
        with open_store(root) as store:
            return content_added(store, pull)
    except (EvidenceError, ToolError) as error:
        return replace(
            pull, content=unknown_content(pull, error), owners=unknown_owners(pull, error)
        )


def content_added(store: Store, pull: PullRequest) -> PullRequest:
    """Add the same from a store that is open already."""
    return replace(pull, content=content_from(store, pull), owners=owners_from(store, pull))


def with_teams(pull: PullRequest, source: Source) -> PullRequest:
    """Add the members of the teams that own something of the change."""
    known = {team.name.casefold() for team in pull.teams}
    asked = (name for name in teams_needed(pull) if name.casefold() not in known)
    return replace(pull, teams=(*pull.teams, *map(source.team, asked)))


def _require_local(environment: Mapping[str, str]) -> None:
    """A workflow that forgets its pull request must not pass for having none."""
    if environment.get(WORKFLOW) == "true":
        raise EvidenceError(
            "no pull request is named, and a workflow is no local run",
            "name the pull request that brings this change: --pr NUMBER",
        )
