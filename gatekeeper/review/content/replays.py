"""Asks git whether one commit is another's change, made anew. Gives facts; decides nothing."""

from __future__ import annotations

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.review.content.store import Merged, Snapshot, Store
from gatekeeper.review.facts import MergeReplay, Replay

_PAIR = 2


def fork(store: Store, base: str, commit: str) -> str:
    """Return where a commit's history leaves the base branch's.

    Raises:
        EvidenceError: that is not known, or there is no such place, or more than one.
    """
    found = store.merge_bases(base, commit)
    if len(found) == 1:
        return found[0]
    places = f"in {len(found)} places at once" if found else "nowhere"
    raise EvidenceError(
        f"the history of {commit[:7]} meets the base {base[:7]} {places}",
        "rebase the change onto its base, and have it reviewed again",
    )


def replay(store: Store, approved: str, judged: str, old_base: str, new_base: str) -> Replay:
    """Replay `approved`, which grew from `old_base`, onto `new_base`, beside `judged`."""
    try:
        wanted = store.snapshot(judged).tree
        before, after = store.snapshot(old_base).tree, store.snapshot(new_base).tree
        made = store.merge(before, after, store.snapshot(approved).tree)
    except (EvidenceError, ToolError) as error:
        return unanswered(approved, judged, error)
    clean = _clean(made)
    return Replay(approved, judged, old_base, new_base, wanted, clean, made.conflicts)


def unanswered(approved: str, judged: str, error: EvidenceError | ToolError) -> Replay:
    """Return the replay that could not be made."""
    return Replay(approved, judged, problem=error.reason, mend=error.next_step)


def replay_merge(store: Store, oid: str, base: str) -> MergeReplay:
    """Make a merge commit of a change anew, and see which parents are not of the base branch."""
    try:
        return _merge_replay(store, store.snapshot(oid), base)
    except (EvidenceError, ToolError) as error:
        return MergeReplay(oid, (), (), problem=error.reason, mend=error.next_step)


def _merge_replay(store: Store, merge: Snapshot, base: str) -> MergeReplay:
    foreign = tuple(p for p in merge.parents[1:] if not store.is_ancestor(p, base))
    if len(merge.parents) != _PAIR:
        return MergeReplay(merge.oid, merge.parents, foreign, merge.tree)
    one, other = merge.parents
    middle = store.snapshot(fork(store, one, other)).tree
    made = store.merge(middle, store.snapshot(one).tree, store.snapshot(other).tree)
    return MergeReplay(merge.oid, merge.parents, foreign, merge.tree, _clean(made), made.conflicts)


def _clean(made: Merged) -> str | None:
    return None if made.conflicts else made.tree
