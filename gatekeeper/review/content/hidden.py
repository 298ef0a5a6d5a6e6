"""Finds work that was done and taken back inside one change.

The difference as a whole, which is what a reviewer sees, does not show it; a merge still brings it
into the history, from where it can be had again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gatekeeper.review.content.store import Change, Snapshot, Store
from gatekeeper.review.facts import Hidden, MergeReplay


@dataclass(frozen=True, slots=True)
class Work:
    """What one commit of a change did.

    Attributes:
        commit: which.
        before: the tree that it changed: its parent's, or what merging its parents gives.
        changes: path by path.
    """

    commit: Snapshot
    before: str
    changes: tuple[Change, ...]


def works(store: Store, oids: Iterable[str], merges: Mapping[str, MergeReplay]) -> Iterator[Work]:
    """Yield what each commit did; a merge that adds nothing did nothing."""
    for oid in oids:
        commit = store.snapshot(oid)
        before = _before(store, commit, merges.get(oid))
        yield Work(commit, before, store.changes(before, commit.tree))


def hidden(store: Store, done: Iterable[Work], head: str) -> Iterator[Hidden]:
    """Yield the commits whose work the head's tree does not show, with the paths."""
    tree = store.snapshot(head).tree
    for work in done:
        if paths := tuple(_untraced(store, work, tree)):
            yield Hidden(work.commit.oid, paths)


def _before(store: Store, commit: Snapshot, merge: MergeReplay | None) -> str:
    if merge is not None and merge.replayed is not None:
        return merge.replayed
    return store.snapshot(commit.parents[0]).tree if commit.parents else _empty(commit)


def _empty(_: Snapshot) -> str:
    return "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def _untraced(store: Store, work: Work, head: str) -> Iterator[str]:
    """Yield the paths on which taking the commit back would change nothing.

    Taking it back merges `before` into the head as seen from the commit: where that gives the head
    again, somebody has taken it back already; where it conflicts, somebody has worked on.
    """
    moved_on = {change.path for change in store.changes(work.commit.tree, head)}
    candidates = {change.path for change in work.changes} & moved_on
    if not candidates:
        return
    back = store.merge(work.commit.tree, head, work.before, renames=False)
    differs = {change.path for change in store.changes(head, back.tree)}
    yield from sorted(candidates - differs - set(back.conflicts))
