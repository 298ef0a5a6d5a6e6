"""Who GitHub means: its actors, accounts and addresses as `Person`."""

from __future__ import annotations

import re
from typing import Literal

from gatekeeper.github.activity import RestActor
from gatekeeper.github.answers import Actor, GitActor, User
from gatekeeper.review.facts import Person
from gatekeeper.review.trailers import Trailer

_BOT_ADDRESS = re.compile(r"^(?:\d+\+)?([^+@\s]+\[bot\])@users\.noreply\.github\.com$", re.I)
_WEB_FLOW = "web-flow"
_WEB_FLOW_EMAIL = "noreply@github.com"
_KINDS: dict[str, Literal["human", "bot"]] = {
    "User": "human",
    "EnterpriseUserAccount": "human",
    "Bot": "bot",
}


def of_actor(actor: Actor | None) -> Person:
    """Return the person behind an account; none, or GitHub's stand-in, is a ghost."""
    if actor is None:
        return Person("ghost")
    kind = _KINDS.get(actor.typename)
    # a mannequin (an imported, unclaimed author), or a type that GitHub will add one day
    return _account(actor, kind) if kind else Person("unlinked", login=actor.login)


def of_rest(actor: RestActor | None) -> Person:
    """Return the person behind an account as REST gives it."""
    if actor is None:
        return Person("ghost")
    named = Actor.model_validate(
        {"__typename": actor.type, "id": actor.node_id, "login": actor.login}
    )
    return of_actor(named)


def of_account(account: User) -> Person:
    """Return the person behind a user account."""
    return _account(account, "human")


def of_git_actor(actor: GitActor) -> Person:
    """Return the person behind a commit's author or committer line."""
    if address(actor) == _WEB_FLOW_EMAIL or _login(actor) == _WEB_FLOW:
        return Person("web-flow", login=_WEB_FLOW)
    return _account(actor.user, "human") if actor.user else _unlinked(actor.name, address(actor))


def _login(actor: GitActor) -> str:
    return actor.user.login if actor.user else ""


def address(actor: GitActor) -> str:
    """Return the e-mail address of a commit's author or committer line, or nothing."""
    return (actor.email or "").strip().casefold()


def _account(account: Actor | User, kind: Literal["human", "bot"]) -> Person:
    if account.login.casefold() == "ghost":
        return Person("ghost")
    return Person("bot" if account.login.endswith("[bot]") else kind, account.id, account.login)


def of_trailer(trailer: Trailer) -> Person:
    """Return the person that a trailer names and the host did not."""
    return _unlinked(trailer.name, trailer.email)


def _unlinked(name: str | None, email: str | None) -> Person:
    if not email:
        return Person("unlinked", name=name or "(no name)")
    bot = _BOT_ADDRESS.match(email)
    # anybody can write a bot's address: the judge believes it only of commits GitHub signed
    return Person("bot", login=bot[1], email=email) if bot else Person("unlinked", email=email)
