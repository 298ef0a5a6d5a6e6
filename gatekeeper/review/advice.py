"""The verdict in one line, and what to do about it: the most useful first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatekeeper.core.model import Finding
from gatekeeper.review.case import Case
from gatekeeper.review.contributors import Doubt
from gatekeeper.review.facts import Review
from gatekeeper.review.findings import sentence
from gatekeeper.review.owners.ownership import Missing
from gatekeeper.review.ownership import missing
from gatekeeper.review.words import listed, short


def summary(case: Case, others: Sequence[Finding]) -> str:
    """Return the verdict's reason in one line.

    Args:
        case: what was judged.
        others: findings that are not about approvals.
    """
    if case.lacking:
        return _not_enough(case)
    blocking = (finding.message for finding in others if finding.blocking)
    return next(blocking, _approved(case))


def _not_enough(case: Case) -> str:
    have, needed = len(case.given.counted), case.settings.approvals
    if case.crosswise and have >= needed:
        return f"{listed(case.half_approved)} has a part that too few other people approved"
    nobody = f"nobody {'else ' if have else ''}outside the change approved it"
    first = next(map(sentence, case.given.rejected), nobody)
    return f"{have} of {needed} needed approvals count: {first}"


def _approved(case: Case) -> str:
    if case.exempt and not case.given.counted:
        return f"{short(case.pull.head_oid)} needs no approval: the policy exempts all its paths"
    names = listed(review.author for review in case.given.counted)
    how = "crosswise" if _by_contributors(case) else "outside the change"
    return f"{short(case.pull.head_oid)} was approved by {names}, {how}"


def _by_contributors(case: Case) -> bool:
    return any(case.who.claim(case.people.key(r.author)) for r in case.given.counted)


def next_steps(case: Case) -> Iterator[str]:
    """Yield what to do next."""
    if case.pull.state == "CLOSED":
        yield f"reopen #{case.pull.number}, or judge the pull request that replaced it"
    if case.requests_block:
        yield from _settle(case)
    yield from _after_merge(case) if case.pull.was_merged else _get_approved(case)
    yield from map(_let_own, missing(case))
    yield from map(_name, () if case.exempt else case.who.doubts)


def _settle(case: Case) -> Iterator[str]:
    head = short(case.pull.head_oid)
    for review in case.given.requests:
        yield f"settle what {review.author} asked for, then have {review.author} approve {head}"


def _after_merge(case: Case) -> Iterator[str]:
    if case.lacking:
        yield (
            f"#{case.pull.number} is merged, and no approval counts any more: bring it again in a "
            "pull request that is reviewed, or have the deviation accepted by name with a waiver"
        )


def _get_approved(case: Case) -> Iterator[str]:
    head = short(case.pull.head_oid)
    stale = case.given.rejected_for("review-approval-stale")
    yield from (_look_again(review, case.pull.head_oid) for review in stale[: case.lacking])
    if case.lacking > len(stale):
        parts = case.half_approved or case.who.people
        names = listed(parts) or "whoever contributed to it"
        yield f"ask somebody with write access, other than {names}, to approve {head}"


def _look_again(review: Review, head: str) -> str:
    moved = review.commit not in (None, head)
    since = f" (git diff {short(review.commit)} {short(head)})" if moved else ""
    return f"ask {review.author} to look at {short(head)} and approve it again{since}"


def _let_own(gap: Missing) -> str:
    line = gap.owned.line
    if gap.sole:
        return (
            f"name a second owner of `{line.pattern}` in CODEOWNERS, on the base branch: "
            f"{gap.sole} cannot approve their own change"
        )
    if gap.unmapped and not [owner for owner in line.owners if owner.startswith("@")]:
        mapping = f"`identities: {{{gap.unmapped[0]}: LOGIN}}` under gates.review"
        return f"say whose {gap.unmapped[0]} is: {mapping}, on the base branch"
    return f"ask {listed(line.owners)} to approve: they own {listed(gap.owned.paths)}"


def _name(doubt: Doubt) -> str:
    person, oid = doubt.claim.person, doubt.claim.oid
    if not doubt.mappable:
        again = f"{short(oid)} commit it again" if oid else "the change open a new pull request"
        return f"have somebody who answers for {again} under their own account"
    mapping = f"`identities: {{{person}: LOGIN}}` under gates.review, on the base branch"
    return f"say whose `{person}` is: {mapping}"
