"""Which approvals count. Each refusal is one early return under the line that it breaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from gatekeeper.review.contributors import Contributors
from gatekeeper.review.facts import PullRequest, Review
from gatekeeper.review.identities import Identities
from gatekeeper.review.words import part, short, since

_OPINIONS = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
_WRITERS = ("admin", "write")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rejection:
    """An approval that does not count.

    Attributes:
        review: the approval.
        rule: that it breaks.
        why: completes the sentence "Approval by dana does not count: …".
        undecided: True when something could not be read, so that it might have counted.
    """

    review: Review
    rule: str
    why: str
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Opinions:
    """Everybody's latest opinion, sorted.

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


@dataclass(frozen=True, slots=True)
class Change:
    """What an approval is held against."""

    pull: PullRequest
    contributors: Contributors
    identities: Identities


def opinions(change: Change) -> Opinions:
    """Sort every reviewer's latest opinion."""
    merged = change.pull.merged_at
    given = sorted(
        (review for review in change.pull.reviews if review.state in _OPINIONS), key=_order
    )
    timely = [review for review in given if merged is None or _at(review) <= merged]
    late = [review for review in given if review not in timely]
    latest = _latest(timely, change.identities)
    judged = [(review, rejection(review, change)) for review in latest]
    approvals = [(r, why) for r, why in judged if r.state in ("APPROVED", "DISMISSED")]
    requests = [review for review in latest if review.state == "CHANGES_REQUESTED"]
    after = [_after_merge(review) for review in late if review.state == "APPROVED"]
    return Opinions(
        counted=tuple(review for review, why in approvals if why is None),
        rejected=(*(why for _, why in approvals if why is not None), *after),
        requests=tuple(review for review in requests if review.permission in _WRITERS),
        unread_requests=tuple(review for review in requests if review.permission is None),
        late_requests=tuple(review for review in late if review.state == "CHANGES_REQUESTED"),
    )


def rejection(review: Review, change: Change) -> Rejection | None:
    """Return why this approval does not count, or None when it does."""
    return _by_whom(review, change) or _of_what(review, change.pull) or _unread(review)


def _by_whom(review: Review, change: Change) -> Rejection | None:
    author, who = review.author, change.identities
    # must be given by an account that still exists
    if author.kind not in ("human", "bot") or author.id is None:
        return Rejection(review, "review-approval-unverifiable", "nobody knows who gave it")
    # must be given by a human
    if not who.is_human(author):
        return Rejection(review, "review-approval-by-bot", "a bot or an App is no reviewer")
    # must come from outside the change
    claim = change.contributors.known.get(who.key(author) or "")
    if claim is not None:
        why = part(claim, change.pull)
        return Rejection(review, "review-approval-by-contributor", why)
    # must come from somebody who may write to the repository
    if review.permission in ("read", "none"):
        why = f"{author} may not write to {change.pull.repository}"
        return Rejection(review, "review-approval-without-write-access", why)
    return None


def _of_what(review: Review, pull: PullRequest) -> Rejection | None:
    # must still stand
    if review.state == "DISMISSED":
        return Rejection(review, "review-approval-dismissed", _dismissed(review, pull))
    # must be for exactly the commit that would be merged
    if review.commit is not None and review.commit != pull.head_oid:
        return Rejection(review, "review-approval-stale", since(review.commit, pull))
    # must be given for the present base
    moved = next((change for change in pull.base_changes if change.at >= _at(review)), None)
    if moved is not None:
        why = f"{moved.actor} has since moved it from {moved.previous} to {moved.current}"
        return Rejection(review, "review-approval-stale", why)
    return None


def _unread(review: Review) -> Rejection | None:
    rule = "review-approval-unverifiable"
    # must be bound to a commit
    if review.commit is None:
        return Rejection(review, rule, "the host no longer says for which commit it is", True)
    # must be by somebody whose permission can be read
    if review.permission is None:
        reason = review.permission_problem or "no reason was recorded"
        why = f"{review.author}'s permission could not be read: {reason}"
        return Rejection(review, rule, why, undecided=True)
    return None


def _latest(reviews: Iterable[Review], identities: Identities) -> list[Review]:
    """Return the last of each person's opinions; one human's accounts are one person."""
    last = {identities.key(review.author) or review.id: review for review in reviews}
    return list(last.values())


def _after_merge(review: Review) -> Rejection:
    why = f"it was given on {_at(review):%Y-%m-%d %H:%M} UTC, after the merge"
    return Rejection(review, "review-approval-after-merge", why)


def _dismissed(review: Review, pull: PullRequest) -> str:
    by = next((d.actor for d in pull.dismissals if d.review == review.id), None)
    of = f"the review of {short(review.commit)}" if review.commit else "the review"
    return f"{of} was dismissed" + (f" by {by}" if by else "")


def _order(review: Review) -> tuple[datetime, bool]:
    """By time; at the same instant an approval comes first, so that it never wins."""
    return _at(review), review.state != "APPROVED"


def _at(review: Review) -> datetime:
    return review.submitted_at or _NEVER
