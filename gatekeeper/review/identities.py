"""Which accounts, addresses and names are one person, by the host's ids and the policy's map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from gatekeeper.review.facts import BaseChange, Dismissal, ForcePush, Person, PullRequest


class Identities:
    """Resolves a person to a key; equal keys are one human or one bot."""

    def __init__(self, mapping: Mapping[str, str], pull: PullRequest) -> None:
        self._mapping = {name.casefold(): login.casefold() for name, login in mapping.items()}
        self._ids = {
            person.login.casefold(): person.id
            for person in everybody(pull)
            if person.login and person.id
        }

    def key(self, person: Person) -> str | None:
        """Return what names this person, or None when nothing proves who it is."""
        login = self._mapped(person)
        if login is not None:
            known = self._ids.get(login)
            return f"id:{known}" if known else f"login:{login}"
        return f"id:{person.id}" if person.id else None

    def is_human(self, person: Person) -> bool:
        """Whether this is a person's own account, and the policy does not call it a bot."""
        return person.kind == "human" and not (self._mapped(person) or "").endswith("[bot]")

    def is_bot(self, person: Person) -> bool:
        """Whether this is a bot, by the host's word, by its address or by the policy's."""
        mapped = self._mapped(person)
        return mapped.endswith("[bot]") if mapped else person.kind == "bot"

    def _mapped(self, person: Person) -> str | None:
        names = (person.email, person.login, person.name)
        found = (self._mapping.get(name.casefold()) for name in names if name)
        return next((login for login in found if login), None)


def everybody(pull: PullRequest) -> Iterator[Person]:
    """Yield each person that the pull request knows, some more than once."""
    yield pull.opener
    for commit in pull.commits:
        yield from (commit.author, commit.committer, *commit.co_authors)
    events = chain[ForcePush | BaseChange | Dismissal](
        pull.force_pushes, pull.base_changes, pull.dismissals
    )
    for event in events:
        yield event.actor
    for review in pull.reviews:
        yield review.author
