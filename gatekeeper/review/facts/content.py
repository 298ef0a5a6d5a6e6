"""What git, in a clone, says of a change's content: the answers, not what they mean.

Every answer that could not be had carries `problem` (why, as a clause) and `mend` (what would
mend it, often a `git fetch` line); it is then no proof of anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.review.facts.base import CLOSED, Oid


@dataclass(frozen=True, slots=True)
class Replay:
    """An approved change, merged anew onto another base, beside what is judged.

    Attributes:
        approved: the commit that somebody approved.
        judged: the commit that it is held against: the head, or what the merge made.
        old_base: where the approved commit left the base branch; None when not known.
        new_base: where the judged commit leaves it; None when not known.
        judged_tree: of the judged commit; None when not known.
        replayed: the tree that `approved`, replayed from `old_base` onto `new_base`, gives; None
            when it conflicts or could not be computed.
        conflicts: paths on which the replay conflicts.
        problem: why there is no answer.
        mend: what to do about that.
    """

    approved: Oid
    judged: Oid
    old_base: Oid | None = None
    new_base: Oid | None = None
    judged_tree: Oid | None = None
    replayed: Oid | None = None
    conflicts: tuple[str, ...] = ()
    problem: str = ""
    mend: str = ""

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class MergeReplay:
    """A merge commit of the change, made anew.

    Attributes:
        oid: the merge commit.
        parents: all of them.
        foreign: those of its parents after the first that are not of the base branch.
        tree: its own.
        replayed: the tree that merging its parents anew gives; None when that conflicts, when
            there are more than two, or when it could not be computed.
        conflicts: paths on which they conflict.
        problem: why there is no answer.
        mend: what to do about that.
    """

    oid: Oid
    parents: tuple[Oid, ...]
    foreign: tuple[Oid, ...]
    tree: Oid | None = None
    replayed: Oid | None = None
    conflicts: tuple[str, ...] = ()
    problem: str = ""
    mend: str = ""

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Hidden:
    """A commit of the change whose work on some paths has left no trace in the head.

    Attributes:
        oid: the commit.
        paths: that it changed and that the head holds as if it had not.
    """

    oid: Oid
    paths: tuple[str, ...]

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Content:
    """What a clone says of a pull request.

    Attributes:
        base: the commit of the base branch that all this was computed against.
        merge_base: where the head leaves it; None when not known, or not a single commit.
        replays: one for each approved commit that is not the head; and one from the head to what
            the merge made, where it was merged.
        merges: one for each merge commit that the change brings.
        hidden: work that was taken back, so that the difference as a whole does not show it.
        unnamed: commits between base and head that the host does not name as the change's.
        changed: every path that differs between merge base and head; a renamed file counts with
            both. None when not known.
        touched: every path that any of its commits changes. None when not known.
        problem: why some of this is not known.
        mend: what to do about that.
    """

    base: Oid
    merge_base: Oid | None = None
    replays: tuple[Replay, ...] = ()
    merges: tuple[MergeReplay, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    unnamed: tuple[Oid, ...] = ()
    changed: tuple[str, ...] | None = None
    touched: tuple[str, ...] | None = None
    problem: str = ""
    mend: str = ""

    __pydantic_config__ = CLOSED
