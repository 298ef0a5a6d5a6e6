"""Which accounts, addresses and names are one person, by the host's ids and the policy's map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from gatekeeper.review.facts import BaseChange, Dismissal, ForcePush, Person, PullRequest, Push


class Identities:
    """Resolves a person to a key; equal keys are one human or one bot."""

    def __init__(self, mapping: Mapping[str, str], pull: PullRequest) -> None:
        self._mapping = {name.casefold(): login.casefold() for name, login in mapping.items()}
        self._ids = _ids(pull)

    def key(self, person: Person) -> str | None:
        """Return what names this person, or None when nothing proves who it is."""
        if login := self._mapped(person):
            return self._ids.get(login, f"login:{login}")
        return f"id:{person.id}" if person.id else None

    def key_of(self, login: str) -> str:
        """Return what names the person of this login, whether they had a part in this or not."""
        folded = login.casefold()
        folded = self._mapping.get(folded, folded)
        return self._ids.get(folded, f"login:{folded}")

    def is_proven(self, person: Person) -> bool:
        """Whether an account, or the policy, says who this is; an id alone does not."""
        return person.is_account or self._mapped(person) is not None

    def is_human(self, person: Person) -> bool:
        """Whether this is a person's own account, and the policy does not call it a bot."""
        return person.kind == "human" and not self.is_bot(person)

    def is_bot(self, person: Person) -> bool:
        """Whether this is a bot, by the host's word, by its address or by the policy's."""
        mapped = self._mapped(person)
        return mapped.endswith("[bot]") if mapped else person.kind == "bot"

    def is_known_person(self, person: Person) -> bool:
        """Whether it is proven who this is, and that it is no bot."""
        return self.is_proven(person) and not self.is_bot(person)

    def _mapped(self, person: Person) -> str | None:
        found = (self._mapping.get(name.casefold()) for name in person.names)
        return next(filter(None, found), None)


def _ids(pull: PullRequest) -> dict[str, str]:
    """Return the key of every account that the pull request knows, by its login."""
    people = everybody(pull)
    return {_full_login(who): f"id:{who.id}" for who in people if who.login and who.id}


def _full_login(account: Person) -> str:
    """Return the login as a policy writes it: an App may share its owner's name without `[bot]`."""
    login = (account.login or "").casefold().removesuffix("[bot]")
    return f"{login}[bot]" if account.kind == "bot" else login


def everybody(pull: PullRequest) -> Iterator[Person]:
    """Yield each person that the pull request knows, some more than once."""
    yield pull.opener
    yield from chain.from_iterable(commit.people for commit in pull.commits)
    yield from (event.actor for event in _events(pull))
    yield from (review.author for review in pull.reviews)
    yield from pull.requested_by
    yield from chain.from_iterable(team.members or () for team in pull.teams)


def _events(pull: PullRequest) -> Iterator[ForcePush | BaseChange | Dismissal | Push]:
    yield from pull.force_pushes
    yield from pull.base_changes
    yield from pull.dismissals
    yield from pull.pushes.found if pull.pushes else ()
