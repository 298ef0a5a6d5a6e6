"""The verdict in one line, and what to do about it: the most useful first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatekeeper.core.model import Finding
from gatekeeper.review.contributors import Contributors, Doubt
from gatekeeper.review.facts import PullRequest
from gatekeeper.review.findings import sentence
from gatekeeper.review.opinions import Opinions
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.words import listed, short


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


def summary(case: Case, others: Sequence[Finding]) -> str:
    """Return the verdict's reason in one line.

    Args:
        case: what was judged.
        others: findings that are not about approvals.
    """
    if case.lacking:
        first = next(map(sentence, case.given.rejected), "nobody outside the change approved it")
        have, needed = len(case.given.counted), case.settings.approvals
        return f"{have} of {needed} needed approvals count: {first}"
    blocking = (finding.message for finding in others if finding.blocking)
    names = listed(review.author for review in case.given.counted)
    passed = f"{short(case.pull.head_oid)} was approved by {names}, outside the change"
    return next(blocking, passed)


def next_steps(case: Case) -> Iterator[str]:
    """Yield what to do next."""
    if case.pull.state == "CLOSED":
        yield f"reopen #{case.pull.number}, or judge the pull request that replaced it"
    if case.requests_block:
        yield from _settle(case)
    yield from _get_approved(case)
    yield from map(_name, case.who.doubts)


def _settle(case: Case) -> Iterator[str]:
    head = short(case.pull.head_oid)
    for review in case.given.requests:
        yield f"settle what {review.author} asked for, then have {review.author} approve {head}"


def _get_approved(case: Case) -> Iterator[str]:
    head = short(case.pull.head_oid)
    stale = [why.review for why in case.given.rejected if why.rule == "review-approval-stale"]
    for review in stale[: case.lacking]:
        since = f" (git diff {short(review.commit)} {head})" if review.commit else ""
        yield f"ask {review.author} to look at {head} and approve it again{since}"
    if case.lacking > len(stale):
        names = listed(claim.person for claim in case.who.known.values())
        yield f"ask somebody with write access, other than {names}, to approve {head}"


def _name(doubt: Doubt) -> str:
    person = doubt.claim.person
    if person.kind in ("ghost", "web-flow"):
        what = short(doubt.claim.oid) if doubt.claim.oid else "the change"
        return f"have somebody who answers for {what} commit it again under their own account"
    mapping = f"`identities: {{{person}: LOGIN}}` under gates.review, on the base branch"
    return f"say whose `{person}` is: {mapping}"
