"""Pull requests from GitHub, turned into facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from gatekeeper.github import answers
from gatekeeper.github.client import Client
from gatekeeper.github.pulls import PullRequestReader
from gatekeeper.review import asking, convert, people
from gatekeeper.review.agents import may_work_on_request
from gatekeeper.review.asking import Permissions
from gatekeeper.review.facts import Commit, Ends, Merge, Person, PullRequest, Review, Team


class GitHubSource:
    """Asks GitHub.

    Attributes:
        recorded: False.
    """

    recorded = False

    def __init__(self, client: Client) -> None:
        self._client = client

    def name(self, number: int) -> str:  # noqa: ARG002 - a Source
        """Return the host's name for reports."""
        return f"GitHub {self._client.host}"

    def ends(self, repository: str, number: int) -> Ends:
        """Return the ends, in one small request."""
        reader = PullRequestReader(self._client, repository, number)
        pull = reader.ends()
        return Ends(
            *(reader.repository, number, pull.head_ref_oid),
            base_oid=convert.base_oid(pull),
            base_ref=pull.base_ref_name,
        )

    def pull_request(self, repository: str, number: int) -> PullRequest:
        """Return the pull request, whole, with who pushed to its branch.

        Raises:
            EvidenceError, NotAuthorisedError, ToolError: GitHub did not tell all of it.
        """
        reader = PullRequestReader(self._client, repository, number)
        first = reader.first()
        pull = whole(reader, first, Permissions(self._client, reader.repository))
        came_from = first.head_repository
        where = came_from.name_with_owner if came_from else None
        moved = asking.pushes(self._client, where, first.head_ref_name)
        return self._bypassed(replace(pull, pushes=moved))

    def team(self, name: str) -> Team:
        """Return a team, `@organisation/team`, with its members or why they are not known."""
        return asking.team(self._client, name)

    def _bypassed(self, pull: PullRequest) -> PullRequest:
        if pull.merge is None or pull.merge.commit is None:
            return pull
        found = asking.bypasses(self._client, pull.repository)
        return replace(pull, rule_suites=found.get(pull.merge.commit.oid))


def whole(
    reader: PullRequestReader, pull: answers.PullRequest, permissions: Permissions
) -> PullRequest:
    """Return a pull request with every page of it, from the first page of everything.

    Args:
        reader: asks for the further pages.
        pull: the first page.
        permissions: asks what a reviewer may do.

    Raises:
        EvidenceError, NotAuthorisedError, ToolError: GitHub did not tell all of it.
    """
    commits = tuple(
        convert.commit(link.commit, reader.authors(link.commit)) for link in reader.commits(pull)
    )
    reviews = tuple(_review(review, permissions) for review in reader.reviews(pull))
    events = tuple(reader.events(pull))
    opener = people.of_actor(pull.author)
    return PullRequest(
        repository=pull.repository.name_with_owner,
        number=pull.number,
        state=pull.state,
        opener=opener,
        base_ref=pull.base_ref_name,
        base_oid=convert.base_oid(pull),
        head_ref=pull.head_ref_name,
        head_oid=pull.head_ref_oid,
        merged_at=pull.merged_at,
        commits=commits,
        reviews=reviews,
        force_pushes=tuple(convert.force_pushes(events)),
        base_changes=tuple(convert.base_changes(events, pull.base_ref_name)),
        dismissals=tuple(convert.dismissals(events)),
        commits_complete=len(commits) == pull.commits.total_count,
        reviews_complete=len(reviews) == pull.reviews.total_count,
        timeline_complete=len(events) == pull.timeline_items.total_count,
        repository_id=pull.repository.id,
        head_repository_id=pull.head_repository.id if pull.head_repository else None,
        merge=_merge(reader, pull),
        requested_by=_requested_by(pull, opener),
    )


def _merge(reader: PullRequestReader, pull: answers.PullRequest) -> Merge | None:
    if pull.state != "MERGED":
        return None
    by = people.of_actor(pull.merged_by) if pull.merged_by else None
    if pull.merge_commit is None:
        return Merge(None, by)
    made = convert.commit(pull.merge_commit, reader.authors(pull.merge_commit))
    return Merge(made, by, _method(made))


def _method(made: Commit) -> Literal["merge", "squash", "rebase"]:
    """Return how it was merged, by what came of it; the content is proven elsewhere."""
    if len(made.parents) > 1:
        return "merge"
    return "squash" if made.committer.kind == "web-flow" else "rebase"


def _requested_by(pull: answers.PullRequest, opener: Person) -> tuple[Person, ...]:
    """Return who is assigned to what an App opened: GitHub assigns whoever asked for it."""
    if not may_work_on_request(opener):
        return ()
    return tuple(people.of_account(account) for account in pull.assignees.nodes)


def _review(review: answers.Review, permissions: Permissions) -> Review:
    permission, problem = permissions.of(review)
    return Review(
        id=review.id,
        author=people.of_actor(review.author),
        state=review.state,
        commit=convert.oid(review.commit),
        submitted_at=review.submitted_at,
        permission=permission,
        permission_problem=problem,
    )
