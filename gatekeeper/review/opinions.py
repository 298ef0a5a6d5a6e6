"""Everybody's latest opinion. A later comment changes nothing; a dismissal revives nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from gatekeeper.review.approvals import Change, Rejection, after_merge, given_at, rejection
from gatekeeper.review.facts import Opinion, PullRequest, Review
from gatekeeper.review.identities import Identities

# of two at the same instant the one that stands later here counts: the doubt wins
_OPINIONS: tuple[Opinion, ...] = ("APPROVED", "DISMISSED", "CHANGES_REQUESTED")


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the reviewers say, sorted.

    Attributes:
        counted: approvals that count, one for each person.
        rejected: approvals that do not.
        requests: writers' standing requests for changes.
        unread_requests: requests for changes by people whose permission could not be read.
        late_requests: requests for changes that came after the merge.
    """

    counted: tuple[Review, ...]
    rejected: tuple[Rejection, ...]
    requests: tuple[Review, ...]
    unread_requests: tuple[Review, ...]
    late_requests: tuple[Review, ...]

    def rejected_for(self, rule: str) -> tuple[Review, ...]:
        """Return the approvals that do not count because of this rule."""
        return tuple(rejection.review for rejection in self.rejected if rejection.rule == rule)

    @property
    def undecided(self) -> tuple[Rejection, ...]:
        """The approvals that might have counted, had everything been readable."""
        return tuple(filter(attrgetter("undecided"), self.rejected))


def opinions(change: Change) -> Opinions:
    """Sort every reviewer's latest opinion."""
    timely, late = _by_merge(change.pull)
    heard = [*timely, *_accepted(late, change)]
    latest = _latest(heard, change.identities)
    requests = _of_state(latest, "CHANGES_REQUESTED")
    answers = {review: rejection(review, change) for review in _others(latest, requests)}
    rejected = tuple(filter(None, answers.values()))
    too_late = _others(_of_state(late, "APPROVED"), heard)
    return Opinions(
        counted=tuple(review for review, why in answers.items() if why is None),
        rejected=(*rejected, *map(after_merge, too_late)),
        requests=tuple(filter(change.by_writer, requests)),
        unread_requests=tuple(r for r in requests if _is_unread(r, change)),
        late_requests=_of_state(late, "CHANGES_REQUESTED"),
    )


def _accepted(late: Iterable[Review], change: Change) -> tuple[Review, ...]:
    """Return the approvals after the merge that the policy lets count.

    A request for changes after the merge revokes no timely approval, but a late one.
    """
    if change.settings.after_merge == "fail":
        return ()
    return _of_state(_latest(late, change.identities), "APPROVED")


def _is_unread(review: Review, change: Change) -> bool:
    return review.of_unread_permission and not change.by_writer(review)


def _by_merge(pull: PullRequest) -> tuple[list[Review], list[Review]]:
    """Return the opinions until the merge and those after it, each in the order of time."""
    given = sorted(_of_state(pull.reviews, *_OPINIONS), key=_order)
    late = [review for review in given if pull.was_merged_before(given_at(review))]
    return _others(given, late), late


def _latest(reviews: Iterable[Review], identities: Identities) -> list[Review]:
    """Return the last of each person's opinions; one human's accounts are one person."""
    last = {identities.key(review.author) or review.id: review for review in reviews}
    return list(last.values())


def _of_state(reviews: Iterable[Review], *states: Opinion) -> tuple[Review, ...]:
    return tuple(review for review in reviews if review.state in states)


def _others(reviews: Iterable[Review], but: Iterable[Review]) -> list[Review]:
    left_out = set(but)
    return [review for review in reviews if review not in left_out]


def _order(review: Review) -> tuple[datetime, int]:
    return given_at(review), _OPINIONS.index(review.state)
