"""From a commit to the pull request that proves it, or why none does. Pure.

A pull request proves a commit when it was merged as this commit, when it lists the commit as its
own and was merged as it stood, or when the commit is one of its own replayed (a rebase merge).
That another pull request merely contains the commit, or that a message names one, proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gatekeeper.core.model import Failure
from gatekeeper.review.content.verdicts import replay_proof
from gatekeeper.review.facts import Commit, CommitRange, PullRequest, RangeCommit
from gatekeeper.review.range.index import Index, index
from gatekeeper.review.words import listed, short

How = Literal["merge", "squash", "rebase", "queue", "commit", ""]
_NAMES_A_PULL = re.compile(r"^Merge pull request #(\d+)\b|\(#(\d+)\)\s*$")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a commit comes from.

    Attributes:
        commit: of the range.
        pull: the pull request that proves it; None when none does.
        how: `merge`, `squash`, `rebase`, `queue`: what the host made of the pull request;
            `commit`: one of its own.
        rule: that is broken where none proves it.
        why: completes the sentence "4f2c1aa (Fix rounding) …".
        failure: what could not be read and would have told.
    """

    commit: Commit
    pull: PullRequest | None = None
    how: How = ""
    rule: str = ""
    why: str = ""
    failure: Failure | None = None


def origins(found: CommitRange) -> Iterator[Origin]:
    """Yield the origin of every commit of a range."""
    trace = _Trace(found, index(found))
    return map(trace.origin, found.commits)


class _Trace:
    """Traces the commits of one range."""

    def __init__(self, found: CommitRange, known: Index) -> None:
        self._found = found
        self._known = known
        self._parents = {one.commit.oid: one.commit.parents for one in found.commits}

    def origin(self, one: RangeCommit) -> Origin:
        """Return the first proof that holds: the nearest pull request, never just the first."""
        proven = self._landed(one.commit) or self._owned(one.commit) or self._copied(one.commit)
        return proven or self._unproven(one)

    def _landed(self, commit: Commit) -> Origin | None:
        """Return the pull request that was merged as this commit."""
        for pull in self._reaching(self._known.landed.get(commit.oid, ())):
            whole = pull.head_oid in commit.parents
            if pull.state == "OPEN":
                return self._queued(commit, pull)
            if whole or len(commit.parents) == 1:
                return self._of_merged(commit, pull, whole=whole)
        return None

    def _of_merged(self, commit: Commit, pull: PullRequest, *, whole: bool) -> Origin | None:
        if whole:
            return Origin(commit, pull, "merge")
        if pull.merge and pull.merge.method == "rebase":
            return self._copied(commit)
        return Origin(commit, pull, "squash")

    def _owned(self, commit: Commit) -> Origin | None:
        """Return the nearest pull request that lists this commit and was merged as it stood."""
        holders = [
            pull
            for pull in self._reaching(self._known.holders.get(commit.oid, ()))
            if self._known.lands_whole(pull.number, self._parents)
        ]
        for pull in holders:
            # must not have taken the commit from another pull request that was merged before it
            own = set(pull.oids)
            nearer = (other for other in holders if self._known.landings[other.number] in own)
            if not any(nearer):
                return Origin(commit, pull, "commit")
        return None

    def _copied(self, commit: Commit) -> Origin | None:
        """Return the pull request whose commit, replayed, is this one."""
        failure = None
        for copy in self._known.copies.get(commit.oid, ()):
            for pull in self._reaching((copy.pull_request,)):
                proof = replay_proof(copy.replay)
                if proof.outcome == "kept" and copy.replay.approved in pull.oids:
                    return Origin(commit, pull, "rebase")
                if proof.outcome == "unprovable":
                    failure = Failure(f"#{pull.number}: {proof.why}", proof.mend)
        return Origin(commit, failure=failure) if failure else None

    def _queued(self, commit: Commit, pull: PullRequest) -> Origin | None:
        """Return a waiting pull request, where the queue's commit is what merging it gives."""
        for copy in self._known.copies.get(commit.oid, ()):
            if (copy.pull_request, copy.replay.approved) == (pull.number, pull.head_oid):
                proof = replay_proof(copy.replay)
                if proof.outcome == "kept":
                    return Origin(commit, pull, "queue")
                if proof.outcome == "unprovable":
                    reason = f"#{pull.number}: {proof.why}"
                    return Origin(commit, failure=Failure(reason, proof.mend))
        return None

    def _reaching(self, numbers: tuple[int, ...]) -> Iterator[PullRequest]:
        """Yield those that landed, on a branch from which the release takes everything."""
        for number in numbers:
            pull = self._known.pulls.get(number)
            if pull and number in self._known.landings and pull.base_ref in self._known.bases:
                yield pull

    def _unproven(self, one: RangeCommit) -> Origin:
        commit, branch = one.commit, self._found.branch
        if not one.candidates:
            why = f"reached {branch} without a pull request{_claims(one)}"
            return Origin(commit, rule="review-commit-without-pull-request", why=why)
        closed = [number for number in self._numbers(one) if self._is(number, "CLOSED")]
        if closed:
            names = listed(f"#{number}" for number in closed)
            why = (
                f"is of {names}, closed without a merge on the host: whoever merged it elsewhere "
                "left no proof of what was reviewed"
            )
            return Origin(commit, rule="review-commit-merged-outside", why=why)
        reasons = listed(self._reasons(one))
        why = f"is proven by no pull request: {reasons}"
        return Origin(commit, rule="review-commit-unproven", why=why)

    def _numbers(self, one: RangeCommit) -> Iterator[int]:
        for candidate in one.candidates:
            if candidate.repository_id == self._found.repository_id:
                yield candidate.number

    def _is(self, number: int, state: str) -> bool:
        pull = self._known.pulls.get(number)
        return pull is not None and pull.state == state

    def _reasons(self, one: RangeCommit) -> Iterator[str]:
        for candidate in one.candidates:
            pull = self._known.pulls.get(candidate.number)
            if candidate.repository_id != self._found.repository_id or pull is None:
                yield f"#{candidate.number} asks another repository"
            else:
                yield f"#{pull.number} {self._reason(one.commit, pull)}"

    def _reason(self, commit: Commit, pull: PullRequest) -> str:
        landing = self._known.landings.get(pull.number)
        cases = (
            (pull.state == "OPEN" and landing is None, "is still open"),
            (landing is None, "was merged, and nobody knows as which commit"),
            (
                pull.base_ref not in self._known.bases,
                f"was merged into {pull.base_ref}, from which nothing reaches {self._found.branch}",
            ),
            (commit.oid == landing, "is what the host made of it, but not what it holds"),
            (commit.oid in pull.oids, f"was merged as {short(landing)}, not as this commit"),
            (True, "contains it, and did not bring it"),
        )
        return next(words for applies, words in cases if applies)


def _claims(one: RangeCommit) -> str:
    """Say what its message claims, for whoever would have believed it."""
    found = _NAMES_A_PULL.search(one.commit.subject)
    if found:
        return f" (its message names #{found[1] or found[2]}, which proves nothing)"
    if one.picked_from:
        return f" (picked from {short(one.picked_from)}: a new context needs a review of its own)"
    return ""
