"""Who contributed to a change. Names in commits can be forged: they add people, never remove any.

The contributors are the opener, every commit's author, committer and co-authors, and whoever
force-pushed. Who pushed in the ordinary way is not read yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gatekeeper.review.facts import Commit, Person, PullRequest
from gatekeeper.review.identities import Identities

Role = Literal["opener", "author", "committer", "co-author", "force-pusher"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's part in a change, as the host or a commit states it.

    Attributes:
        person: who.
        role: which part.
        commit: of which commit; None for the pull request as a whole.
        oid: the commit's name, also where only that is known.
    """

    person: Person
    role: Role
    commit: Commit | None = None
    oid: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim that proves nobody, and why."""

    claim: Claim
    why: str


@dataclass(frozen=True, slots=True)
class Contributors:
    """Everybody who had a part in a change.

    Attributes:
        known: by key, the first claim that names them.
        doubts: parts that nobody can be held to.
    """

    known: Mapping[str, Claim]
    doubts: tuple[Doubt, ...]


def contributors(pull: PullRequest, identities: Identities) -> Contributors:
    """Sort every claim into people and doubts."""
    known: dict[str, Claim] = {}
    doubts: list[Doubt] = []
    for claim in _claims(pull):
        key = identities.key(claim.person)
        if key is not None:
            known.setdefault(key, claim)
        why = _doubt(claim, identities)
        if why:
            doubts.append(Doubt(claim, why))
    return Contributors(known, tuple(doubts))


def _claims(pull: PullRequest) -> Iterator[Claim]:
    yield Claim(pull.opener, "opener")
    for commit in pull.commits:
        yield Claim(commit.author, "author", commit, commit.oid)
        yield Claim(commit.committer, "committer", commit, commit.oid)
        for person in commit.co_authors:
            yield Claim(person, "co-author", commit, commit.oid)
    for push in pull.force_pushes:
        yield Claim(push.actor, "force-pusher", oid=push.after)


def _doubt(claim: Claim, identities: Identities) -> str:
    """Return why this claim proves nobody, or nothing when it does."""
    person, commit = claim.person, claim.commit
    # must be GitHub's own signature where GitHub is said to have committed
    if person.kind == "web-flow":
        genuine = claim.role == "committer" and commit is not None and _signed_by_host(commit)
        return "" if genuine else "it names GitHub itself, and GitHub did not sign it"
    # must still exist; who force-pushed and left cannot approve either
    if person.kind == "ghost":
        return "" if claim.role == "force-pusher" else "the account was deleted"
    # must be answered for, where a bot is said to have written: anybody can write its address
    if identities.is_bot(person):
        return "" if _answered_for(claim, identities) else "anybody can write a bot's address"
    # must belong to an account
    return "" if identities.key(person) else "no account claims it"


def _answered_for(claim: Claim, identities: Identities) -> bool:
    commit = claim.commit
    if commit is None or claim.role == "co-author" or _signed_by_host(commit):
        return True
    committer = commit.committer
    return identities.key(committer) is not None and not identities.is_bot(committer)


def _signed_by_host(commit: Commit) -> bool:
    return commit.signature is not None and commit.signature.valid and commit.signature.by_github
