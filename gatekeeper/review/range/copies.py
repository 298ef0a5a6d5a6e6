"""Asks git whether commits of a range are a pull request's own, made anew. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.review.content.replays import fork, replay, unanswered
from gatekeeper.review.content.store import Store
from gatekeeper.review.facts import Commit, Copy, PullRequest, Queued, Replay

# what brings every pull request's own commits into a clone, also those that were squashed
FETCH = 'git fetch origin "+refs/pull/*/head:refs/pull/*/head"'


def rebased(store: Store, pull: PullRequest, known: Mapping[str, Commit]) -> Iterator[Copy]:
    """Yield each commit that a rebase merge made, beside the one that it would be a copy of.

    Args:
        store: the clone's objects.
        pull: merged by a rebase.
        known: the commits of the range.
    """
    trees = {commit.oid: commit.tree for commit in (*pull.commits, *known.values())}
    for original, copy in zip(_line(pull), _landed(pull, known), strict=False):
        found = _unmoved(store, original, copy, trees) or _replayed(store, original, copy)
        yield Copy(pull.number, found)


def queued(store: Store, pull: PullRequest, waiting: Queued, commit: Commit) -> Copy:
    """Return what the merge queue made of a pull request, beside its head."""
    try:
        onto = commit.parents[0]
        base = fork(store, onto, pull.head_oid)
        return Copy(pull.number, replay(store, pull.head_oid, waiting.oid, base, onto))
    except (EvidenceError, ToolError) as error:
        return Copy(pull.number, unanswered(pull.head_oid, waiting.oid, error))


def _line(pull: PullRequest) -> Iterator[Commit]:
    """Yield the pull request's own commits but merges, from its head down."""
    own = {commit.oid: commit for commit in pull.commits}
    waiting, seen = [pull.head_oid], set[str]()
    while waiting:
        oid = waiting.pop(0)
        if oid in seen or oid not in own:
            continue
        seen.add(oid)
        waiting += own[oid].parents
        if len(own[oid].parents) == 1:
            yield own[oid]


def _landed(pull: PullRequest, known: Mapping[str, Commit]) -> Iterator[Commit]:
    """Yield what the rebase put on the base, from its last commit down."""
    commit = pull.merge.commit if pull.merge else None
    for _ in pull.commits:
        if commit is None or len(commit.parents) != 1:
            return
        yield commit
        commit = known.get(commit.parents[0])


def _unmoved(
    store: Store, original: Commit, copy: Commit, trees: Mapping[str, str]
) -> Replay | None:
    """Return the answer that trees give by themselves: equal content on equal content."""
    before, after = original.parents[0], copy.parents[0]
    try:
        bases = [trees.get(oid) or store.snapshot(oid).tree for oid in (before, after)]
    except EvidenceError:
        return None
    if bases[0] != bases[1]:
        return None
    return Replay(original.oid, copy.oid, before, after, copy.tree, original.tree)


def _replayed(store: Store, original: Commit, copy: Commit) -> Replay:
    found = replay(store, original.oid, copy.oid, original.parents[0], copy.parents[0])
    if not found.problem:
        return found
    error = EvidenceError(found.problem, f"run `{FETCH}`, and run again")
    return unanswered(original.oid, copy.oid, error)
