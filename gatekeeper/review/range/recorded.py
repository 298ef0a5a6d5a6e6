"""A repository's past from a plain clone and a folder of recorded pull requests: asks nobody."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError
from gatekeeper.review.facts import Candidate, Commit, PullRequest, RangeCommit, Team
from gatekeeper.review.range.histories import Surroundings
from gatekeeper.review.recorded import RecordedSource

_NAME = re.compile(r"pull-([1-9]\d*)\.json")


class RecordedHistory:
    """Reads what was recorded.

    Attributes:
        recorded: True.
        name: for reports.
    """

    recorded = True

    def __init__(self, folder: Path, root: Path) -> None:
        """Prepare; nothing is read yet.

        Args:
            folder: holds `pull-<number>.json` files.
            root: a clone of the repository.
        """
        self.name = f"recorded folder {folder.name}"
        self._folder = folder
        self._root = root
        self._source = RecordedSource(folder)

    def surroundings(self, names: Sequence[str], branch: str | None, head: str) -> Surroundings:  # noqa: ARG002 - a History; no host is asked where its tags are
        """Return what the clone says of its branch, and the folder of its repository."""
        target = branch or _default_branch(self._root)
        whose = {(pull.repository, pull.repository_id) for pull in self._pulls.values()}
        if len(whose) != 1 or None in next(iter(whose)):
            raise EvidenceError(
                f"{self._folder.name} holds pull requests of {len(whose)} repositories, or does "
                "not say whose they are",
                "record the pull requests of one repository, with its id",
            )
        ((repository, repository_id),) = whose
        return Surroundings(repository, repository_id or "", target, _tip(self._root, target))

    def commits(self, known: Sequence[Commit]) -> Iterator[RangeCommit]:
        """Yield each commit with the recorded pull requests that may have brought it."""
        holders = self._holders({commit.oid: commit for commit in known})
        for commit in known:
            yield RangeCommit(commit, tuple(holders.get(commit.oid, ())), complete=True)

    def pull_requests(self, numbers: Sequence[int]) -> Iterator[PullRequest]:
        """Yield each of these pull requests."""
        return (self._pulls[number] for number in numbers)

    def team(self, name: str) -> Team:
        """Return that nothing is known: what a recording knows of teams stands in it."""
        return self._source.team(name)

    @cached_property
    def _pulls(self) -> Mapping[int, PullRequest]:
        try:
            names = sorted(path.name for path in self._folder.iterdir())
        except OSError as error:
            raise EvidenceError(
                f"the folder of recordings {self._folder.name} cannot be read: {error.strerror}",
                "name an existing folder with --evidence",
            ) from error
        numbers = [int(found[1]) for found in map(_NAME.fullmatch, names) if found]
        if not numbers:
            raise EvidenceError(
                f"the folder of recordings {self._folder.name} holds no pull request",
                "record pull requests into it first: pull-<number>.json",
            )
        return {number: self._source.pull_request("", number) for number in numbers}

    def _holders(self, known: Mapping[str, Commit]) -> Mapping[str, list[Candidate]]:
        holders: dict[str, list[Candidate]] = defaultdict(list)
        for pull in self._pulls.values():
            for oid in dict.fromkeys((*pull.oids, *_landed(pull, known))):
                holders[oid].append(Candidate(pull.number, pull.repository_id or ""))
        return holders


def _landed(pull: PullRequest, known: Mapping[str, Commit]) -> Iterator[str]:
    """Yield what its merge put on the base: one commit, or as many as a rebase copied."""
    made = pull.merge.commit if pull.merge else None
    rebased = bool(pull.merge and pull.merge.method == "rebase")
    for _ in pull.commits if rebased else pull.commits[:1]:
        if made is None:
            return
        yield made.oid
        made = known.get(made.parents[0]) if made.parents else None


def _default_branch(root: Path) -> str:
    """Return the branch that the clone's remote calls its own, else one of the usual names."""
    for name in ("main", "master", "trunk"):
        if _tip(root, name) is not None:
            return name
    raise EvidenceError(
        "this clone has neither main nor master, so it is not known where releases come from",
        "name the protected branch with --branch",
    )


def _tip(root: Path, branch: str) -> str | None:
    """Return the branch's newest commit: as fetched, or else as it stands in this clone."""
    return git.commit(root, f"refs/remotes/origin/{branch}") or git.commit(
        root, f"refs/heads/{branch}"
    )
