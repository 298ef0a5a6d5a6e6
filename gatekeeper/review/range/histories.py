"""Where a release's history is asked about. One protocol, so that the gate sees only its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gatekeeper.review.facts import Commit, PullRequest, Queued, RangeCommit
from gatekeeper.review.source import Teams


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a release is held against.

    Attributes:
        repository: `owner/name`.
        repository_id: the host's immutable id of it.
        branch: the protected branch.
        tip: that branch's newest commit; None when not known.
        tags: where the host has the tags that were asked for, by name.
        queued: what waits in the branch's merge queue.
    """

    repository: str
    repository_id: str
    branch: str
    tip: str | None
    tags: Mapping[str, str] = field(default_factory=dict)
    queued: tuple[Queued, ...] = ()


class History(Teams, Protocol):
    """Answers about one repository's past, whole, or raises `EvidenceError` and its kin."""

    @property
    def recorded(self) -> bool:
        """Whether files say so and no host was asked."""

    @property
    def name(self) -> str:
        """What a report calls it."""

    def surroundings(self, names: Sequence[str], branch: str | None, head: str) -> Surroundings:
        """Return what a release is held against.

        Args:
            names: of the range's two ends, as the user gave them.
            branch: the protected branch; None for the host's default branch.
            head: the commit that the range ends at.
        """

    def commits(self, known: Sequence[Commit]) -> Iterator[RangeCommit]:
        """Yield each commit with the pull requests that it is connected with, in this order."""

    def pull_requests(self, numbers: Sequence[int]) -> Iterator[PullRequest]:
        """Yield each of these pull requests, whole, in this order."""
