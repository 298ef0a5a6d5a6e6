"""A repository's past as GitHub tells it, in as few requests as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gatekeeper.core.errors import EvidenceError
from gatekeeper.github.answers import NamedRef
from gatekeeper.github.answers import RangeCommit as Answer
from gatekeeper.github.client import Client
from gatekeeper.github.pulls import PullRequestReader
from gatekeeper.github.ranges import RangeReader
from gatekeeper.review import asking, convert
from gatekeeper.review.asking import Permissions
from gatekeeper.review.facts import Candidate, Commit, PullRequest, Queued, RangeCommit, Team
from gatekeeper.review.live import whole
from gatekeeper.review.range.histories import Surroundings


class GitHubHistory:
    """Asks GitHub.

    Attributes:
        recorded: False.
        name: for reports.
    """

    recorded = False

    def __init__(self, client: Client, repository: str, *, pushers: bool) -> None:
        """Prepare; nothing is sent yet.

        Args:
            client: of the host.
            repository: `owner/name`.
            pushers: whether to ask who pushed to each branch: one more request for each.
        """
        self.name = f"GitHub {client.host}"
        self._client = client
        self._repository = repository
        self._reader = RangeReader(client, repository)
        self._permissions = Permissions(client, repository)
        self._pushers = pushers
        self._teams: dict[str, Team] = {}

    def surroundings(self, names: Sequence[str], branch: str | None, head: str) -> Surroundings:
        """Return what a release is held against, in one to three requests."""
        refs = [_tag(name) for name in names]
        ends = self._reader.ends(*refs)
        self._repository = ends.name_with_owner
        target, tip = ends.default_branch_ref.name, ends.default_branch_ref.target.oid
        if branch not in (None, target):
            target, tip = branch or target, self._tip(branch or target)
        found = dict(zip(names, (ends.start, ends.end), strict=True))
        tags = {name: _peeled(ref) for name, ref in found.items() if ref is not None}
        return Surroundings(
            ends.name_with_owner, ends.id, target, tip, tags, self._queued(target, tip, head)
        )

    def _tip(self, branch: str) -> str:
        found = self._reader.tip(branch)
        if found is None:
            raise EvidenceError(
                f"{self._repository} has no branch {branch}", "name an existing one with --branch"
            )
        return found.target.oid

    def _queued(self, branch: str, tip: str, head: str) -> tuple[Queued, ...]:
        """Return what waits in the merge queue; it is not asked for where the branch holds it."""
        if tip == head:
            return ()
        return tuple(
            Queued(entry.pull_request.number, entry.head_commit.oid)
            for entry in self._reader.queue(branch)
            if entry.pull_request and entry.head_commit
        )

    def commits(self, known: Sequence[Commit]) -> Iterator[RangeCommit]:
        """Yield each commit with the pull requests that GitHub connects with it."""
        for answer in self._reader.commits([commit.oid for commit in known]):
            yield self._commit(answer)

    def _commit(self, answer: Answer) -> RangeCommit:
        links = tuple(self._reader.holders(answer))
        return RangeCommit(
            commit=convert.commit(answer, answer.authors.nodes),
            candidates=tuple(Candidate(link.number, link.repository.id) for link in links),
            complete=len(links) == answer.associated_pull_requests.total_count,
        )

    def team(self, name: str) -> Team:
        """Return a team with its members or why they are not known; each is asked for once."""
        if name not in self._teams:
            self._teams[name] = asking.team(self._client, name)
        return self._teams[name]

    def pull_requests(self, numbers: Sequence[int]) -> Iterator[PullRequest]:
        """Yield each of these pull requests, whole."""
        bypasses = asking.bypasses(self._client, self._repository) if numbers else {}
        for answer in self._reader.pulls(numbers):
            reader = PullRequestReader(self._client, self._repository, answer.number)
            pull = whole(reader, answer, self._permissions)
            if pull.merge and pull.merge.commit:
                pull = replace(pull, rule_suites=bypasses.get(pull.merge.commit.oid))
            if self._pushers or not pull.was_merged:
                home = answer.head_repository
                where = home.name_with_owner if home else None
                moved = asking.pushes(self._client, where, answer.head_ref_name)
                pull = replace(pull, pushes=moved)
            yield pull


def _tag(name: str) -> str:
    return f"refs/tags/{name.removeprefix('refs/tags/')}"


def _peeled(ref: NamedRef) -> str:
    """Return the commit that a tag names, also through a tag object."""
    return ref.target.target.oid if ref.target.target else ref.target.oid
