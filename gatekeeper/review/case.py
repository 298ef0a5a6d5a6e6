"""What a verdict is made of: the pull request, who had a part in it, who said what, the policy."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.review.contributors import Contributors
from gatekeeper.review.facts import PullRequest
from gatekeeper.review.opinions import Opinions
from gatekeeper.review.settings import ReviewSettings


@dataclass(frozen=True, slots=True)
class Case:
    """All that the verdict is made of.

    Attributes:
        pull: what is judged.
        given: the reviewers' opinions.
        who: the contributors.
        settings: the policy.
    """

    pull: PullRequest
    given: Opinions
    who: Contributors
    settings: ReviewSettings

    @property
    def lacking(self) -> int:
        """How many approvals are missing."""
        return max(0, self.settings.approvals - len(self.given.counted))

    @property
    def requests_block(self) -> bool:
        """Whether a request for changes holds the change up."""
        return self.settings.changes_requested == "block"
