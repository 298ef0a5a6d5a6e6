"""Reads one pull request whole: every page of its commits, authors, reviews and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pydantic import BaseModel

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.github import queries
from gatekeeper.github.answers import (
    Answer,
    Commit,
    Ends,
    Event,
    GitActor,
    Page,
    PullRequest,
    PullRequestCommit,
    Repository,
    Review,
    read,
)
from gatekeeper.github.client import Client
from gatekeeper.github.names import names

PAGE_SIZE = 100
_MOST_PAGES = 1000

P = TypeVar("P", bound=BaseModel)
T = TypeVar("T")


class _Commits(Ends):
    commits: Page[PullRequestCommit]


class _Reviews(Ends):
    reviews: Page[Review]


class _Events(Ends):
    timeline_items: Page[Event]


class _Found(Repository):
    pull_request: Any


class Answered(Answer):
    """What stands at the root of every answer."""

    repository: Any


class _Object(Answer):
    object: Any = None


class _Authors(Answer):
    authors: Page[GitActor]


class PullRequestReader:
    """Asks one GitHub about one pull request.

    Attributes:
        repository: `owner/name` as GitHub spells it, known after the first answer.
    """

    def __init__(self, client: Client, repository: str, number: int) -> None:
        self.repository = repository
        self._client = client
        self._what = f"{repository}#{number}"
        self._names = names(repository, f"#{number}")
        self._number = number

    def ends(self) -> Ends:
        """Return the head and the base: one small request."""
        return self._ask(queries.PULL_REQUEST_ENDS, Ends)

    def first(self) -> PullRequest:
        """Return the pull request with the first page of everything."""
        return self._ask(queries.PULL_REQUEST, PullRequest, first=PAGE_SIZE)

    def commits(self, pull: PullRequest) -> Iterator[PullRequestCommit]:
        """Yield every commit."""
        return self._all(pull, pull.commits, queries.MORE_COMMITS, _Commits, "commits")

    def reviews(self, pull: PullRequest) -> Iterator[Review]:
        """Yield every review."""
        return self._all(pull, pull.reviews, queries.MORE_REVIEWS, _Reviews, "reviews")

    def events(self, pull: PullRequest) -> Iterator[Event]:
        """Yield every force push, base change and dismissal."""
        first = pull.timeline_items
        return self._all(pull, first, queries.MORE_EVENTS, _Events, "timeline_items")

    def authors(self, commit: Commit) -> Iterator[GitActor]:
        """Yield every author of a commit: the first one, then its co-authors."""
        what = f"the authors of {commit.oid[:7]}"
        variables = {**self._names, "oid": commit.oid, "first": PAGE_SIZE}

        def after(cursor: str) -> Page[GitActor]:
            data = self._client.graphql(
                queries.COMMIT_AUTHORS, {**variables, "after": cursor}, what
            )
            found = read(_Object, read(Answered, data, what).repository, what).object
            return read(_Authors, found, what).authors

        return nodes(commit.authors, after, what)

    def _all(
        self, pull: PullRequest, first: Page[T], query: str, model: type[Ends], field: str
    ) -> Iterator[T]:
        def after(cursor: str) -> Page[T]:
            answer = self._ask(query, model, first=PAGE_SIZE, after=cursor)
            self._refuse_other_ends(answer, pull)
            page: Page[T] = getattr(answer, field)
            return page

        return nodes(first, after, f"{field.replace('_', ' ')} of {self._what}")

    def _refuse_other_ends(self, answer: Ends, pull: PullRequest) -> None:
        if (answer.head_ref_oid, answer.base_ref_name) != (pull.head_ref_oid, pull.base_ref_name):
            raise ToolError(
                f"{self._what} was changed while it was read", "run again on its new head"
            )

    def _ask(self, query: str, model: type[P], **variables: Any) -> P:
        data = self._client.graphql(
            query, {**self._names, "number": self._number, **variables}, self._what
        )
        repository = read(Answered, data, self._what).repository
        found = read(_Found, repository, self._what)
        answer = read(model, found.pull_request, self._what)
        if getattr(answer, "number", None) != self._number:
            raise EvidenceError(f"GitHub answered about another pull request than {self._what}")
        self.repository = found.name_with_owner
        return answer


def nodes(page: Page[T], after: Callable[[str], Page[T]], what: str) -> Iterator[T]:
    """Yield what stands on a page and on all that come after it."""
    for _ in range(_MOST_PAGES):
        yield from page.nodes
        if not page.page_info.has_next_page:
            return
        page = after(_cursor(page, what))
    raise EvidenceError(f"GitHub went on giving pages of {what} without an end", "run again")


def _cursor(page: Page[Any], what: str) -> str:
    """Return where the next page begins. An empty page that promises more would never end."""
    cursor = page.page_info.end_cursor
    if not cursor or not page.nodes:
        raise EvidenceError(f"GitHub promised more {what} and did not say where", "run again")
    return cursor
