"""Whether the facts are whole and about the right change; only such facts carry a verdict."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.core.model import Failure
from gatekeeper.review.facts import Demand, PullRequest
from gatekeeper.review.words import short

_AGAIN = "run again; if it stays so, report it with a recording of the pull request"


def unsound(demand: Demand, pull: PullRequest) -> Iterator[Failure]:
    """Yield every reason why these facts cannot carry a verdict."""
    yield from _other_change(demand, pull)
    yield from _incomplete(pull)
    yield from _inconsistent(pull)


def _other_change(demand: Demand, pull: PullRequest) -> Iterator[Failure]:
    name = f"#{pull.number}"
    # must be of the repository under judgement
    if "/" in demand.repository and demand.repository.casefold() != pull.repository.casefold():
        yield Failure(
            f"{name} is of {pull.repository}, and {demand.repository} is judged",
            "name the pull request of the repository under judgement",
        )
    # must have the judged commit as its head
    if demand.commit != pull.head_oid:
        judged = short(demand.commit) if demand.commit else "no known commit"
        yield Failure(
            f"the head of {name} is {short(pull.head_oid)}, but {judged} is judged",
            f"check out the head of {name}, or run again after the push",
        )
    # must go where the policy was read from
    if demand.base is not None and demand.base != pull.base_oid:
        yield Failure(
            f"the base of {name} is {short(pull.base_oid)}, but the policy is of "
            f"{short(demand.base)}",
            "run again: the base branch moved meanwhile",
        )


def _incomplete(pull: PullRequest) -> Iterator[Failure]:
    flags = {
        "commits": pull.commits_complete,
        "reviews": pull.reviews_complete,
        "force pushes and base changes": pull.timeline_complete,
    }
    for what, complete in flags.items():
        # must be known whole
        if not complete:
            yield Failure(f"not all {what} of #{pull.number} are known", _AGAIN)
    for commit in pull.commits:
        # must name all its authors
        if not commit.authors_complete:
            yield Failure(f"not all authors of {short(commit.oid)} are known", _AGAIN)
    # must bring something
    if not pull.commits:
        yield Failure(f"#{pull.number} has no commits, so there is nothing to judge", _AGAIN)


def _inconsistent(pull: PullRequest) -> Iterator[Failure]:
    oids = [commit.oid for commit in pull.commits]
    # must hold its own head, and each commit once
    if oids and (pull.head_oid not in oids or len(set(oids)) != len(oids)):
        yield Failure(f"the commits of #{pull.number} do not fit to its head", _AGAIN)
    # must have merged exactly when it says so
    if (pull.state == "MERGED") != (pull.merged_at is not None):
        yield Failure(
            f"#{pull.number} is {pull.state.lower()}, and its merge date denies it", _AGAIN
        )
    for review in pull.reviews:
        # must say when each opinion was given: the last one counts
        if review.state != "PENDING" and review.submitted_at is None:
            yield Failure(f"it is not known when {review.author} gave review {review.id}", _AGAIN)
