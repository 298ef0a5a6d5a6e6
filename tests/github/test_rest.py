"""The fake's REST answers, held against GitHub's published description by Prism in between."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.errors import GatekeeperError
from gatekeeper.github import activity
from gatekeeper.github.client import Client
from gatekeeper.github.permissions import permission
from tests.fakes.github import TOKEN, Exchange, FakeGitHub, commit, git_actor, oid

PRISM = "@stoplight/prism-cli@5.14.2"
DESCRIPTION = "@octokit/openapi@23.0.2"
ROOT = Path(__file__).parents[2]
# every REST path that is asked for
PATHS = (
    "/repos/{owner}/{repo}/activity",
    "/repos/{owner}/{repo}/rulesets/rule-suites",
    "/repos/{owner}/{repo}/collaborators/{username}/permission",
    "/orgs/{org}/teams/{team_slug}/members",
)


def _installed() -> Path:
    """Return a folder with Prism and GitHub's description: the project's, or one of this user."""
    if (ROOT / "node_modules" / "@stoplight" / "prism-cli").exists():
        return ROOT
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gatekeeper-tests" / re.sub(r"\W+", "-", PRISM)


def _npm(folder: Path, *words: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("PRISM IS NOT HERE: the REST answers were not validated (no npm)")
    try:
        done = subprocess.run([npm, *words], cwd=folder, capture_output=True, timeout=240)
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode:
        pytest.skip("PRISM IS NOT HERE: the REST answers were not validated (npm failed)")


@pytest.fixture(scope="session")
def prism() -> Path:
    folder = _installed()
    program = folder / "node_modules" / ".bin" / "prism"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        _npm(folder, "install", "--ignore-scripts", "--no-audit", "--no-fund", PRISM)
    return program


@pytest.fixture(scope="session")
def description(prism: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GitHub's description of the paths above, and of no others: the whole takes long to read."""
    folder = _installed()
    kept = folder / f"{re.sub(r'[^a-z0-9]+', '-', DESCRIPTION)}-api.github.com.json"
    packed = folder / "node_modules" / "@octokit" / "openapi" / "generated" / "api.github.com.json"
    if packed.exists():
        kept = packed
    elif not kept.exists():
        _npm(folder, "pack", DESCRIPTION, "--ignore-scripts")
        (archive,) = folder.glob("octokit-openapi-*.tgz")
        with tarfile.open(archive) as tar:
            source = tar.extractfile("package/generated/api.github.com.json")
            assert source
            kept.write_bytes(source.read())
        archive.unlink()
    whole = json.loads(kept.read_text(encoding="utf-8"))
    made = tmp_path_factory.mktemp("openapi") / "github.json"
    made.write_text(json.dumps(_part(whole)))
    return made


def _part(whole: dict[str, Any]) -> dict[str, Any]:
    part = {**whole, "paths": {path: {"get": whole["paths"][path]["get"]} for path in PATHS}}
    wanted: dict[str, dict[str, Any]] = {}
    waiting = set(_references(part["paths"]))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        if name not in wanted.setdefault(kind, {}):
            wanted[kind][name] = whole["components"][kind][name]
            waiting |= set(_references(wanted[kind][name]))
    part.pop("webhooks", None)
    part.pop("x-webhooks", None)
    return {**part, "components": wanted}


def _references(value: Any) -> Iterator[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from _references(item)
    if isinstance(value, dict) and isinstance(value.get("$ref"), str):
        yield value["$ref"]


@pytest.fixture(scope="module")
def hub() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as running:
        running.permissions = {"dana": "admin"}
        pull = running.open("alice", *(commit(f"c{n}", git_actor("alice")) for n in range(2)))
        for number in range(120):
            pull.push(
                commit(f"d{number}", git_actor("alice")), by="bot[bot]" if number % 2 else None
            )
        pull.merged("dana", commit("merge", git_actor("dana")))
        running.bypass("dana", oid("merge"))
        running.teams["acme/payments"] = [f"member{number}" for number in range(130)]
        yield running


@pytest.fixture(scope="module")
def between(prism: Path, description: Path, hub: FakeGitHub) -> Iterator[str]:
    """Prism's address: it refuses what the description does not allow, both ways."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(prism), "proxy", str(description), hub.url, "--errors", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, server.stdout and server.stdout.read()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.1)
    pytest.fail("Prism did not start")


@pytest.fixture
def client(between: str) -> Client:
    return Client(TOKEN, between, 120.0)


def test_a_permission_is_as_github_describes_it(client: Client) -> None:
    assert permission(client, "acme/shop", "dana").permission == "admin"


def test_activity_is_as_github_describes_it_on_every_page(client: Client) -> None:
    found = list(activity.pushes(client, "acme/shop", ref="refs/heads/feature/checkout"))
    assert len(found) == 121
    assert {push.actor and push.actor.type for push in found} == {"User", "Bot"}
    assert any(push.activity_type == "pr_merge" for push in activity.pushes(client, "acme/shop"))


def test_rule_suites_are_as_github_describes_them(client: Client) -> None:
    assert [suite.result for suite in activity.bypasses(client, "acme/shop")] == ["bypass"]


def test_a_teams_members_are_as_github_describes_them(client: Client) -> None:
    assert len(list(activity.members(client, "acme", "payments"))) == 130


def test_prism_would_refuse_an_answer_that_is_not_githubs(client: Client, hub: FakeGitHub) -> None:
    def without_role(exchange: Exchange) -> None:
        del exchange.body["role_name"]
        exchange.send()

    hub.faults = {len(hub.requests) + number: without_role for number in range(9)}
    try:
        with pytest.raises(GatekeeperError, match="GitHub answered 500"):
            permission(client, "acme/shop", "dana")
    finally:
        hub.faults = {}


def test_prism_would_refuse_a_question_that_is_not_githubs(client: Client) -> None:
    with pytest.raises(GatekeeperError, match="GitHub answered 4"):
        list(activity.pushes(client, "acme/shop", time_period="century"))
