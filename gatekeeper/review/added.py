"""What a clone and a host add to a pull request: its content, its owners, their teams."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.review.content.collect import content_from, unknown_content
from gatekeeper.review.content.store import Store, open_store
from gatekeeper.review.facts import PullRequest
from gatekeeper.review.owners.collect import owners_from, unknown_owners
from gatekeeper.review.owners.ownership import teams_needed
from gatekeeper.review.source import Teams


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


def with_teams(pull: PullRequest, source: Teams) -> PullRequest:
    """Add the members of the teams that own something of the change."""
    known = {team.name.casefold() for team in pull.teams}
    asked = (name for name in teams_needed(pull) if name.casefold() not in known)
    return replace(pull, teams=(*pull.teams, *map(source.team, asked)))
