"""Everybody's latest opinion. A later comment changes nothing; a dismissal revives nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gatekeeper.review.approvals import Change, Rejection, after_merge, given_at, rejection
from gatekeeper.review.facts import Opinion, PullRequest, Review
from gatekeeper.review.identities import Identities

_OPINIONS: tuple[Opinion, ...] = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
_WRITERS = ("admin", "write")


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


def opinions(change: Change) -> Opinions:
    """Sort every reviewer's latest opinion."""
    timely, late = _by_merge(change.pull)
    latest = _latest(timely, change.identities)
    requests = _of_state(latest, "CHANGES_REQUESTED")
    approvals = [(review, rejection(review, change)) for review in _others(latest, requests)]
    rejected = tuple(why for _, why in approvals if why is not None)
    return Opinions(
        counted=tuple(review for review, why in approvals if why is None),
        rejected=(*rejected, *map(after_merge, _of_state(late, "APPROVED"))),
        requests=tuple(review for review in requests if review.permission in _WRITERS),
        unread_requests=tuple(review for review in requests if review.permission is None),
        late_requests=_of_state(late, "CHANGES_REQUESTED"),
    )


def _by_merge(pull: PullRequest) -> tuple[list[Review], list[Review]]:
    """Return the opinions until the merge and those after it, each in the order of time."""
    given = sorted((review for review in pull.reviews if review.state in _OPINIONS), key=_order)
    merged = pull.merged_at
    timely = [review for review in given if merged is None or given_at(review) <= merged]
    return timely, _others(given, timely)


def _latest(reviews: Iterable[Review], identities: Identities) -> list[Review]:
    """Return the last of each person's opinions; one human's accounts are one person."""
    last = {identities.key(review.author) or review.id: review for review in reviews}
    return list(last.values())


def _of_state(reviews: Iterable[Review], state: Opinion) -> tuple[Review, ...]:
    return tuple(review for review in reviews if review.state == state)


def _others(reviews: Iterable[Review], but: Iterable[Review]) -> list[Review]:
    left_out = set(but)
    return [review for review in reviews if review not in left_out]


def _order(review: Review) -> tuple[datetime, bool]:
    """By time; at the same instant an approval comes first, so that it never wins."""
    return given_at(review), review.state != "APPROVED"
