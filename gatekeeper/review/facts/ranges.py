"""The commits of a release, and the pull requests that may have brought them."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.review.facts.base import CLOSED, Oid
from gatekeeper.review.facts.commits import Commit
from gatekeeper.review.facts.pulls import PullRequest


@dataclass(frozen=True, slots=True)
class RangeCommit:
    """One commit of a range.

    Attributes:
        commit: as the host and the clone describe it.
        candidates: numbers of every pull request that the host connects with it; that is no proof.
        candidates_complete: False when the host did not give all.
        problem: why they could not be read, as a clause; empty when they could.
    """

    commit: Commit
    candidates: tuple[int, ...]
    candidates_complete: bool
    problem: str = ""

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class CommitRange:
    """Everything between two revisions.

    Attributes:
        base: as the user named it, e.g. a tag.
        base_oid: the commit that it names.
        head: as the user named it.
        head_oid: the commit that it names.
        branch: the protected branch that releases come from.
        base_is_ancestor: whether the head descends from the base; None when not known.
        head_on_branch: whether the protected branch holds the head; None when not known.
        commits: all of them, the newest first, as `git rev-list` gives them.
        pull_requests: the candidates, each once, whole.
        complete: False when commits or pull requests are missing.
        problem: why something of this is not known, as a clause.
        mend: what to do about that.
    """

    base: str
    base_oid: Oid
    head: str
    head_oid: Oid
    branch: str
    base_is_ancestor: bool | None
    head_on_branch: bool | None
    commits: tuple[RangeCommit, ...]
    pull_requests: tuple[PullRequest, ...]
    complete: bool
    problem: str = ""
    mend: str = ""

    __pydantic_config__ = CLOSED
