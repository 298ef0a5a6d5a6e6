"""A pull request, whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from gatekeeper.review.facts.base import CLOSED, Oid
from gatekeeper.review.facts.commits import Commit, Merge
from gatekeeper.review.facts.content import Content, MergeReplay, Replay
from gatekeeper.review.facts.events import (
    BaseChange,
    Dismissal,
    ForcePush,
    Pushes,
    Review,
    RuleSuite,
)
from gatekeeper.review.facts.owners import OwnersFile, Team
from gatekeeper.review.facts.people import Person


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A change that asks to be merged, or was.

    What has a default here may be missing from a recording; it then counts as not read.

    Attributes:
        repository: `owner/name` of the repository that it asks.
        number: its number there.
        state: CLOSED means closed without a merge.
        opener: who opened it.
        base_ref: the branch it asks to be merged into.
        base_oid: that branch's commit.
        head_ref: the branch it comes from.
        head_oid: the commit that would be merged, or was.
        merged_at: UTC, or None.
        commits: every commit that it brings.
        reviews: every review, whatever its state.
        force_pushes: of the head branch.
        base_changes: everything that gave it another base without a push to its head.
        dismissals: of reviews.
        commits_complete: False when the host did not give all commits.
        reviews_complete: False when the host did not give all reviews.
        timeline_complete: False when the host did not give all force pushes, base changes and
            dismissals.
        repository_id: the host's immutable id of the repository that it asks.
        head_repository_id: of the one it comes from; another one is a fork. None when that is gone
            or not known.
        merge: how it was merged; None when it was not, or when that was not read.
        pushes: of the head branch; None when they were not asked for.
        requested_by: who had a coding agent open it.
        rule_suites: the host's own verdicts at the merge; None when they were not read.
        content: what a clone says of it; None when none was asked.
        owners: the owners file of its base; None when it was not looked for.
        teams: those that own something, with their members as far as they were asked for.
    """

    repository: str
    number: int
    state: Literal["OPEN", "CLOSED", "MERGED"]
    opener: Person
    base_ref: str
    base_oid: Oid
    head_ref: str
    head_oid: Oid
    merged_at: AwareDatetime | None
    commits: tuple[Commit, ...]
    reviews: tuple[Review, ...]
    force_pushes: tuple[ForcePush, ...]
    base_changes: tuple[BaseChange, ...]
    dismissals: tuple[Dismissal, ...]
    commits_complete: bool
    reviews_complete: bool
    timeline_complete: bool
    repository_id: str | None = None
    head_repository_id: str | None = None
    merge: Merge | None = None
    pushes: Pushes | None = None
    requested_by: tuple[Person, ...] = ()
    rule_suites: tuple[RuleSuite, ...] | None = None
    content: Content | None = None
    owners: OwnersFile | None = None
    teams: tuple[Team, ...] = ()

    __pydantic_config__ = CLOSED

    @property
    def oids(self) -> tuple[str, ...]:
        """The names of its commits."""
        return tuple(commit.oid for commit in self.commits)

    @property
    def was_merged(self) -> bool:
        """Whether its state says so."""
        return self.state == "MERGED"

    @property
    def made(self) -> Commit | None:
        """What the merge made; None when it was not merged, or that is not known."""
        return self.merge.commit if self.merge else None

    @property
    def merges(self) -> tuple[MergeReplay, ...]:
        """What came of making its merge commits anew; nothing where no clone was asked."""
        return self.content.merges if self.content else ()

    def replay(self, approved: str, judged: str) -> Replay | None:
        """Return the replay of this question, or None when nobody asked it."""
        asked = self.content.replays if self.content else ()
        return next(
            (one for one in asked if (one.approved, one.judged) == (approved, judged)), None
        )

    def was_merged_before(self, moment: datetime) -> bool:
        """Whether the merge came first."""
        return self.merged_at is not None and self.merged_at < moment


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a pull request comes from and where it goes.

    Attributes:
        repository: `owner/name` of the repository it asks.
        number: its number there.
        head_oid: the commit to judge.
        base_oid: the commit to read policy, waivers and rules from.
        base_ref: the branch it asks to be merged into.
    """

    repository: str
    number: int
    head_oid: str
    base_oid: str
    base_ref: str
