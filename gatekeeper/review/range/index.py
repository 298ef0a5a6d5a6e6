"""A range's pull requests, by what they brought and where. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gatekeeper.review.facts import CommitRange, Copy, PullRequest


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that a commit's origin is looked up in.

    Attributes:
        pulls: by number.
        landings: by number, the commit that brought it, or would: a merge, a squash, the last of
            a rebase, or what the merge queue made.
        landed: by such a commit, the numbers that it brings.
        holders: by commit, the numbers of the pull requests that list it as their own.
        copies: by commit of the range, what it may be a copy of.
        bases: the branches from which everything reaches the release.
    """

    pulls: Mapping[int, PullRequest]
    landings: Mapping[int, str]
    landed: Mapping[str, tuple[int, ...]]
    holders: Mapping[str, tuple[int, ...]]
    copies: Mapping[str, tuple[Copy, ...]]
    bases: frozenset[str]

    def lands_whole(self, number: int, parents: Mapping[str, tuple[str, ...]]) -> bool:
        """Return whether it was merged as its own commits are: its head is a parent of a merge."""
        landing = self.landings.get(number, "")
        return self.pulls[number].head_oid in parents.get(landing, ())


def index(found: CommitRange) -> Index:
    """Sort a range's pull requests."""
    own = [pull for pull in found.pull_requests if _same(pull, found)]
    pulls = {pull.number: pull for pull in own}
    landings = dict(_landings(own, found))
    return Index(
        pulls=pulls,
        landings=landings,
        landed=_grouped((oid, number) for number, oid in landings.items()),
        holders=_grouped((oid, pull.number) for pull in own for oid in pull.oids),
        copies=_copies(found.copies),
        bases=_bases(own, found.branch),
    )


def _same(pull: PullRequest, found: CommitRange) -> bool:
    return pull.repository_id == found.repository_id


def _landings(pulls: Iterable[PullRequest], found: CommitRange) -> Iterable[tuple[int, str]]:
    queued = {one.number: one.oid for one in found.queued}
    for pull in pulls:
        if pull.was_merged and pull.merge and pull.merge.commit:
            yield pull.number, pull.merge.commit.oid
        elif pull.state == "OPEN" and pull.number in queued:
            yield pull.number, queued[pull.number]


def _bases(pulls: Iterable[PullRequest], branch: str) -> frozenset[str]:
    """Return the protected branch, and every branch that was merged into one of these."""
    leads: dict[str, set[str]] = defaultdict(set)
    for pull in pulls:
        if pull.head_repository_id == pull.repository_id:
            leads[pull.base_ref].add(pull.head_ref)
    reached: set[str] = set()
    waiting = {branch}
    while waiting:
        reached |= waiting
        waiting = set().union(*(leads[name] for name in waiting)) - reached
    return frozenset(reached)


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    grouped: dict[str, tuple[int, ...]] = {}
    for oid, number in pairs:
        grouped[oid] = (*grouped.get(oid, ()), number)
    return grouped


def _copies(copies: Iterable[Copy]) -> dict[str, tuple[Copy, ...]]:
    grouped: dict[str, tuple[Copy, ...]] = {}
    for copy in copies:
        judged = copy.replay.judged
        grouped[judged] = (*grouped.get(judged, ()), copy)
    return grouped
