"""The queries and the fake's answers, held against GitHub's published schema."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, build_schema, execute, parse, validate

from gatekeeper.github import queries
from tests.fakes import graphql as fake
from tests.fakes.github import FakeGitHub, commit, git_actor, oid

PACKAGE = "@octokit/graphql-schema@15.26.1"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> GraphQLSchema:
    """GitHub's schema, from node_modules where it is installed, else from the npm registry."""
    path = ROOT / "node_modules" / "@octokit" / "graphql-schema" / "schema.graphql"
    if not path.exists():
        path = _packed(tmp_path_factory.mktemp("schema"))
    return build_schema(path.read_text(encoding="utf-8"), assume_valid=True)


def _packed(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("GITHUB'S SCHEMA IS NOT HERE: the queries were not validated (no npm)")
    command = [npm, "pack", PACKAGE, "--json", "--ignore-scripts"]
    try:
        packed = subprocess.run(command, cwd=folder, capture_output=True, timeout=90)
    except subprocess.TimeoutExpired:
        packed = None
    if packed is None or packed.returncode:
        pytest.skip("GITHUB'S SCHEMA IS NOT HERE: the queries were not validated (npm pack failed)")
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extract("package/schema.graphql", folder, filter="data")
    return folder / "package" / "schema.graphql"


def everything() -> FakeGitHub:
    hub = FakeGitHub()
    hub.permissions = {"dana": "write"}
    signed = commit("two", git_actor(None, "x@example.com"), signature=(True, True))
    pull = hub.open("alice", commit("one", git_actor("alice")))
    pull.dismiss(pull.review("dana", "CHANGES_REQUESTED"), "alice")
    pull.force_push("alice", commit("one", git_actor("alice")), signed)
    pull.retarget("alice", "develop")
    pull.follow("alice", "main")
    pull.rewrite_base("alice")
    pull.delete_base("alice")
    pull.review("dana")["commit"] = None
    pull.review("copilot[bot]", "PENDING")["author"] = None
    merged = hub.open("alice", commit("three", git_actor("alice")), branch="fix")
    merged.assign("bob")
    merged.merged("dana", commit("merge", git_actor("dana")))
    hub.tags["v1"] = oid("one")
    hub.enqueue(pull, oid("queued"))
    return hub


VARIABLES: dict[str, Any] = {
    "owner": "acme", "name": "shop", "number": 42, "first": 2, "after": "1", "oid": oid("one"),
    "oid0": oid("one"), "oid1": oid("two"), "number0": 42, "number1": 43,
    "from": "refs/tags/v1", "to": "refs/heads/main", "branch": "main", "ref": "refs/heads/main",
}  # fmt: skip


def test_every_query_is_listed() -> None:
    assert set(queries.ALL) == {
        "PULL_REQUEST_ENDS",
        "PULL_REQUEST",
        "MORE_COMMITS",
        "MORE_REVIEWS",
        "MORE_EVENTS",
        "COMMIT_AUTHORS",
        "COMMIT_PULLS",
        "RANGE_ENDS",
        "BRANCH_TIP",
        "MERGE_QUEUE",
        "RANGE_COMMITS_OF_TWO",
        "RANGE_PULLS_OF_TWO",
    }


@pytest.mark.parametrize("name", queries.ALL)
def test_a_query_is_valid_for_githubs_schema(schema: GraphQLSchema, name: str) -> None:
    assert validate(schema, parse(queries.ALL[name])) == []


def test_the_schema_would_refuse_a_wrong_query(schema: GraphQLSchema) -> None:
    wrong = queries.PULL_REQUEST.replace("headRefOid", "headOid")
    assert validate(schema, parse(wrong))


@pytest.mark.parametrize("name", queries.ALL)
def test_the_fakes_answers_are_what_the_schema_promises(schema: GraphQLSchema, name: str) -> None:
    hub = everything()

    def resolver(source: Any, info: Any, **args: Any) -> Any:
        return fake.resolve(source, info.field_name, args)

    result = execute(
        schema,
        parse(queries.ALL[name]),
        root_value=hub.root(),
        variable_values=VARIABLES,
        field_resolver=resolver,
        type_resolver=lambda value, *_: value["__typename"],
    )
    assert result.errors is None
    answered = fake.answer(queries.ALL[name], VARIABLES, hub.root())
    assert json.loads(json.dumps(result.data)) == answered["data"]


@pytest.mark.parametrize("first", [None, 0, 101])
def test_the_fake_refuses_pages_that_github_refuses(first: int | None) -> None:
    with pytest.raises(GraphQLError, match="between 1 and 100"):
        fake.Connection([]).page({"first": first})
