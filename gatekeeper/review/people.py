"""Who GitHub means: its actors, accounts and addresses as `Person`."""

from __future__ import annotations

import re

from gatekeeper.github.answers import Actor, GitActor
from gatekeeper.review.facts import Person
from gatekeeper.review.trailers import Trailer

_BOT_ADDRESS = re.compile(r"^(?:\d+\+)?([^+@\s]+\[bot\])@users\.noreply\.github\.com$", re.I)
_WEB_FLOW = ("noreply@github.com", "web-flow")
_KINDS = {"User": "human", "EnterpriseUserAccount": "human", "Bot": "bot"}


def of_actor(actor: Actor | None) -> Person:
    """Return the person behind an account; none, or GitHub's stand-in, is a ghost."""
    if actor is None or actor.login.casefold() == "ghost":
        return Person("ghost")
    if actor.typename == "Bot" or actor.login.endswith("[bot]"):
        return Person("bot", actor.id, actor.login)
    if _KINDS.get(actor.typename) == "human":
        return Person("human", actor.id, actor.login)
    # a mannequin (an imported, unclaimed author) or a type that GitHub will add one day
    return Person("unlinked", login=actor.login)


def of_git_actor(actor: GitActor) -> Person:
    """Return the person behind a commit's author or committer line."""
    email = (actor.email or "").strip().casefold() or None
    login = actor.user.login if actor.user else None
    if _WEB_FLOW[0] == email or _WEB_FLOW[1] == login:
        return Person("web-flow", login="web-flow")
    if actor.user is not None:
        if actor.user.login.casefold() == "ghost":
            return Person("ghost")
        kind = "bot" if actor.user.login.endswith("[bot]") else "human"
        return Person("bot" if kind == "bot" else "human", actor.user.id, actor.user.login)
    return _unlinked(actor.name, email)


def of_trailer(trailer: Trailer) -> Person:
    """Return the person that a trailer names and the host did not."""
    return _unlinked(trailer.name, trailer.email)


def _unlinked(name: str | None, email: str | None) -> Person:
    if email is None:
        return Person("unlinked", name=name or "(no name)")
    bot = _BOT_ADDRESS.match(email)
    # anybody can write a bot's address: the judge believes it only of commits GitHub signed
    return Person("bot", login=bot[1], email=email) if bot else Person("unlinked", email=email)
