"""Asks a clone everything about a pull request's content: the I/O of content equivalence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.review.content.hidden import hidden, works
from gatekeeper.review.content.replays import fork, replay, replay_merge, unanswered
from gatekeeper.review.content.store import Store
from gatekeeper.review.facts import Content, MergeReplay, PullRequest, Replay

_MERGE = 2


def content_from(store: Store, pull: PullRequest) -> Content:
    """Return what a clone's objects say; what they cannot say, with the reason."""
    try:
        base = base_of(store, pull)
        at = Ends(base, fork(store, base, pull.head_oid), pull.head_oid)
        found = _of_commits(store, pull, at)
    except (EvidenceError, ToolError) as error:
        return _in_part(store, pull, error)
    return replace(found, replays=tuple(_replays(store, pull, at)))


def _in_part(store: Store, pull: PullRequest, error: EvidenceError | ToolError) -> Content:
    """Return what is known without the head's history.

    Before the merge, whether the head still leaves its base where it did is a question, too.
    Afterwards the head's branch is often gone, and the merge itself shows which paths it changed.
    """
    content = unknown_content(pull, error)
    if not pull.was_merged:
        own_base = unanswered(pull.head_oid, pull.head_oid, error)
        return replace(content, replays=(*content.replays, own_base))
    with suppress(EvidenceError, ToolError):
        content = replace(content, changed=_merged_paths(store, pull))
    return content


def _merged_paths(store: Store, pull: PullRequest) -> tuple[str, ...] | None:
    made = pull.made
    if made is None:
        return None
    before, after = store.snapshot(base_of(store, pull)), store.snapshot(made.oid)
    return tuple(sorted(change.path for change in store.changes(before.tree, after.tree)))


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a change begins and ends.

    Attributes:
        base: of the base branch, without the change.
        merge_base: where the head leaves it.
        head: the change's last commit.
    """

    base: str
    merge_base: str
    head: str


def base_of(store: Store, pull: PullRequest) -> str:
    """Return the commit of the base branch that the change was, or would be, merged into.

    Raises:
        EvidenceError: it was merged, and nobody knows by which commit; or a commit is missing.
    """
    if not pull.was_merged:
        return pull.base_oid
    made = pull.made
    if made is None:
        raise EvidenceError(
            f"it is not known by which commit #{pull.number} was merged",
            "record the pull request again, with its merge commit",
        )
    return _before_merge(store, pull, made.oid)


def _before_merge(store: Store, pull: PullRequest, oid: str) -> str:
    """Return the base's commit before the merge: a rebase has put several on top of it."""
    found = store.snapshot(oid)
    if pull.merge and pull.merge.method == "rebase":
        for _ in range(sum(len(commit.parents) < _MERGE for commit in pull.commits) - 1):
            found = store.snapshot(found.parents[0])
    if not found.parents:
        raise EvidenceError(f"{oid[:7]} has no parent, so it merges nothing", "look at it with git")
    return found.parents[0]


def unknown_content(pull: PullRequest, error: EvidenceError | ToolError) -> Content:
    """Return that every question stays open, and why."""
    asked = tuple(unanswered(*pair, error) for pair in _questions(pull))
    return Content(pull.base_oid, replays=asked, problem=error.reason, mend=error.next_step)


def _of_commits(store: Store, pull: PullRequest, at: Ends) -> Content:
    between = store.between(at.base, at.head)
    merges = {one.oid: one for one in _merges(store, between, at.base)}
    done = works(store, between, merges, at.head)
    before, after = store.snapshot(at.merge_base).tree, store.snapshot(at.head).tree
    return Content(
        base=at.base,
        merge_base=at.merge_base,
        merges=tuple(merges.values()),
        hidden=tuple(hidden(store, done)),
        unnamed=tuple(oid for oid in between if oid not in set(pull.oids)),
        changed=tuple(sorted(change.path for change in store.changes(before, after))),
        touched=tuple(sorted({change.path for work in done for change in work.changes})),
    )


def _merges(store: Store, oids: tuple[str, ...], base: str) -> Iterator[MergeReplay]:
    for commit in store.snapshots(oids):
        if len(commit.parents) >= _MERGE:
            yield replay_merge(store, commit.oid, base)


def _questions(pull: PullRequest) -> Iterator[tuple[str, str]]:
    """Yield which commit is to be held against which: approved ones, and what the merge made."""
    given = (review.commit for review in pull.reviews if review.state == "APPROVED")
    for approved in dict.fromkeys(given):
        if approved not in (None, pull.head_oid):
            yield approved, pull.head_oid
    if pull.merge and pull.merge.commit:
        yield pull.head_oid, pull.merge.commit.oid


def _replays(store: Store, pull: PullRequest, at: Ends) -> Iterator[Replay]:
    for approved, judged in _questions(pull):
        onto = at.merge_base if judged == at.head else at.base
        yield _replay(store, approved, judged, at.base, onto)
    if at.merge_base in pull.oids:
        yield _since_opened(store, pull, at)


def _replay(store: Store, approved: str, judged: str, base: str, onto: str) -> Replay:
    try:
        old_base = fork(store, base, approved)
    except (EvidenceError, ToolError) as error:
        return unanswered(approved, judged, error)
    return replay(store, approved, judged, old_base, onto)


def _since_opened(store: Store, pull: PullRequest, at: Ends) -> Replay:
    """Hold the head against itself where the base has taken in some of its commits meanwhile."""
    outside = {parent for commit in pull.commits for parent in commit.parents} - set(pull.oids)
    if len(outside) != 1:
        error = EvidenceError("the change left its base in several places", "have it reviewed anew")
        return unanswered(at.head, at.head, error)
    return replay(store, at.head, at.head, outside.pop(), at.merge_base)
