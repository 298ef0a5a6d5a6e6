"""Which approvals count. Each refusal is one early return under the line that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from gatekeeper.review.claims import Claim
from gatekeeper.review.content.verdicts import Proof
from gatekeeper.review.contributors import Contributors
from gatekeeper.review.equivalence import approved_proof
from gatekeeper.review.facts import BaseChange, Person, PullRequest, Review
from gatekeeper.review.history import part, since
from gatekeeper.review.identities import Identities
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.words import short

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rejection:
    """An approval that does not count.

    Attributes:
        review: the approval.
        rule: that it breaks.
        why: completes the sentence "Approval by dana does not count: …".
        undecided: True when something could not be read, so that it might have counted.
        mend: what would let it be read; empty where a new approval is the only way.
    """

    review: Review
    rule: str
    why: str
    undecided: bool = False
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What an approval is held against.

    Attributes:
        pull: the pull request.
        contributors: everybody who had a part in it.
        identities: who is one person.
        settings: the policy.
    """

    pull: PullRequest
    contributors: Contributors
    identities: Identities
    settings: ReviewSettings

    @property
    def permission_then_suffices(self) -> bool:
        """Whether write access at the time of the review is enough."""
        chosen = self.settings.permission or ("then-or-now" if self.pull.was_merged else "now")
        return chosen == "then-or-now"

    def by_writer(self, review: Review) -> bool:
        """Whether the review's author is known to have the write access that the policy asks."""
        then = review.permission_then in ("admin", "write")
        return review.by_writer or (then and self.permission_then_suffices)


def given_at(review: Review) -> datetime:
    """Return when a review was submitted; one that does not say so comes before all others."""
    return review.submitted_at or _NEVER


def after_merge(review: Review) -> Rejection:
    """Return the rejection of an approval that came too late."""
    why = f"it was given on {given_at(review):%Y-%m-%d %H:%M} UTC, after the merge"
    return Rejection(review, "review-approval-after-merge", why)


def rejection(review: Review, change: Change) -> Rejection | None:
    """Return why this approval does not count, or None when it does."""
    return _by_whom(review, change) or _of_what(review, change.pull) or _unread(review, change)


def _by_whom(review: Review, change: Change) -> Rejection | None:
    author, who = review.author, change.identities
    # must be given by an account that still exists
    if not author.is_account:
        return Rejection(review, "review-approval-unverifiable", "nobody knows who gave it")
    # must be given by a human
    if not who.is_human(author):
        return Rejection(review, "review-approval-by-bot", "a bot or an App is no reviewer")
    # must come from outside the change, or from outside somebody else's part of it
    claim = change.contributors.claim(who.key(author))
    if claim is not None and not _has_other_part(claim, change):
        why = f"{part(claim, change.pull)}{_mapped(claim, author)}"
        return Rejection(review, "review-approval-by-contributor", why)
    # must come from somebody who may write to the repository
    if review.by_reader and not change.by_writer(review):
        why = f"{author} may not write to {change.pull.repository}"
        return Rejection(review, "review-approval-without-write-access", why)
    return None


def _has_other_part(own: Claim, change: Change) -> bool:
    """Whether the policy lets contributors approve each other, and there is anybody else."""
    others = set(change.contributors.known) - {change.identities.key(own.person)}
    return change.settings.independence == "per-author" and bool(others)


def _of_what(review: Review, pull: PullRequest) -> Rejection | None:
    # must still stand
    if review.state == "DISMISSED":
        return Rejection(review, "review-approval-dismissed", _dismissed(review, pull))
    # must be given for the base that it is, or was, merged into
    for moved in _moved_since(review, pull):
        what = f"#{pull.number} from {moved.previous} to {moved.current}"
        why = f"{moved.actor} has since moved {what}"
        return Rejection(review, "review-approval-stale", why)
    # must be for exactly the content that would be merged, or was
    proof = approved_proof(review.commit, pull) if review.commit else None
    if proof is not None and proof.outcome != "kept":
        return _stale(review, pull, proof)
    return None


def _stale(review: Review, pull: PullRequest, proof: Proof) -> Rejection:
    moved = review.commit not in (None, pull.head_oid)
    clauses = (since(review.commit, pull) if review.commit and moved else "", proof.why)
    why = "; ".join(filter(None, clauses))
    undecided = proof.outcome == "unprovable"
    return Rejection(review, "review-approval-stale", why, undecided, proof.mend)


def _unread(review: Review, change: Change) -> Rejection | None:
    rule = "review-approval-unverifiable"
    # must be bound to a commit
    if review.commit is None:
        return Rejection(review, rule, "the host no longer says for which commit it is", True)
    # must be by somebody whose permission can be read
    if review.permission is None and not change.by_writer(review):
        reason = review.permission_problem or "no reason was recorded"
        why = f"{review.author}'s permission could not be read: {reason}"
        return Rejection(review, rule, why, undecided=True)
    return None


def _mapped(claim: Claim, author: Person) -> str:
    """Say that the policy names the reviewer where the change names somebody else."""
    if claim.person.id == author.id:
        return ""
    return f", and the policy says that {claim.person} is {author}"


def _moved_since(review: Review, pull: PullRequest) -> Iterator[BaseChange]:
    """Yield what gave the pull request another base after the review and before the merge."""
    for change in pull.base_changes:
        if change.at >= given_at(review) and not pull.was_merged_before(change.at):
            yield change


def _dismissed(review: Review, pull: PullRequest) -> str:
    by = [
        f" by {dismissal.actor}" for dismissal in pull.dismissals if dismissal.review == review.id
    ]
    of = f"the review of {short(review.commit)}" if review.commit else "the review"
    return f"{of} was dismissed{''.join(by[:1])}"
