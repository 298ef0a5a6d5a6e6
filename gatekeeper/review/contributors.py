"""Who contributed to a change. Names in commits can be forged: they add people, never remove any.

The contributors are the opener and whoever had a coding agent open it, everybody who pushed, and
every commit's author, committer and co-authors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gatekeeper.review.claims import Claim, asked_for, claims_of
from gatekeeper.review.facts import Person, PullRequest
from gatekeeper.review.identities import Identities
from gatekeeper.review.settings import ReviewSettings


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim that proves nobody, and why.

    Attributes:
        claim: which.
        why: completes the sentence "jo@example.com cannot be verified: …".
        mappable: whether a policy can say who it is; a bot's address could be anybody's.
    """

    claim: Claim
    why: str
    mappable: bool


@dataclass(frozen=True, slots=True)
class Contributors:
    """Everybody who had a part in a change.

    Attributes:
        known: by key, the first claim that names them.
        doubts: parts that nobody can be held to.
    """

    known: Mapping[str, Claim]
    doubts: tuple[Doubt, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who is known."""
        return tuple(claim.person for claim in self.known.values())

    def claim(self, key: str | None) -> Claim | None:
        """Return this person's part in the change, or None when there is none."""
        return self.known.get(key or "")


def contributors(
    pull: PullRequest,
    identities: Identities,
    settings: ReviewSettings,
    elsewhere: frozenset[str] = frozenset(),
) -> Contributors:
    """Sort every claim into people and doubts; see `claims_of` for the arguments."""
    claims = tuple(claims_of(pull, settings, elsewhere))
    doubts = (*_doubts(claims, identities), *_unasked(pull, settings))
    return Contributors(_known(claims, identities), doubts)


def _known(claims: Iterable[Claim], identities: Identities) -> dict[str, Claim]:
    known: dict[str, Claim] = {}
    for claim in claims:
        if key := identities.key(claim.person):
            known.setdefault(key, claim)
    return known


def _doubts(claims: Iterable[Claim], identities: Identities) -> Iterator[Doubt]:
    for claim in claims:
        if why := _doubt(claim, identities):
            yield Doubt(claim, why, _mappable(claim.person, identities))


def _unasked(pull: PullRequest, settings: ReviewSettings) -> Iterator[Doubt]:
    """Yield a coding agent of whom nobody knows who asked it: that person must not approve."""
    if asked_for(pull, settings) and not pull.requested_by:
        why = "a coding agent works for somebody, and nobody is assigned to it"
        yield Doubt(Claim(pull.opener, "opener"), why, mappable=False)


def _doubt(claim: Claim, identities: Identities) -> str:
    """Return why this claim proves nobody, or nothing when it does: the first that applies."""
    person = claim.person
    cases = (
        # must be GitHub's own signature where GitHub is said to have committed
        (person.kind == "web-flow", _is_hosts_own(claim),
         "it names GitHub itself, and GitHub did not sign it"),
        # must still exist; who pushed and left cannot approve either
        (person.kind == "ghost", claim.role in _PUSHED, "the account was deleted"),
        # must be answered for, where a bot is said to have written: anybody can write its address
        (identities.is_bot(person), _answered_for(claim, identities),
         "anybody can write a bot's address"),
        # must belong to an account
        (True, identities.is_proven(person), "no account claims it"),
    )  # fmt: skip
    proven, why = next((proven, why) for applies, proven, why in cases if applies)
    return "" if proven else why


_PUSHED = ("force-pusher", "pusher")


def _mappable(person: Person, identities: Identities) -> bool:
    return person.kind == "unlinked" and not identities.is_bot(person)


def _is_hosts_own(claim: Claim) -> bool:
    return claim.role == "committer" and claim.commit is not None and claim.commit.signed_by_host


def _answered_for(claim: Claim, identities: Identities) -> bool:
    commit = claim.commit
    if commit is None or claim.role == "co-author":
        return True
    return commit.signed_by_host or identities.is_known_person(commit.committer)
