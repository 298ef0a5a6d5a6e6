"""Did enough people outside the change approve exactly what would be merged? Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement
from gatekeeper.review.advice import next_steps, summary
from gatekeeper.review.approvals import Change, Rejection
from gatekeeper.review.case import Case
from gatekeeper.review.contributors import contributors
from gatekeeper.review.facts import PullRequest, Review, ReviewFacts
from gatekeeper.review.findings import Findings, sentence
from gatekeeper.review.identities import Identities
from gatekeeper.review.opinions import opinions
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.sound import unsound
from gatekeeper.review.words import count, listed, short


def judge(facts: ReviewFacts, settings: ReviewSettings, context: Context) -> Judgement:
    """Judge a pull request by its facts."""
    pull = facts.pull_request
    if pull is None:
        return Judgement(
            skipped="no pull request in a local run",
            next_steps=("name the pull request that brings this change: --pr NUMBER",),
        )
    failures = tuple(unsound(facts.demand, pull))
    if failures:
        return Judgement(checked=_checked(facts, pull), failures=failures)
    people = Identities(settings.identities, pull)
    who = contributors(pull, people)
    case = Case(pull, opinions(Change(pull, who, people)), who, settings)
    made = Findings(context.rules, pull)
    others = tuple(_other_findings(made, case))
    return Judgement(
        checked=(*_checked(facts, pull), _asked(case)),
        findings=(*others, *_approval_findings(made, case)),
        failures=tuple(_undecided(case, decided=any(f.blocking for f in others))),
        summary=summary(case, others),
        next_steps=tuple(dict.fromkeys(next_steps(case))),
    )


def _checked(facts: ReviewFacts, pull: PullRequest) -> tuple[str, ...]:
    what = f"{pull.repository}#{pull.number} at {short(pull.head_oid)}"
    parts = f"{count(len(pull.commits), 'commit')}, {count(len(pull.reviews), 'review')}"
    source = f"{facts.source}, not asked of a host" if facts.recorded else facts.source
    return (f"{what}: {parts}; from {source}",)


def _asked(case: Case) -> str:
    names = listed(case.who.people) or "nobody known"
    return f"contributors: {names} (authors, committers, co-authors; who pushed is not read)"


def _other_findings(made: Findings, case: Case) -> Iterator[Finding]:
    # must not have been given up
    if case.pull.state == "CLOSED":
        yield made.closed()
    # must have nobody behind it who is unknown
    yield from made.doubts(case.who.doubts)
    # must not be asked to change
    yield from made.requests(
        case.given.requests, blocking=case.requests_block, when="and has not withdrawn that"
    )
    yield from made.requests(case.given.late_requests, blocking=False, when="after the merge")


def _approval_findings(made: Findings, case: Case) -> Iterator[Finding]:
    # must be approved by enough people
    if case.lacking:
        yield made.missing(case.given, case.settings.approvals)
    yield from made.rejections(case.given.rejected)


def _undecided(case: Case, *, decided: bool) -> Iterator[Failure]:
    """Yield what could not be read and would have tipped the balance.

    Args:
        case: what is judged.
        decided: more approvals would change nothing.
    """
    if not decided:
        yield from _tipping(case)
    # whatever else blocks may be waived, so this is never left out
    if case.requests_block:
        yield from map(_unread_request, case.given.unread_requests)


def _tipping(case: Case) -> Iterator[Failure]:
    unread = case.given.undecided
    if 0 < case.lacking <= len(unread):
        yield from (_unread_approval(rejection, case) for rejection in unread)


def _unread_approval(rejection: Rejection, case: Case) -> Failure:
    head = short(case.pull.head_oid)
    return Failure(
        sentence(rejection),
        f"let {rejection.review.author} approve {head} again, and use a token that may read the "
        "repository's collaborators",
    )


def _unread_request(review: Review) -> Failure:
    reason = review.permission_problem or "no reason was recorded"
    return Failure(
        f"{review.author} requested changes, and it is not known whether that blocks: {reason}",
        "use a token that may read the repository's collaborators",
    )
