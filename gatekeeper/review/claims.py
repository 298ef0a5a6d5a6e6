"""Every part that somebody is said to have in a change, before anybody asks who that is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gatekeeper.review.agents import is_coding_agent
from gatekeeper.review.content.verdicts import merge_proof, replay_proof
from gatekeeper.review.facts import Commit, Person, PullRequest, Push
from gatekeeper.review.pushes import pushes_of
from gatekeeper.review.settings import ReviewSettings

Role = Literal["opener", "requester", "author", "committer", "co-author", "force-pusher", "pusher"]


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


def claims_of(
    pull: PullRequest, settings: ReviewSettings, elsewhere: frozenset[str] = frozenset()
) -> Iterator[Claim]:
    """Yield every claim, the telling ones first.

    Args:
        pull: the change.
        settings: the policy.
        elsewhere: names of commits that another pull request brings and answers for.
    """
    yield Claim(pull.opener, "opener")
    if asked_for(pull, settings):
        yield from (Claim(person, "requester") for person in pull.requested_by)
    updates, named = frozenset(_updates(pull)), settings.suggestion_authors == "reject"
    for commit in _own(pull, elsewhere):
        yield from _of_commit(commit, pull, by_button=commit.oid in updates, all_named=named)
    if made := _not_vouched_for(pull):
        yield from _of_commit(made, pull, by_button=False, all_named=True)
    yield from _pushers(pull, elsewhere, updates)


def _own(pull: PullRequest, elsewhere: frozenset[str]) -> Iterator[Commit]:
    return (commit for commit in pull.commits if commit.oid not in elsewhere)


def _pushers(
    pull: PullRequest, elsewhere: frozenset[str], updates: frozenset[str]
) -> Iterator[Claim]:
    for rewrite in pull.force_pushes:
        yield Claim(rewrite.actor, "force-pusher", oid=rewrite.after)
    for push in pushes_of(pull):
        if push.after not in elsewhere and not _pressed(push, pull, updates):
            yield Claim(push.actor, "pusher", oid=push.after)


def asked_for(pull: PullRequest, settings: ReviewSettings) -> bool:
    """Whether a coding agent opened it: such a one works for somebody."""
    named = {login.casefold().removesuffix("[bot]") for login in settings.coding_agents}
    login = (pull.opener.login or "").casefold().removesuffix("[bot]")
    return is_coding_agent(pull.opener) or login in named


def _of_commit(
    commit: Commit, pull: PullRequest, *, by_button: bool, all_named: bool
) -> Iterator[Claim]:
    if not by_button:
        yield Claim(commit.author, "author", commit, commit.oid)
        yield Claim(commit.committer, "committer", commit, commit.oid)
    for person in commit.co_authors:
        if all_named or not _suggested(person, commit, pull):
            yield Claim(person, "co-author", commit, commit.oid)


def _updates(pull: PullRequest) -> Iterator[str]:
    """Yield the merges that the host made of the base into this branch, at a button's press.

    Whoever pressed it wrote nothing: merging the parents anew gives the very same content.
    """
    kept = (m.oid for m in pull.merges if merge_proof(m, pull.base_ref).outcome == "kept")
    proven = frozenset(kept)
    for commit in pull.commits:
        if commit.oid in proven and commit.via_web and commit.signed_by_host:
            yield commit.oid


def _pressed(push: Push, pull: PullRequest, updates: frozenset[str]) -> bool:
    """Whether a push brought nothing but such a merge."""
    if push.after not in updates:
        return False
    commit = pull.commits[pull.oids.index(push.after)]
    return push.before == commit.parents[0]


def _suggested(person: Person, commit: Commit, pull: PullRequest) -> bool:
    """Whether somebody stands in a commit only because their suggestion was applied on the host.

    The host made and signed that commit, and whoever suggests has reviewed.
    """
    made = commit.via_web and commit.signed_by_host and len(commit.parents) == 1
    return made and person.is_account and any(r.author.id == person.id for r in pull.reviews)


def _not_vouched_for(pull: PullRequest) -> Commit | None:
    """Return what the merge made where nothing shows that it is the change's own commits' work.

    The host's signature does; so does, but for a squash (whose names anybody could have written),
    that the change replayed gives the same content.
    """
    made = pull.made
    if made is None or (made.signed_by_host and pull.commits_complete):
        return None
    replay = pull.replay(pull.head_oid, made.oid)
    kept = replay is not None and replay_proof(replay).outcome == "kept"
    return None if kept and not _is_squash(made, pull) else made


def _is_squash(made: Commit, pull: PullRequest) -> bool:
    if pull.merge and pull.merge.method is not None:
        return pull.merge.method == "squash"
    last = next((commit for commit in pull.commits if commit.oid == pull.head_oid), None)
    rebased = last and (last.author, last.subject) == (made.author, made.subject)
    return len(made.parents) == 1 and not rebased
