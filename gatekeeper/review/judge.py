"""Did enough people outside the change approve exactly what would be merged? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement
from gatekeeper.review.approvals import Change, Opinions, opinions
from gatekeeper.review.contributors import Contributors, Doubt, contributors
from gatekeeper.review.facts import PullRequest, ReviewFacts
from gatekeeper.review.findings import Writer, sentence
from gatekeeper.review.identities import Identities
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
    case = _Case(pull, opinions(Change(pull, who, people)), who, settings)
    others = tuple(_other_findings(Writer(context.rules, pull), case))
    return Judgement(
        checked=(*_checked(facts, pull), _asked(case)),
        findings=(*others, *_approval_findings(Writer(context.rules, pull), case)),
        failures=tuple(_undecided(case, decided=any(f.blocking for f in others))),
        summary=_summary(case, others),
        next_steps=tuple(dict.fromkeys(_next_steps(case))),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """All that the verdict is made of."""

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


def _checked(facts: ReviewFacts, pull: PullRequest) -> tuple[str, ...]:
    what = f"{pull.repository}#{pull.number} at {short(pull.head_oid)}"
    parts = f"{count(len(pull.commits), 'commit')}, {count(len(pull.reviews), 'review')}"
    source = f"{facts.source}, not asked of a host" if facts.recorded else facts.source
    return (f"{what}: {parts}; from {source}",)


def _asked(case: _Case) -> str:
    names = listed(claim.person for claim in case.who.known.values()) or "nobody known"
    return f"contributors: {names} (authors, committers, co-authors; who pushed is not read)"


def _other_findings(write: Writer, case: _Case) -> Iterator[Finding]:
    # must not have been given up
    if case.pull.state == "CLOSED":
        yield write.closed()
    # must have nobody behind it who is unknown
    yield from write.doubts(case.who.doubts)
    # must not be asked to change
    yield from write.requests(
        case.given.requests, blocking=case.requests_block, when="and has not withdrawn that"
    )
    yield from write.requests(case.given.late_requests, blocking=False, when="after the merge")


def _approval_findings(write: Writer, case: _Case) -> Iterator[Finding]:
    # must be approved by enough people
    if case.lacking:
        yield write.missing(case.given, case.settings.approvals)
    yield from write.rejections(case.given.rejected)


def _undecided(case: _Case, *, decided: bool) -> Iterator[Failure]:
    """Yield what could not be read and would have tipped the balance."""
    if decided:
        return
    open_approvals = [rejection for rejection in case.given.rejected if rejection.undecided]
    if 0 < case.lacking <= len(open_approvals):
        for rejection in open_approvals:
            yield Failure(
                sentence(rejection),
                f"let {rejection.review.author} approve {short(case.pull.head_oid)} again, with "
                "a token that may read the repository's collaborators",
            )
    if case.requests_block:
        for review in case.given.unread_requests:
            reason = review.permission_problem or "no reason was recorded"
            yield Failure(
                f"{review.author} requested changes, and it is not known whether that blocks: "
                f"{reason}",
                "use a token that may read the repository's collaborators",
            )


def _summary(case: _Case, others: Sequence[Finding]) -> str:
    blocking = [finding.message for finding in others if finding.blocking]
    if case.lacking:
        needed = count(case.settings.approvals, "approval")
        reasons = [sentence(rejection) for rejection in case.given.rejected]
        first = reasons[0] if reasons else "nobody outside the change has approved it"
        return f"{len(case.given.counted)} of {needed} count: {first}"
    if blocking:
        return blocking[0]
    names = listed(review.author for review in case.given.counted)
    return f"{short(case.pull.head_oid)} was approved by {names}, outside the change"


def _next_steps(case: _Case) -> Iterator[str]:
    head = short(case.pull.head_oid)
    if case.pull.state == "CLOSED":
        yield f"reopen #{case.pull.number}, or judge the pull request that replaced it"
    if case.requests_block:
        for review in case.given.requests:
            yield f"settle what {review.author} asked for, then have {review.author} approve {head}"
    stale = [r.review for r in case.given.rejected if r.rule == "review-approval-stale"]
    if case.lacking:
        for review in stale[: case.lacking]:
            since = f" (git diff {short(review.commit)} {head})" if review.commit else ""
            yield f"ask {review.author} to look at {head} and approve it again{since}"
    if case.lacking > len(stale):
        names = listed(claim.person for claim in case.who.known.values())
        yield f"ask somebody with write access, other than {names}, to approve {head}"
    for doubt in case.who.doubts:
        yield _mend(doubt)


def _mend(doubt: Doubt) -> str:
    person = doubt.claim.person
    if person.kind in ("ghost", "web-flow"):
        what = short(doubt.claim.oid) if doubt.claim.oid else "the change"
        return f"have somebody who answers for {what} commit it again under their own account"
    mapping = f"`identities: {{{person}: LOGIN}}` under gates.review, on the base branch"
    return f"say whose `{person}` is: {mapping}"
