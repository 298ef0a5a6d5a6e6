"""Whom GitHub means by an actor or by a line in a commit."""

from __future__ import annotations

import pytest

from gatekeeper.github.answers import Actor, GitActor, User
from gatekeeper.review.facts import Person
from gatekeeper.review.people import of_actor, of_git_actor


def actor(typename: str, login: str) -> Actor:
    return Actor.model_validate({"__typename": typename, "id": "X_1", "login": login})


def line(email: str | None, login: str | None = None, name: str | None = "Jo") -> GitActor:
    return GitActor(name=name, email=email, user=User(id="U_1", login=login) if login else None)


@pytest.mark.parametrize(
    ("given", "person"),
    [
        (None, Person("ghost")),
        (actor("User", "ghost"), Person("ghost")),
        (actor("User", "dana"), Person("human", "X_1", "dana")),
        (actor("EnterpriseUserAccount", "dana"), Person("human", "X_1", "dana")),
        (actor("Bot", "copilot"), Person("bot", "X_1", "copilot")),
        (actor("User", "copilot[bot]"), Person("bot", "X_1", "copilot[bot]")),
        (actor("Mannequin", "dana"), Person("unlinked", login="dana")),
        (actor("Organization", "acme"), Person("unlinked", login="acme")),
        (actor("SomethingNew", "x"), Person("unlinked", login="x")),
    ],
)
def test_an_actor_is_a_human_only_as_a_user(given: Actor | None, person: Person) -> None:
    assert of_actor(given) == person


BOT = "49699333+dependabot[bot]@users.noreply.github.com"


@pytest.mark.parametrize(
    ("given", "person"),
    [
        (line("jo@example.com", "jo"), Person("human", "U_1", "jo")),
        (line("JO@Example.com "), Person("unlinked", email="jo@example.com")),
        (line(None), Person("unlinked", name="Jo")),
        (line("", name=None), Person("unlinked", name="(no name)")),
        (line("x@example.com", "Ghost"), Person("ghost")),
        (line("noreply@github.com"), Person("web-flow", login="web-flow")),
        (line("x@example.com", "web-flow"), Person("web-flow", login="web-flow")),
        (line(BOT), Person("bot", login="dependabot[bot]", email=BOT)),
        (line(f"x{BOT}"), Person("unlinked", email=f"x{BOT}")),
        (line(f"{BOT}.example.com"), Person("unlinked", email=f"{BOT}.example.com")),
        (line(BOT, "sly-human"), Person("human", "U_1", "sly-human")),
    ],
)
def test_a_line_in_a_commit_names_an_account_or_stays_unlinked(
    given: GitActor, person: Person
) -> None:
    assert of_git_actor(given) == person
