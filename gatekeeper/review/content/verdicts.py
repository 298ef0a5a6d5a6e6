"""What git's answers mean: the same content, other content, or no proof. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.review.facts import MergeReplay, Replay
from gatekeeper.review.words import listed, short

Outcome = Literal["kept", "changed", "unprovable"]
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether two commits bring the same change.

    Attributes:
        outcome: only `kept` lets an approval of one count for the other.
        why: a clause.
        mend: what would turn `unprovable` into an answer.
    """

    outcome: Outcome
    why: str
    mend: str = ""


def replay_proof(replay: Replay) -> Proof:
    """Decide whether the approved change is the judged one, on another base."""
    approved, judged = short(replay.approved), short(replay.judged)
    if replay.problem:
        same = f"{judged} is the same change as {approved}"
        here = f"{judged} still leaves its base where it did"
        asked = here if replay.approved == replay.judged else same
        why = f"whether {asked} cannot be proven: {replay.problem}"
        return Proof("unprovable", why, replay.mend)
    # must not need a decision that nobody reviewed
    if replay.conflicts:
        place, paths = short(replay.new_base), listed(replay.conflicts)
        return Proof("changed", f"replayed onto {place}, {approved} conflicts in {paths}")
    # must give exactly the tree that is judged
    if replay.replayed is None or replay.replayed != replay.judged_tree:
        return Proof(
            "changed", f"replayed onto {short(replay.new_base)}, {approved} does not give {judged}"
        )
    return Proof(
        "kept", f"{approved}, replayed onto {short(replay.new_base)}, gives exactly {judged}"
    )


def merge_proof(merge: MergeReplay, base_ref: str) -> Proof:
    """Decide whether a merge commit adds nothing to what its parents hold."""
    name = short(merge.oid)
    if merge.problem:
        why = f"whether the merge {name} adds something cannot be proven: {merge.problem}"
        return Proof("unprovable", why, merge.mend)
    # must bring in nothing but the base branch
    if merge.foreign:
        names = listed(map(short, merge.foreign))
        return Proof("changed", f"{name} merges {names}, which {base_ref} does not hold")
    # must be a merge of two: nothing else can be made anew
    if len(merge.parents) != _PAIR:
        return Proof("changed", f"{name} merges {len(merge.parents)} commits at once")
    # must not hold a decision
    if merge.conflicts:
        return Proof("changed", f"{name} resolves a conflict in {listed(merge.conflicts)}")
    if merge.replayed is None or merge.replayed != merge.tree:
        return Proof("changed", f"{name} is not what merging its parents gives")
    return Proof("kept", f"{name} is exactly what merging its parents gives")
