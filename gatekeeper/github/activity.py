"""Who pushed: GitHub's own record of what happened to branches, which no commit can forge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gatekeeper.github.answers import read
from gatekeeper.github.names import names

if TYPE_CHECKING:
    from gatekeeper.github.client import Client

_Oid = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class Rest(BaseModel):
    """Base of REST answers: snake_case as it comes, unknown fields left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class RestActor(Rest):
    """An account; `node_id` is the one that GraphQL calls `id`."""

    login: str
    node_id: str
    type: str


class Push(Rest):
    """One thing that happened to a branch.

    Attributes:
        before: the branch's commit before; forty zeros where it was created.
        after: the branch's commit after; forty zeros where it was deleted.
        actor: None when the account was deleted.
    """

    before: _Oid
    after: _Oid
    ref: str
    timestamp: AwareDatetime
    activity_type: Literal[
        "push", "force_push", "branch_deletion", "branch_creation", "pr_merge", "merge_queue_merge"
    ]
    actor: RestActor | None


class RuleSuite(Rest):
    """GitHub's own judgement of one push by the repository's rules."""

    actor_name: str | None
    after_sha: _Oid
    pushed_at: AwareDatetime
    result: Literal["pass", "fail", "bypass"]


def pushes(client: Client, repository: str, **filters: str) -> Iterator[Push]:
    """Yield what happened to a repository's branches, the newest first.

    Args:
        client: of the host.
        repository: `owner/name`, also of a fork.
        filters: GitHub's own, e.g. `ref` or `time_period`.
    """
    what = f"who pushed to {repository}"
    for one in _listed(client, repository, ("activity",), what, filters):
        yield read(Push, one, what)


def bypasses(client: Client, repository: str, **filters: str) -> Iterator[RuleSuite]:
    """Yield the pushes whose author was allowed past the rules, as far back as GitHub tells."""
    what = f"who bypassed the rules of {repository}"
    given = {"rule_suite_result": "bypass", "time_period": "month", **filters}
    for one in _listed(client, repository, ("rulesets", "rule-suites"), what, given):
        yield read(RuleSuite, one, what)


def members(client: Client, organisation: str, team: str) -> Iterator[RestActor]:
    """Yield everybody in a team, those of its child teams included."""
    what = f"the members of @{organisation}/{team}"
    for page in client.pages("orgs", organisation, "teams", team, "members", what=what):
        for one in page:
            yield read(RestActor, one, what)


def _listed(
    client: Client, repository: str, path: tuple[str, ...], what: str, filters: dict[str, str]
) -> Iterator[Any]:
    owned = names(repository, what)
    whole = ("repos", owned["owner"], owned["name"], *path)
    for page in client.pages(*whole, what=what, **filters):
        yield from page
