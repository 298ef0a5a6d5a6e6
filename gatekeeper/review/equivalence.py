"""Whether an approved commit holds the content under judgement, by git's answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.review.content.verdicts import Proof, merge_proof, replay_proof
from gatekeeper.review.facts import Commit, PullRequest
from gatekeeper.review.words import short

_LINEAR = 2


def approved_proof(approved: str, pull: PullRequest) -> Proof:
    """Return whether an approval of this commit is one of the head's content."""
    if approved == pull.head_oid:
        return _same_base(pull)
    # must not need a proof where the commits' own trees show that the content differs
    if _differs_by_itself(approved, pull):
        return Proof("changed", "")
    return _with_cause(_replayed(approved, pull), approved, pull)


def merged_proof(pull: PullRequest) -> Proof | None:
    """Return whether the merge made exactly the head's content; None where nobody could ask."""
    if not pull.was_merged or pull.content is None:
        return None
    made = pull.made
    if made is None:
        why = f"it is not known by which commit #{pull.number} was merged"
        return Proof("unprovable", why, "record the pull request again, with its merge commit")
    proof = _compared(made, pull)
    return _hosts_word(made) if proof.outcome == "unprovable" and _by_button(made) else proof


def _compared(made: Commit, pull: PullRequest) -> Proof:
    replay = pull.replay(pull.head_oid, made.oid)
    if replay is None:
        why = f"nobody compared {short(made.oid)} with {short(pull.head_oid)}"
        return Proof("unprovable", why, "collect the evidence again")
    return replay_proof(replay)


def _by_button(made: Commit) -> bool:
    """Whether the host itself made and signed this, at somebody's press of a button.

    An App can have the host sign whatever it wrote; what it wrote names the App as its author.
    """
    signed = made.signed_by_host and made.via_web and made.committer.kind == "web-flow"
    return signed and made.author.kind == "human"


def _hosts_word(made: Commit) -> Proof:
    """A head whose branch is gone cannot be compared: the host says what it merged."""
    return Proof("kept", f"the host made and signed {short(made.oid)}; no clone compared it")


def _same_base(pull: PullRequest) -> Proof:
    """The head was approved; its difference may still be another one than the reviewer saw."""
    replay, taken = pull.replay(pull.head_oid, pull.head_oid), _taken_in(pull)
    if replay:
        proof = replay_proof(replay)
        return Proof(proof.outcome, f"{taken}{proof.why}", proof.mend)
    return Proof("unprovable", f"{taken}nobody compared the bases") if taken else Proof("kept", "")


def _taken_in(pull: PullRequest) -> str:
    """Say which of the change's commits the base holds by now, where it holds any."""
    base = pull.content.merge_base if pull.content else None
    return f"{pull.base_ref} has since taken in {short(base)}; " if base in pull.oids else ""


def _replayed(approved: str, pull: PullRequest) -> Proof:
    replay = pull.replay(approved, pull.head_oid)
    return replay_proof(replay) if replay else Proof("changed", "")


def _with_cause(proof: Proof, approved: str, pull: PullRequest) -> Proof:
    """Name the merge that brought something else, where there is one."""
    cause = next(_causes(approved, pull), "") if proof.outcome == "changed" else ""
    return Proof(proof.outcome, cause or proof.why, proof.mend)


def _causes(approved: str, pull: PullRequest) -> Iterator[str]:
    later = pull.oids[pull.oids.index(approved) + 1 :] if approved in pull.oids else pull.oids
    for merge in pull.merges:
        proof = merge_proof(merge, pull.base_ref)
        if merge.oid in later and proof.outcome == "changed":
            yield proof.why


def _differs_by_itself(approved: str, pull: PullRequest) -> bool:
    """Whether another tree on the same base shows that this is another content.

    Without a merge among the commits nothing of the base came in between them.
    """
    known = {commit.oid: commit for commit in pull.commits}
    before, head = known.get(approved), known.get(pull.head_oid)
    linear = all(len(commit.parents) < _LINEAR for commit in pull.commits)
    return linear and _are_other(before, head)


def _are_other(one: Commit | None, other: Commit | None) -> bool:
    return one is not None and other is not None and one.tree != other.tree
