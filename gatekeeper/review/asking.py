"""Questions beside a pull request that are asked once for each person, branch or team.

Each answers with the reason where there is no answer: the judge decides whether the outcome hangs
on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.github import activity
from gatekeeper.github.answers import Review
from gatekeeper.github.client import Client
from gatekeeper.github.permissions import permission
from gatekeeper.review import convert, people
from gatekeeper.review.facts import Permission, Pushes, RuleSuite, Team

Answered = tuple[Permission | None, str]
_OPINIONS = ("APPROVED", "CHANGES_REQUESTED")


class Permissions:
    """What reviewers may do on one repository; each is asked for once."""

    def __init__(self, client: Client, repository: str) -> None:
        self._client = client
        self._repository = repository
        self._known: dict[str, Answered] = {}

    def of(self, review: Review) -> Answered:
        """Ask only where the answer can matter: strangers' reviews must not cost requests."""
        if not review.author_can_push_to_repository:
            return "read", ""
        author = people.of_actor(review.author)
        if author.kind == "bot":
            return "write", ""
        if author.login is None or review.state not in _OPINIONS:
            return None, ""
        if author.login not in self._known:
            self._known[author.login] = self._ask(author.login)
        return self._known[author.login]

    def _ask(self, login: str) -> Answered:
        try:
            return permission(self._client, self._repository, login).permission, ""
        except (EvidenceError, ToolError) as error:
            return None, error.reason


def pushes(client: Client, repository: str | None, branch: str) -> Pushes:
    """Return everything that moved a branch; `repository` is None where that is gone."""
    if repository is None:
        return Pushes((), False, "the repository that it comes from is gone")
    try:
        found = activity.pushes(client, repository, ref=f"refs/heads/{branch}")
        return Pushes(tuple(map(convert.push, found)), complete=True)
    except (EvidenceError, ToolError) as error:
        return Pushes((), False, error.reason)


def bypasses(client: Client, repository: str) -> dict[str, tuple[RuleSuite, ...]]:
    """Return who was let past the rules, by the commit that they pushed; empty where unreadable.

    GitHub tells it to administrators only, and only of the last month: more than a hint it is not.
    """
    found: dict[str, tuple[RuleSuite, ...]] = {}
    try:
        for suite in activity.bypasses(client, repository):
            known = found.get(suite.after_sha, ())
            found[suite.after_sha] = (*known, convert.rule_suite(suite))
    except (EvidenceError, ToolError):
        return {}
    return found


def team(client: Client, name: str) -> Team:
    """Return a team with its members; `name` is `@organisation/team`."""
    organisation, _, slug = name.removeprefix("@").partition("/")
    try:
        found: Iterator[activity.RestActor] = activity.members(client, organisation, slug)
        return Team(name, tuple(map(people.of_rest, found)))
    except (EvidenceError, ToolError) as error:
        return Team(name, None, error.reason)
