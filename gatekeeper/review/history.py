"""What became of a change after somebody looked at it, as a clause of a verdict. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.review.claims import Claim
from gatekeeper.review.facts import Commit, PullRequest
from gatekeeper.review.words import count, listed, short


def part(claim: Claim, pull: PullRequest) -> str:
    """Return what somebody did, as a clause."""
    who, what = claim.person, short(claim.oid, "the branch")
    return {
        "opener": f"{who} opened #{pull.number}",
        "author": f"{who} wrote {what}",
        "committer": f"{who} committed {what}",
        "co-author": f"{who} is a co-author of {what}",
        "force-pusher": f"{who} force-pushed {what}",
        "pusher": f"{who} pushed {what}",
        "requester": f"{who} had {pull.opener} open #{pull.number}",
    }[claim.role]


def since(approved: str, pull: PullRequest) -> str:
    """Return what became of the head after an approval of another commit."""
    became = _became(approved, pull)
    head = f"it is for {short(approved)}, and the head is {short(pull.head_oid)}"
    return f"{head} ({became})" if became else head


def _became(approved: str, pull: PullRequest) -> str:
    if approved in pull.oids:
        return _followed_by(pull.commits[pull.oids.index(approved) + 1 :])
    for rewrite in pull.force_pushes:
        if rewrite.before == approved:
            return f"{rewrite.actor} force-pushed since"
    return f"{short(approved)} is no longer part of #{pull.number}"


def _followed_by(later: Sequence[Commit]) -> str:
    names = listed(commit.author for commit in later)
    return f"{count(len(later), 'later commit')} by {names}" if later else ""
