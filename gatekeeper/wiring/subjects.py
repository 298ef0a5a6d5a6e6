"""What exactly is judged: a pull request's head, the commit that is checked out, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.gate import AnyGate
from gatekeeper.core.model import Subject
from gatekeeper.review import source as pull_requests
from gatekeeper.review.facts import Ends
from gatekeeper.review.gate import REVIEW
from gatekeeper.wiring import environment

# Seconds for asking the host which commits a pull request joins.
_ASKING = 60.0


def resolve(root: Path, pull_request: int | None, recorded: Path | None) -> Subject:
    """Return the subject.

    Args:
        root: the folder under judgement.
        pull_request: its number, or None for what is checked out.
        recorded: a folder of recorded pull requests, or None to ask the host.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is no folder", "give the path of a project")
    if pull_request is not None:
        return _pull_request(root, pull_request, recorded)
    if not git.is_repository(root):
        return Subject(repository=root.resolve().name, commit=None)
    head = git.head(root)
    if head is None:
        raise EvidenceError("this repository has no commit yet", "commit something first")
    return Subject(
        repository=git.repository_name(root),
        commit=head,
        branch=git.branch(root),
        dirty=git.is_dirty(root),
    )


def require_tree(root: Path, subject: Subject, chosen: Sequence[AnyGate]) -> None:
    """Refuse to judge files that are not the pull request's.

    Raises:
        EvidenceError: a gate reads the tree, and it is not the head commit's, unchanged.
    """
    readers = ", ".join(gate.name for gate in chosen if gate.reads_tree)
    if subject.pull_request is not None and readers:
        _require_head(root, subject, readers)


def _require_head(root: Path, subject: Subject, readers: str) -> None:
    wanted, found = subject.commit or "", git.head(root) or ""
    if found != wanted:
        raise EvidenceError(
            f"{readers} would read commit {found[:12]}, but the head of"
            f" #{subject.pull_request} is {wanted[:12]}",
            f"run `git fetch origin {wanted} && git switch --detach {wanted}`",
        )
    if git.is_dirty(git.top(root)):
        raise EvidenceError(
            f"the files differ from {wanted[:12]}, the head of #{subject.pull_request}",
            "commit, stash or remove what `git status` shows",
        )


def _pull_request(root: Path, number: int, recorded: Path | None) -> Subject:
    if not git.is_repository(root):
        raise UsageError(
            f"{root} is not a git repository, so --pr has no base to read the policy from",
            "run this in a clone of the repository",
        )
    given = {name: environment.variables().get(name, "") for name in REVIEW.environment}
    source = pull_requests.open_source(recorded, given, _ASKING)
    # The clone says which repository is judged; a recording of another one is no evidence.
    name = git.repository_name(root)
    ends = source.ends(name, number)
    _require_base(root, ends)
    _require_something_new(root, ends)
    return Subject(
        repository=name if "/" in name else ends.repository,
        commit=ends.head_oid,
        pull_request=number,
        base=ends.base_oid,
    )


def _require_base(root: Path, ends: Ends) -> None:
    """The policy is read from the base: this clone must have it."""
    if git.commit(root, ends.base_oid) is not None:
        return
    clone = "this clone is shallow and" if git.is_shallow(root) else "this clone"
    raise EvidenceError(
        f"{clone} does not have {ends.base_oid[:12]}, the base of #{ends.number}",
        f"run `git fetch origin {ends.base_oid}`; in GitHub Actions set `fetch-depth: 0` on"
        " actions/checkout",
    )


def _require_something_new(root: Path, ends: Ends) -> None:
    """A base that holds the head already would let the change bring its own policy."""
    if git.contains(root, ends.base_oid, ends.head_oid):
        raise EvidenceError(
            f"#{ends.number} brings nothing that its base {ends.base_oid[:12]} does not hold",
            "judge it against the base it had before it was merged",
        )
