"""The verdict in one line, and what to do about it: the most useful first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatekeeper.core.model import Finding
from gatekeeper.review.case import Case
from gatekeeper.review.contributors import Doubt
from gatekeeper.review.facts import Review
from gatekeeper.review.findings import sentence
from gatekeeper.review.words import listed, short


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
    stale = case.given.rejected_for("review-approval-stale")
    yield from (_look_again(review, head) for review in stale[: case.lacking])
    if case.lacking > len(stale):
        names = listed(claim.person for claim in case.who.known.values())
        yield f"ask somebody with write access, other than {names}, to approve {head}"


def _look_again(review: Review, head: str) -> str:
    since = f" (git diff {short(review.commit)} {head})" if review.commit else ""
    return f"ask {review.author} to look at {head} and approve it again{since}"


def _name(doubt: Doubt) -> str:
    person = doubt.claim.person
    if person.kind in ("ghost", "web-flow"):
        what = short(doubt.claim.oid, "the change")
        return f"have somebody who answers for {what} commit it again under their own account"
    mapping = f"`identities: {{{person}: LOGIN}}` under gates.review, on the base branch"
    return f"say whose `{person}` is: {mapping}"
