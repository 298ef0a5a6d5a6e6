"""Where pull requests come from. One protocol, so that the gate sees only its facts.

Another host, or a plain clone with a folder of recordings, is one more class with these methods
and one line in `open_source`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from gatekeeper.review.facts import Ends, PullRequest, Team
from gatekeeper.review.recorded import RecordedSource

TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the variable's name, not its value
API_URL = "GITHUB_API_URL"
WORKFLOW = "GITHUB_ACTIONS"


class Teams(Protocol):
    """Knows who is in a team."""

    def team(self, name: str) -> Team:
        """Return a team, `@organisation/team`, with its members or why they are not known."""


class Source(Teams, Protocol):
    """Gives pull requests whole, or raises; never a part of one."""

    @property
    def recorded(self) -> bool:
        """Whether files say so and no host was asked."""

    def name(self, number: int) -> str:
        """Return what a report calls the source of this pull request."""

    def ends(self, repository: str, number: int) -> Ends:
        """Return the two ends, cheaply. Raises `EvidenceError` and its kin."""

    def pull_request(self, repository: str, number: int) -> PullRequest:
        """Return everything that is known of it. Raises `EvidenceError` and its kin."""


def open_source(recorded: Path | None, environment: Mapping[str, str], deadline: float) -> Source:
    """Return the folder of recordings where one is named, else GitHub.

    Args:
        recorded: a folder with `pull-<number>.json` files, or None.
        environment: may hold `GITHUB_TOKEN` and `GITHUB_API_URL`.
        deadline: seconds from now after which no request is begun.

    Raises:
        NotAuthorisedError: GitHub has to be asked and there is no token.
    """
    if recorded is not None:
        return RecordedSource(recorded)
    from gatekeeper.github.client import Client
    from gatekeeper.review.live import GitHubSource

    return GitHubSource(Client(environment.get(TOKEN), environment.get(API_URL), deadline))
