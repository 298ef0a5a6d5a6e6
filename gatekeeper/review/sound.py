"""Whether the facts are whole and about the right change; only such facts carry a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from gatekeeper.core.model import Failure
from gatekeeper.review.facts import Demand, PullRequest
from gatekeeper.review.words import listed, short

_AGAIN = "run again; if it stays so, report it with a recording of the pull request"


def unsound(pull: PullRequest) -> Iterator[Failure]:
    """Yield every reason why these facts cannot carry a verdict."""
    yield from _incomplete(pull)
    yield from _unnamed(pull)
    yield from _inconsistent(pull)
    yield from _uncertain_reviews(pull)


def other_change(demand: Demand, pull: PullRequest) -> Iterator[Failure]:
    """Yield every reason why these facts are about something else than what is judged."""
    name = f"#{pull.number}"
    # must be of the repository under judgement
    if _differs(demand.repository, pull.repository):
        yield Failure(
            f"{name} is of {pull.repository}, and {demand.repository} is judged",
            "name the pull request of the repository under judgement",
        )
    # must have the judged commit as its head
    if demand.commit != pull.head_oid:
        yield Failure(
            f"the head of {name} is {short(pull.head_oid)}, but "
            f"{short(demand.commit, 'no known commit')} is judged",
            f"check out the head of {name}, or run again after the push",
        )
    # must go where the policy was read from
    if demand.base not in (None, pull.base_oid):
        yield Failure(
            f"the base of {name} is {short(pull.base_oid)}, but the policy is of "
            f"{short(demand.base)}",
            "run again: the base branch moved meanwhile",
        )


def _differs(judged: str, asked: str) -> bool:
    """A name without an owner is a folder's, and no host knows it."""
    return "/" in judged and judged.casefold() != asked.casefold()


def _incomplete(pull: PullRequest) -> Iterator[Failure]:
    # must be known whole
    for what, complete in _parts(pull).items():
        if not complete:
            yield Failure(f"not all {what} are known", _AGAIN)
    # must bring something
    if not pull.commits:
        yield Failure(f"#{pull.number} has no commits, so there is nothing to judge", _AGAIN)


def _unnamed(pull: PullRequest) -> Iterator[Failure]:
    # must name every commit that the clone finds between base and head, on whichever side branch
    if pull.content and pull.content.unnamed:
        names = listed(map(short, pull.content.unnamed))
        yield Failure(f"#{pull.number} brings {names}, which the host does not name", _AGAIN)


def _parts(pull: PullRequest) -> dict[str, bool]:
    """Return what has to be whole, and whether it is."""
    return {
        f"commits of #{pull.number}": pull.commits_complete,
        f"reviews of #{pull.number}": pull.reviews_complete,
        f"force pushes and base changes of #{pull.number}": pull.timeline_complete,
        **{f"authors of {short(commit.oid)}": commit.authors_complete for commit in pull.commits},
    }


def _inconsistent(pull: PullRequest) -> Iterator[Failure]:
    # must hold its own head, and each commit once
    if pull.commits and not _fit(pull):
        yield Failure(f"the commits of #{pull.number} do not fit to its head", _AGAIN)
    # must have merged exactly when it says so
    if pull.was_merged != (pull.merged_at is not None):
        yield Failure(
            f"#{pull.number} is {pull.state.lower()}, and its merge date denies it", _AGAIN
        )


def _uncertain_reviews(pull: PullRequest) -> Iterator[Failure]:
    # must hold each review once: a page that came twice may stand where another one is missing
    if len({review.id for review in pull.reviews}) < len(pull.reviews):
        yield Failure(f"the reviews of #{pull.number} hold one review twice", _AGAIN)
    # must say when each opinion was given: the last one counts
    for review in filter(attrgetter("is_undated"), pull.reviews):
        yield Failure(f"it is not known when {review.author} gave review {review.id}", _AGAIN)


def _fit(pull: PullRequest) -> bool:
    oids = set(pull.oids)
    return pull.head_oid in oids and len(oids) == len(pull.commits)
