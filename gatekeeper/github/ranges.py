"""Reads the history of one repository, in as few requests as GitHub allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from gatekeeper.core.errors import EvidenceError
from gatekeeper.github import queries
from gatekeeper.github.answers import (
    Answer,
    Branch,
    Numbered,
    Page,
    PullRequest,
    QueueEntry,
    RangeCommit,
    RangeEnds,
    read,
)
from gatekeeper.github.batches import Batches, Kind
from gatekeeper.github.client import Client
from gatekeeper.github.names import names
from gatekeeper.github.pulls import PAGE_SIZE, Answered, nodes

COMMITS_AT_ONCE = 100
PULLS_AT_ONCE = 25
# of a pull request's commits, reviews and events at first; more are asked for one by one
PULL_PAGE = 30

_COMMITS = Kind(queries.range_commits, "oid", "c", RangeCommit, attrgetter("oid"), "commit {:.7}")
_PULLS = Kind(queries.range_pulls, "number", "p", PullRequest, attrgetter("number"), "#{}")


class _Associated(Answer):
    associated_pull_requests: Page[Numbered]


class _Object(Answer):
    object: _Associated


class _Entries(Answer):
    entries: Page[QueueEntry]


class _Queue(Answer):
    merge_queue: _Entries | None


class _Ref(Answer):
    ref: Branch | None


class RangeReader:
    """Asks one GitHub about one repository.

    Attributes:
        repository: `owner/name`, as it was given.
    """

    def __init__(self, client: Client, repository: str) -> None:
        self.repository = repository
        self._client = client
        self._names = names(repository, "its history")
        self._commits = Batches(client, _COMMITS, self._names, COMMITS_AT_ONCE)
        variables = {**self._names, "first": PULL_PAGE}
        self._pulls = Batches(client, _PULLS, variables, PULLS_AT_ONCE)

    def ends(self, start: str, end: str) -> RangeEnds:
        """Return the repository, its default branch, and where two tags are now.

        Args:
            start: a tag's full name, `refs/tags/v1`; where there is none, none is the answer.
            end: in the same way.
        """
        what = f"the branches and tags of {self.repository}"
        asked = self._ask(queries.RANGE_ENDS, what, {"from": start, "to": end})
        return read(RangeEnds, asked, what)

    def tip(self, branch: str) -> Branch | None:
        """Return a branch, or None when there is none of this name."""
        what = f"the branch {branch} of {self.repository}"
        asked = self._ask(queries.BRANCH_TIP, what, {"ref": f"refs/heads/{branch}"})
        return read(_Ref, asked, what).ref

    def queue(self, branch: str) -> Iterator[QueueEntry]:
        """Yield what waits in a branch's merge queue; nothing where it has none."""
        what = f"the merge queue of {branch}"

        def page(cursor: str | None) -> Page[QueueEntry] | None:
            variables = {"branch": branch, "first": PAGE_SIZE, "after": cursor}
            queue = read(_Queue, self._ask(queries.MERGE_QUEUE, what, variables), what).merge_queue
            return queue.entries if queue else None

        def after(cursor: str) -> Page[QueueEntry]:
            found = page(cursor)
            if found is None:
                raise EvidenceError(f"{what} went away while it was read", "run again")
            return found

        first = page(None)
        return nodes(first, after, what) if first else iter(())

    def commits(self, oids: Sequence[str]) -> Iterator[RangeCommit]:
        """Yield each of these commits, in this order."""
        return self._commits.ask(oids)

    def holders(self, commit: RangeCommit) -> Iterator[Numbered]:
        """Yield every pull request that GitHub associates with a commit."""
        what = f"the pull requests of {commit.oid[:7]}"
        variables = {"oid": commit.oid, "first": PAGE_SIZE}

        def after(cursor: str) -> Page[Numbered]:
            asked = self._ask(queries.COMMIT_PULLS, what, {**variables, "after": cursor})
            return read(_Object, asked, what).object.associated_pull_requests

        return nodes(commit.associated_pull_requests, after, what)

    def pulls(self, numbers: Sequence[int]) -> Iterator[PullRequest]:
        """Yield each of these pull requests, with the first page of everything."""
        return self._pulls.ask(numbers)

    def _ask(self, query: str, what: str, variables: Mapping[str, Any]) -> Any:
        data = self._client.graphql(query, {**self._names, **variables}, what)
        return read(Answered, data, what).repository
