"""Pull requests from GitHub, turned into facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypeVar

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.github import answers
from gatekeeper.github.client import Client
from gatekeeper.github.permissions import permission
from gatekeeper.github.pulls import PullRequestReader
from gatekeeper.review import people, trailers
from gatekeeper.review.facts import (
    BaseChange,
    Commit,
    Dismissal,
    Ends,
    ForcePush,
    Permission,
    Person,
    PullRequest,
    Review,
    Signature,
)
from gatekeeper.review.words import short

_OPINIONS = ("APPROVED", "CHANGES_REQUESTED")
V = TypeVar("V", answers.ForcePushed, answers.Dismissed)
AskPermission = Callable[[str], tuple[Permission | None, str]]


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
            reader.repository, number, pull.head_ref_oid, pull.base_ref_oid, pull.base_ref_name
        )

    def pull_request(self, repository: str, number: int) -> PullRequest:
        """Return the pull request, whole.

        Raises:
            EvidenceError, NotAuthorisedError, ToolError: GitHub did not tell all of it.
        """
        reader = PullRequestReader(self._client, repository, number)
        pull = reader.first()
        commits = tuple(_commit(link.commit, reader) for link in reader.commits(pull))
        ask = _asker(self._client, reader.repository)
        reviews = tuple(_review(review, ask) for review in reader.reviews(pull))
        events = tuple(reader.events(pull))
        return PullRequest(
            repository=reader.repository,
            number=pull.number,
            state=pull.state,
            opener=people.of_actor(pull.author),
            base_ref=pull.base_ref_name,
            base_oid=pull.base_ref_oid,
            head_ref=pull.head_ref_name,
            head_oid=pull.head_ref_oid,
            merged_at=pull.merged_at,
            commits=commits,
            reviews=reviews,
            force_pushes=tuple(map(_force_push, _of(answers.ForcePushed, events))),
            base_changes=tuple(_base_changes(events, pull.base_ref_name)),
            dismissals=tuple(map(_dismissal, _of(answers.Dismissed, events))),
            commits_complete=len(commits) == pull.commits.total_count,
            reviews_complete=len(reviews) == pull.reviews.total_count,
            timeline_complete=len(events) == pull.timeline_items.total_count,
        )


def _commit(commit: answers.Commit, reader: PullRequestReader) -> Commit:
    named = tuple(reader.authors(commit))
    parents = commit.parents
    if len(parents.nodes) != parents.total_count:
        raise EvidenceError(f"GitHub did not name all parents of {commit.oid[:7]}", "run again")
    return Commit(
        oid=commit.oid,
        tree=commit.tree.oid,
        parents=tuple(parent.oid for parent in parents.nodes),
        author=people.of_git_actor(commit.author),
        committer=people.of_git_actor(commit.committer),
        co_authors=_co_authors(commit, named),
        authors_complete=len(named) == commit.authors.total_count,
        via_web=commit.committed_via_web,
        signature=_signature(commit.signature),
    )


def _co_authors(commit: answers.Commit, named: Iterable[answers.GitActor]) -> tuple[Person, ...]:
    """Return the union of what GitHub and what the message says, without the author."""
    named = tuple(named)
    known = {people.address(actor) for actor in (commit.author, *named)}
    written = (t for t in trailers.co_authors(commit.message) if t.email not in known)
    everyone = dict.fromkeys((*map(people.of_git_actor, named), *map(people.of_trailer, written)))
    everyone.pop(people.of_git_actor(commit.author), None)
    return tuple(everyone)


def _signature(signature: answers.Signature | None) -> Signature | None:
    if signature is None:
        return None
    return Signature(signature.is_valid, signature.was_signed_by_git_hub)


def _review(review: answers.Review, ask: AskPermission) -> Review:
    permission, problem = _permission(review, ask)
    return Review(
        id=review.id,
        author=people.of_actor(review.author),
        state=review.state,
        commit=_oid(review.commit),
        submitted_at=review.submitted_at,
        permission=permission,
        permission_problem=problem,
    )


def _permission(review: answers.Review, ask: AskPermission) -> tuple[Permission | None, str]:
    """Ask only where the answer can matter: strangers' reviews must not cost requests."""
    if not review.author_can_push_to_repository:
        return "read", ""
    author = people.of_actor(review.author)
    if author.kind == "bot":
        return "write", ""
    if author.login is None or review.state not in _OPINIONS:
        return None, ""
    return ask(author.login)


def _asker(client: Client, repository: str) -> AskPermission:
    """Return a question that is asked once for each reviewer.

    It answers with the reason where there is no answer: the judge decides whether the outcome
    hangs on it.
    """

    @cache
    def ask(login: str) -> tuple[Permission | None, str]:
        try:
            return permission(client, repository, login).permission, ""
        except (EvidenceError, ToolError) as error:
            return None, error.reason

    return ask


def _force_push(event: answers.ForcePushed) -> ForcePush:
    before, after = _oid(event.before_commit), _oid(event.after_commit)
    return ForcePush(people.of_actor(event.actor), event.created_at, before, after)


def _base_changes(events: Iterable[answers.Event], base: str) -> Iterator[BaseChange]:
    for event in events:
        if isinstance(event, answers.BaseEvent):
            yield BaseChange(people.of_actor(event.actor), event.created_at, *_moved(event, base))


def _moved(event: answers.BaseEvent, base: str) -> tuple[str, str]:
    """Return what the base was before and after; only its present name is known for a rewrite."""
    if isinstance(event, answers.BaseChanged):
        return event.previous_ref_name, event.current_ref_name
    if isinstance(event, answers.BaseDeleted):
        return event.base_ref_name or base, "(deleted)"
    before, after = _oid(event.before_commit), _oid(event.after_commit)
    unknown = "an unknown commit"
    return f"{base} at {short(before, unknown)}", f"{base} at {short(after, unknown)}"


def _dismissal(event: answers.Dismissed) -> Dismissal:
    review = event.review.id if event.review else None
    return Dismissal(people.of_actor(event.actor), event.created_at, review)


def _of(kind: type[V], events: Iterable[answers.Event]) -> Iterator[V]:
    return (event for event in events if isinstance(event, kind))


def _oid(ref: answers.Ref | None) -> str | None:
    return ref.oid if ref else None
