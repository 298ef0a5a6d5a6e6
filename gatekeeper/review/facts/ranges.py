"""The commits of a release, and the pull requests that may have brought them."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.review.facts.base import CLOSED, Oid
from gatekeeper.review.facts.commits import Commit
from gatekeeper.review.facts.content import Replay
from gatekeeper.review.facts.pulls import PullRequest


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pull request that the host connects with a commit; that is no proof.

    Attributes:
        number: its number.
        repository_id: of the repository that it asks: another one's number means nothing here.
    """

    number: int
    repository_id: str

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class RangeCommit:
    """One commit of a range.

    Attributes:
        commit: as the host and the clone describe it.
        candidates: every pull request that the host connects with it.
        complete: False when the host did not give all of them.
        picked_from: the commit that its message says it was cherry-picked from, if any.
    """

    commit: Commit
    candidates: tuple[Candidate, ...]
    complete: bool
    picked_from: str | None = None

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Queued:
    """A pull request that waits for its merge, and the commit that it would be merged as.

    Attributes:
        number: the pull request.
        oid: the commit that the host made of it for the merge queue.
    """

    number: int
    oid: Oid

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Copy:
    """A commit of the range held against a commit of a pull request: is it the same change?

    Attributes:
        pull_request: its number.
        replay: the pull request's commit replayed onto the parent of the range's.
    """

    pull_request: int
    replay: Replay

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class MovedTag:
    """A tag that names one commit in the clone and another one on the host.

    Attributes:
        name: of the tag.
        here: the commit that the clone's names.
        there: the commit that the host's names.
    """

    name: str
    here: Oid
    there: Oid

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class CommitRange:
    """Everything between two revisions.

    Attributes:
        repository: `owner/name`.
        repository_id: the host's immutable id of it.
        base: as the user named it, e.g. a tag.
        base_oid: the commit that it names.
        head: as the user named it.
        head_oid: the commit that it names.
        branch: the protected branch that releases come from.
        base_is_ancestor: whether the head descends from the base; None when not known.
        head_on_branch: whether the protected branch holds the head; None when not known.
        moved: tags that are not where the host has them.
        queued: what waits in the branch's merge queue.
        commits: all of them, the newest first, as `git rev-list` gives them.
        pull_requests: the candidates of this repository, each once, whole.
        copies: what may be rebased, squashed or queued commits of them.
        complete: False when commits or pull requests are missing.
        problem: why something of this is not known, as a clause.
        mend: what to do about that.
    """

    repository: str
    repository_id: str
    base: str
    base_oid: Oid
    head: str
    head_oid: Oid
    branch: str
    base_is_ancestor: bool | None
    head_on_branch: bool | None
    moved: tuple[MovedTag, ...]
    queued: tuple[Queued, ...]
    commits: tuple[RangeCommit, ...]
    pull_requests: tuple[PullRequest, ...]
    copies: tuple[Copy, ...]
    complete: bool
    problem: str = ""
    mend: str = ""

    __pydantic_config__ = CLOSED

    @property
    def oids(self) -> frozenset[str]:
        """The names of its commits."""
        return frozenset(one.commit.oid for one in self.commits)
