"""Gathers the facts of a range: git says which commits, a history says how each of them came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.review.added import content_added, with_teams
from gatekeeper.review.content.store import Store
from gatekeeper.review.facts import (
    Commit,
    CommitRange,
    Copy,
    MovedTag,
    PullRequest,
    RangeCommit,
)
from gatekeeper.review.range import copies
from gatekeeper.review.range.histories import History, Surroundings
from gatekeeper.review.range.log import Log

_STEP = 100


@dataclass(frozen=True, slots=True)
class Span:
    """The two ends of a range.

    Attributes:
        base: the older end, as the user named it.
        base_oid: its commit.
        head: the newer end, as the user named it.
        head_oid: its commit.
        branch: the protected branch; None for the host's default one.
    """

    base: str
    base_oid: str
    head: str
    head_oid: str
    branch: str | None = None


def ends_of(text: str) -> tuple[str, str]:
    """Return the two ends of `A..B`. Raises UsageError for anything else."""
    base, dots, head = text.partition("..")
    if not (dots and base and head) or head.startswith(".") or ".." in head:
        raise UsageError(
            f"`{text}` is no range of commits", "name two revisions: OLDER..NEWER, e.g. v1.4..v1.5"
        )
    return base, head


def collect_range(
    root: Path, span: Span, history: History, progress: Callable[[str], None], *, owners: bool
) -> CommitRange:
    """Return everything that is known of a range.

    Args:
        root: a clone of the repository.
        span: which commits.
        history: says which pull requests brought them.
        progress: told what is going on.
        owners: whether the members of the teams that own something are needed.

    Raises:
        EvidenceError, NotAuthorisedError, ToolError: something could not be established at all.
    """
    with git.borrowed(root) as folder:
        store = Store(root, folder)
        oids = store.between(span.base_oid, span.head_oid)
        around = history.surroundings((span.base, span.head), span.branch, span.head_oid)
        gathering = _Gathering(store, Log(store.objects), history, around, progress)
        gathering.owners = owners
        commits = tuple(gathering.commits(oids))
        pulls = tuple(gathering.pulls(commits))
        known = {one.commit.oid: one.commit for one in commits}
        return CommitRange(
            repository=around.repository,
            repository_id=around.repository_id,
            base=span.base,
            base_oid=span.base_oid,
            head=span.head,
            head_oid=span.head_oid,
            branch=around.branch,
            base_is_ancestor=store.is_ancestor(span.base_oid, span.head_oid),
            head_on_branch=_on_branch(store, span.head_oid, around),
            moved=tuple(_moved(root, around.tags)),
            queued=around.queued,
            commits=commits,
            pull_requests=pulls,
            copies=tuple(gathering.copies(pulls, known)),
            complete=True,
        )


class _Gathering:
    """One range's collection."""

    def __init__(
        self,
        store: Store,
        log: Log,
        history: History,
        around: Surroundings,
        progress: Callable[[str], None],
    ) -> None:
        self._store = store
        self._log = log
        self._history = history
        self._around = around
        self._progress = progress
        self.owners = False

    def commits(self, oids: Sequence[str]) -> Iterator[RangeCommit]:
        """Yield each commit with its candidates."""
        known = tuple(self._log.commits(oids))
        for number, one in enumerate(self._history.commits(known)):
            if number % _STEP == 0 or number == len(oids) - 1:
                self._progress(f"{number + 1} of {len(oids)} commits, from {self._history.name}")
            _require_same(known[number], one.commit)
            picked = self._log.picked.get(one.commit.oid)
            yield replace(one, picked_from=picked) if picked else one

    def pulls(self, commits: Sequence[RangeCommit]) -> Iterator[PullRequest]:
        """Yield each candidate, with what the clone says of its content."""
        numbers = self._numbers(commits)
        for done, pull in enumerate(self._history.pull_requests(numbers)):
            if done % (_STEP // 4) == 0 or done == len(numbers) - 1:
                self._progress(f"{done + 1} of {len(numbers)} pull requests")
            whole = content_added(self._store, pull)
            yield with_teams(whole, self._history) if self.owners else whole

    def _numbers(self, commits: Sequence[RangeCommit]) -> list[int]:
        """Return the candidates of this repository, and what waits to be merged in this range."""
        oids = {one.commit.oid for one in commits}
        found = [
            candidate.number
            for one in commits
            for candidate in one.candidates
            if candidate.repository_id == self._around.repository_id
        ]
        waiting = [one.number for one in self._around.queued if one.oid in oids]
        return list(dict.fromkeys((*found, *waiting)))

    def copies(self, pulls: Sequence[PullRequest], known: Mapping[str, Commit]) -> Iterator[Copy]:
        """Yield what may be commits of these pull requests, made anew."""
        waiting = {one.number: one for one in self._around.queued if one.oid in known}
        for pull in pulls:
            if pull.merge and pull.merge.method == "rebase":
                yield from copies.rebased(self._store, pull, known)
            elif pull.state == "OPEN" and pull.number in waiting:
                place = waiting[pull.number]
                yield copies.queued(self._store, pull, place, known[place.oid])


def _require_same(here: Commit, there: Commit) -> None:
    """A history that answers about something else, or in another order, is none."""
    if (here.oid, here.tree, here.parents) != (there.oid, there.tree, there.parents):
        raise EvidenceError(f"the host describes {here.oid[:7]} in another way than the clone")


def _on_branch(store: Store, head: str, around: Surroundings) -> bool | None:
    """Return whether the branch holds the head, or its merge queue does, or None when unknown."""
    if around.tip is None:
        return None
    try:
        if head in {one.oid for one in around.queued}:
            return store.is_ancestor(around.tip, head)
        return store.is_ancestor(head, around.tip)
    except EvidenceError:
        return None


def _moved(root: Path, tags: Mapping[str, str]) -> Iterator[MovedTag]:
    for name, there in tags.items():
        here = git.commit(root, f"refs/tags/{name.removeprefix('refs/tags/')}")
        if here not in (None, there):
            yield MovedTag(name, here or "", there)
