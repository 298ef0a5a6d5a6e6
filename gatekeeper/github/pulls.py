"""Reads one pull request whole: every page of its commits, authors, reviews and events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.github import queries
from gatekeeper.github.answers import (
    Answer,
    Ends,
    Event,
    GitActor,
    Page,
    Permission,
    PullRequest,
    PullRequestCommit,
    Review,
    read,
)
from gatekeeper.github.client import Client

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


class _Found(Answer):
    name_with_owner: str
    pull_request: Any


class _Repository(Answer):
    repository: Any


class _Authors(Answer):
    authors: Page[GitActor]


class PullRequestReader:
    """Asks one GitHub about one pull request.

    Attributes:
        repository: `owner/name` as GitHub spells it, known after the first answer.
    """

    def __init__(self, client: Client, repository: str, number: int) -> None:
        owner, slash, name = repository.partition("/")
        if not (owner and slash and name) or "/" in name:
            raise EvidenceError(
                f"`{repository}` is no GitHub repository, so #{number} cannot be asked for",
                "run inside a clone whose remote is on GitHub, or name a folder of recordings",
            )
        self.repository = repository
        self._client = client
        self._what = f"{repository}#{number}"
        self._names = {"owner": owner, "name": name}
        self._variables = {**self._names, "number": number}
        self._number = number

    def ends(self) -> Ends:
        """Return the head and the base: one small request."""
        return self._ask(queries.PULL_REQUEST_ENDS, Ends)

    def first(self) -> PullRequest:
        """Return the pull request with the first page of everything."""
        return self._ask(queries.PULL_REQUEST, PullRequest, first=PAGE_SIZE)

    def commits(self, pull: PullRequest) -> Iterator[PullRequestCommit]:
        """Yield every commit."""
        for page in self._pages(pull, pull.commits, queries.MORE_COMMITS, _Commits, "commits"):
            yield from page.nodes

    def reviews(self, pull: PullRequest) -> Iterator[Review]:
        """Yield every review."""
        for page in self._pages(pull, pull.reviews, queries.MORE_REVIEWS, _Reviews, "reviews"):
            yield from page.nodes

    def events(self, pull: PullRequest) -> Iterator[Event]:
        """Yield every force push, base change and dismissal."""
        first = pull.timeline_items
        for page in self._pages(pull, first, queries.MORE_EVENTS, _Events, "timeline_items"):
            yield from page.nodes

    def more_authors(self, oid: str, page: Page[GitActor]) -> Iterator[GitActor]:
        """Yield the authors of a commit that are not on its first page."""
        for _ in range(_MOST_PAGES):
            if not page.page_info.has_next_page:
                return
            what = f"the authors of {oid[:7]}"
            variables = {**self._names, "oid": oid, "first": PAGE_SIZE}
            after = _cursor(page, what)
            data = self._client.graphql(queries.COMMIT_AUTHORS, {**variables, "after": after}, what)
            repository = read(_Repository, data, what).repository
            found = repository.get("object") if isinstance(repository, dict) else None
            page = read(_Authors, found, what).authors
            yield from page.nodes
        raise _endless(f"the authors of {oid[:7]}")

    def permission(self, login: str) -> Permission:
        """Return what a person may do on the repository now."""
        owner, name = self._names["owner"], self._names["name"]
        what = f"{login}'s permission on {self.repository}"
        path = ("repos", owner, name, "collaborators", login, "permission")
        answer = read(Permission, self._client.get(*path, what=what), what)
        if answer.user.login.casefold() != login.casefold():
            raise EvidenceError(f"GitHub answered about {answer.user.login}, not about {login}")
        return answer

    def _pages(
        self, pull: PullRequest, page: Page[T], query: str, model: type[Ends], field: str
    ) -> Iterator[Page[T]]:
        what = f"{field.replace('_', ' ')} of {self._what}"
        for _ in range(_MOST_PAGES):
            yield page
            if not page.page_info.has_next_page:
                return
            answer = self._ask(query, model, first=PAGE_SIZE, after=_cursor(page, what))
            if (answer.head_ref_oid, answer.base_ref_name) != (
                pull.head_ref_oid,
                pull.base_ref_name,
            ):
                raise ToolError(
                    f"{self._what} was changed while it was read", "run again on its new head"
                )
            page = getattr(answer, field)
        raise _endless(what)

    def _ask(self, query: str, model: type[P], **variables: Any) -> P:
        data = self._client.graphql(query, {**self._variables, **variables}, self._what)
        repository = read(_Repository, data, self._what).repository
        found = read(_Found, repository, self._what)
        answer = read(model, found.pull_request, self._what)
        if getattr(answer, "number", None) != self._number:
            raise EvidenceError(f"GitHub answered about another pull request than {self._what}")
        self.repository = found.name_with_owner
        return answer


def _cursor(page: Page[Any], what: str) -> str:
    """Return where the next page begins. An empty page that promises more would never end."""
    cursor = page.page_info.end_cursor
    if not cursor or not page.nodes:
        raise EvidenceError(f"GitHub promised more {what} and did not say where", "run again")
    return cursor


def _endless(what: str) -> EvidenceError:
    return EvidenceError(f"GitHub went on giving pages of {what} without an end", "run again")
