"""What exactly is judged: a pull request's head, the commit that is checked out, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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


def with_contributors(subject: Subject, root: Path, recorded: Path | None) -> Subject:
    """Return the subject with everybody who made it: whoever did cannot accept its findings.

    Only a host can tell: it knows whose account a commit's address belongs to.

    Raises:
        EvidenceError, NotAuthorisedError, ToolError: the host did not tell.
    """
    if subject.pull_request is None:
        return subject
    source = pull_requests.open_source(recorded, _given(), _ASKING)
    pull = source.pull_request(git.repository_name(root), subject.pull_request)
    people = (
        person
        for commit in pull.commits
        for person in (commit.author, commit.committer, *commit.co_authors)
    )
    logins = {person.login for person in (pull.opener, *people) if person.login}
    return replace(subject, contributors=tuple(sorted(logins)))


def start_of(root: Path, subject: Subject, base: str | None) -> str | None:
    """Return the commit at which the change on top of `base` began; None when none is named.

    That is the newest commit that both have; `base` itself where the clone shows none, so that
    more counts as changed rather than less.

    Raises:
        UsageError: a pull request has a base already, or no such commit is known.
        EvidenceError: there is nothing on top of it.
    """
    if base is None:
        return None
    if subject.pull_request is not None:
        raise UsageError("--pr and --diff say different things", "a pull request knows its base")
    named = git.commit(root, base) if git.is_repository(root) else None
    if named is None:
        step = "give a commit, branch or tag; `git fetch` it where it is missing"
        raise UsageError(f"`{base}` is no commit of this repository", step)
    head = subject.commit or "HEAD"
    if named == head and not subject.dirty:
        reason = f"{base} is the commit that is checked out: there is nothing to compare"
        raise EvidenceError(reason, "give the commit that the change began at")
    return git.merge_base(root, named, head) or named


def require_tree(root: Path, subject: Subject, chosen: Sequence[AnyGate]) -> None:
    """Refuse to judge files that are not the pull request's, or the range's.

    Raises:
        EvidenceError: a gate reads the tree, and it is not the head commit's, unchanged.
    """
    readers = ", ".join(gate.name for gate in chosen if gate.reads_tree)
    if subject.base is not None and readers:
        _require_head(root, subject, readers)


def _require_head(root: Path, subject: Subject, readers: str) -> None:
    wanted, found = subject.commit or "", git.head(root) or ""
    number = subject.pull_request
    end = "the end of the range" if number is None else f"the head of #{number}"
    if found != wanted:
        raise EvidenceError(
            f"{readers} would read commit {found[:12]}, but {end} is {wanted[:12]}",
            f"run `git fetch origin {wanted} && git switch --detach {wanted}`",
        )
    if git.is_dirty(git.top(root)):
        raise EvidenceError(
            f"the files differ from {wanted[:12]}, {end}",
            "commit, stash or remove what `git status` shows",
        )


def _pull_request(root: Path, number: int, recorded: Path | None) -> Subject:
    if not git.is_repository(root):
        raise UsageError(
            f"{root} is not a git repository, so --pr has no base to read the policy from",
            "run this in a clone of the repository",
        )
    source = pull_requests.open_source(recorded, _given(), _ASKING)
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


def _given() -> dict[str, str]:
    return {name: environment.variables().get(name, "") for name in REVIEW.environment}


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
