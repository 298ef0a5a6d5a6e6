"""Many things in one query, and in smaller ones where that is too much for GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from gatekeeper.core.errors import EvidenceError
from gatekeeper.github.answers import read
from gatekeeper.github.client import Client, TooMuchError
from gatekeeper.github.pulls import Answered

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Kind(Generic[A]):
    """One kind of thing that can be asked for by the dozen.

    Attributes:
        query: of how many.
        variable: the name of a thing's variable, before its number.
        alias: the name of its answer, before its number.
        model: what an answer has to be.
        key: what an answer says it is; must be what was asked for.
        noun: for messages, e.g. `commit {}`.
    """

    query: Callable[[int], str]
    variable: str
    alias: str
    model: type[A]
    key: Callable[[A], Any]
    noun: str


class Batches(Generic[A]):
    """Asks for things of one kind.

    Attributes:
        size: how many at once; halved for good each time that GitHub cannot answer so many.
    """

    def __init__(
        self, client: Client, kind: Kind[A], variables: Mapping[str, Any], size: int
    ) -> None:
        self.size = size
        self._client = client
        self._kind = kind
        self._variables = variables

    def ask(self, wanted: Sequence[Any]) -> Iterator[A]:
        """Yield the answer for each, in this order.

        Raises:
            NotAuthorisedError, EvidenceError, ToolError: one of them is not to be had.
        """
        done = 0
        while done < len(wanted):
            part = wanted[done : done + self.size]
            try:
                found = self._batch(part)
            except TooMuchError:
                self.size = len(part) // 2
                continue
            yield from found
            done += len(part)

    def _batch(self, part: Sequence[Any]) -> list[A]:
        kind, what = self._kind, self._what(part)
        named = {f"{kind.variable}{index}": one for index, one in enumerate(part)}
        query = kind.query(len(part))
        data = self._client.graphql(
            query, {**self._variables, **named}, what, divisible=len(part) > 1
        )
        repository = read(Answered, data, what).repository
        return [self._one(repository, index, one) for index, one in enumerate(part)]

    def _one(self, repository: Any, index: int, wanted: Any) -> A:
        kind, what = self._kind, self._kind.noun.format(wanted)
        value = repository.get(f"{kind.alias}{index}") if isinstance(repository, dict) else None
        if value is None or value == {}:
            raise EvidenceError(
                f"GitHub knows nothing of {what}", "push it, or judge what has been pushed"
            )
        found = read(kind.model, value, what)
        if kind.key(found) != wanted:
            raise EvidenceError(f"GitHub answered about something else than {what}", "run again")
        return found

    def _what(self, part: Sequence[Any]) -> str:
        first = self._kind.noun.format(part[0])
        return f"{first} and {len(part) - 1} more" if len(part) > 1 else first
