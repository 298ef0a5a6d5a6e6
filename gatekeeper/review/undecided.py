"""What could not be read and would have mattered: each makes the gate ERROR, never PASS. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.core.model import Failure
from gatekeeper.review.approvals import Rejection
from gatekeeper.review.case import Case
from gatekeeper.review.equivalence import merged_proof
from gatekeeper.review.exempt import unknown_paths
from gatekeeper.review.facts import OwnersFile, PullRequest, Review
from gatekeeper.review.findings import sentence
from gatekeeper.review.ownership import missing
from gatekeeper.review.pushes import unread
from gatekeeper.review.words import listed, short

_NO_CLONE = "no clone was asked"
_CLONE = "run this in a clone of the repository that holds the change"


def undecided(case: Case, *, decided: bool) -> Iterator[Failure]:
    """Yield what could not be read and would have tipped the balance.

    Args:
        case: what is judged.
        decided: more approvals would change nothing.
    """
    if not decided:
        yield from _tipping(case)
    # whatever else blocks may be waived, so the rest is never left out
    if case.requests_block:
        yield from map(_unread_request, case.given.unread_requests)
    yield from _pushers(case)
    yield from _content(case)
    if case.settings.owners == "required":
        yield from _owners(case)


def _tipping(case: Case) -> Iterator[Failure]:
    unread_approvals = case.given.undecided
    if 0 < case.lacking <= len(unread_approvals):
        yield from (_unread_approval(rejection, case) for rejection in unread_approvals)
    if case.lacking and unknown_paths(case.pull, case.settings.paths_exempt):
        yield Failure(
            "the policy exempts paths, and it is not known which ones this change touches",
            _mend(case.pull),
        )


def _unread_approval(rejection: Rejection, case: Case) -> Failure:
    head = short(case.pull.head_oid)
    again = f"let {rejection.review.author} approve {head} again"
    access = f"{again}, and use a token that may read the repository's collaborators"
    mend = f"{rejection.mend}; or {again}" if rejection.mend else access
    return Failure(sentence(rejection), mend)


def _unread_request(review: Review) -> Failure:
    reason = review.permission_problem or "no reason was recorded"
    return Failure(
        f"{review.author} requested changes, and it is not known whether that blocks: {reason}",
        "use a token that may read the repository's collaborators",
    )


def _pushers(case: Case) -> Iterator[Failure]:
    chosen = case.settings.pushers or ("best-effort" if case.pull.was_merged else "required")
    why = unread(case.pull)
    if why and chosen == "required" and not case.exempt:
        yield Failure(
            f"it is not known who pushed to {case.pull.head_ref}: {why}",
            "use a token that may read the repository's activity, or set `pushers: best-effort` "
            "under gates.review, on the base branch",
        )


def _content(case: Case) -> Iterator[Failure]:
    merged = merged_proof(case.pull)
    if merged is not None and merged.outcome == "unprovable":
        yield Failure(merged.why, merged.mend)
    content = case.pull.content
    if case.settings.hidden_changes == "fail" and (content is None or content.problem):
        why = content.problem if content else _NO_CLONE
        yield Failure(f"whether the change hides something is not known: {why}", _mend(case.pull))


def _owners(case: Case) -> Iterator[Failure]:
    yield from _owners_file(case.pull.owners)
    # must be known what is changed
    content = case.pull.content
    if content is None or content.changed is None:
        why = content.problem if content else _NO_CLONE
        yield Failure(f"which paths are changed is not known: {why}", _mend(case.pull))
    yield from _unread_teams(case)


def _owners_file(owners: OwnersFile | None) -> Iterator[Failure]:
    # must be known who owns what
    if owners is None:
        yield Failure(f"who owns what is not known: {_NO_CLONE}", _CLONE)
    elif owners.problem:
        yield Failure(f"who owns what is not known: {owners.problem}", owners.mend)
    # must say who owns what, since the policy asks for it
    elif owners.path is None:
        yield Failure(
            f"the policy requires the owners' approval, and {short(owners.revision)}, the base, "
            "has no CODEOWNERS",
            "merge a .github/CODEOWNERS first, or set `owners: optional` under gates.review",
        )


def _unread_teams(case: Case) -> Iterator[Failure]:
    """Yield the teams whose members might be among those who approved."""
    if not case.given.counted:
        return
    teams = {team.name: team for gap in missing(case) for team in gap.unread}
    approvers = listed(review.author for review in case.given.counted)
    for name, team in teams.items():
        yield Failure(
            f"whether {approvers} is in {name} is not known: {team.problem}",
            "use a token that may read the organisation's teams (read:org)",
        )


def _mend(pull: PullRequest) -> str:
    return (pull.content.mend if pull.content else "") or _CLONE
