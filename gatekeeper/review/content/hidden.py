"""Finds work that was done and taken back inside one change.

The difference as a whole, which is what a reviewer sees, does not show it; a merge still brings it
into the history, from where it can be had again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain

from gatekeeper.review.content.objects import NOTHING, Change
from gatekeeper.review.content.store import EMPTY, Snapshot, Store
from gatekeeper.review.facts import Hidden, MergeReplay

# A longer file is compared as a whole: line by line it would take too long.
_MOST_LINES = 20_000
_Edit = tuple[int, int, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Work:
    """What one commit of a change did.

    Attributes:
        commit: which.
        changes: path by path, against its parent, or what merging its parents gives.
        head: the name of each of these files in the head; zeros for none.
    """

    commit: Snapshot
    changes: tuple[Change, ...]
    head: Mapping[str, str]


def works(
    store: Store, oids: Iterable[str], merges: Mapping[str, MergeReplay], head: str
) -> tuple[Work, ...]:
    """Return what each commit did; a merge that adds nothing did nothing."""
    commits, tree = store.snapshots(oids), store.snapshot(head).tree
    store.snapshots(parent for commit in commits for parent in commit.parents[:1])
    did = [(_before(store, commit, merges.get(commit.oid)), commit.tree) for commit in commits]
    since = [(commit.tree, tree) for commit in commits]
    found = store.all_changes([*did, *since])
    return tuple(
        Work(commit, found[pair], {one.path: one.after for one in found[later]})
        for commit, pair, later in zip(commits, did, since, strict=True)
    )


def hidden(store: Store, done: Iterable[Work]) -> Iterator[Hidden]:
    """Yield the commits of which something was taken back, with the paths."""
    done = tuple(done)
    texts = store.objects.files(chain.from_iterable(map(_wanted, done)))
    for work in done:
        paths = sorted(one.path for one in _moved_on(work) if _undone(work, one, texts))
        if paths:
            yield Hidden(work.commit.oid, tuple(paths))


def _before(store: Store, commit: Snapshot, merge: MergeReplay | None) -> str:
    """Return the tree that a commit changed."""
    if merge is not None and merge.replayed is not None:
        return merge.replayed
    return store.snapshot(commit.parents[0]).tree if commit.parents else EMPTY


def _moved_on(work: Work) -> Iterator[Change]:
    """Yield the files that are no longer as this commit left them."""
    return (change for change in work.changes if change.path in work.head)


def _wanted(work: Work) -> Iterator[str]:
    """Yield the contents that have to be read to see what was undone in part."""
    for change in _moved_on(work):
        now = work.head[change.path]
        if now != change.before and not change.is_link:
            yield from {change.before, change.after, now} - {NOTHING}


def _undone(work: Work, change: Change, texts: Mapping[str, bytes]) -> bool:
    """Whether the file, or a part of it, is again as it was before this commit."""
    now = work.head[change.path]
    if now == change.before:
        return True
    if change.is_link or NOTHING in (change.before, change.after, now):
        return False
    versions = [texts[name].split(b"\n") for name in (change.before, change.after, now)]
    if max(map(len, versions)) > _MOST_LINES:
        return False
    before, after, head = versions
    return bool(set(_edits(after, before)) & set(_edits(after, head)))


def _edits(old: list[bytes], new: list[bytes]) -> Iterator[_Edit]:
    """Yield what makes one text the other: which lines give way, and to what."""
    for kind, start, end, first, last in SequenceMatcher(None, old, new, False).get_opcodes():
        if kind != "equal":
            yield start, end, tuple(new[first:last])
