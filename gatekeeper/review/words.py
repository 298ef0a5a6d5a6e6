"""The phrases of a verdict, fit to paste to a colleague."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatekeeper.review.contributors import Claim
from gatekeeper.review.facts import Commit, PullRequest

_NAMED = 3


def short(oid: str | None, unknown: str = "") -> str:
    """Return a commit's name as people write it, or other words where it is not known."""
    return oid[:7] if oid else unknown


def listed(things: Iterable[object]) -> str:
    """Return `a, b and c`, or `a, b, c and 4 more`, each thing once."""
    names = list(dict.fromkeys(str(thing) for thing in things))
    if len(names) > _NAMED:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def count(number: int, thing: str) -> str:
    """Return `1 commit` or `2 commits`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def part(claim: Claim, pull: PullRequest) -> str:
    """Return what somebody did, as a clause."""
    who, what = claim.person, short(claim.oid, "the branch")
    return {
        "opener": f"{who} opened #{pull.number}",
        "author": f"{who} wrote {what}",
        "committer": f"{who} committed {what}",
        "co-author": f"{who} is a co-author of {what}",
        "force-pusher": f"{who} force-pushed {what}",
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
