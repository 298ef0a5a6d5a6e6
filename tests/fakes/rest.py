"""The REST half of the fake GitHub: permissions, activity, rule suites; paged by `Link` headers."""

from __future__ import annotations

import re
from hashlib import sha1
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from tests.fakes.github import FakeGitHub

Node = dict[str, Any]
Answered = tuple[int, Any, dict[str, str]]
NOWHERE = "0" * 40
_LINKS = ("followers", "subscriptions", "organizations", "repos", "received_events")
_TEMPLATES = ("following{/other_user}", "gists{/gist_id}", "events{/privacy}")
_LOGIN = re.compile(r"[\w-]+(\[bot\])?")
_STARRED = "starred{/owner}{/repo}"


def account(login: str, url: str) -> Node:
    """Return an account in full, as REST gives it: logins of Apps keep their `[bot]`."""
    bare = login.removesuffix("[bot]")
    kind = "Bot" if login.endswith("[bot]") else "User"
    own = f"{url}/users/{bare}"
    links = {f"{name}_url": f"{own}/{name}" for name in _LINKS}
    templates = {f"{name.partition('{')[0]}_url": f"{own}/{name}" for name in _TEMPLATES}
    return {
        "login": login,
        "id": _number(login),
        "node_id": f"{kind[0]}_{bare}",
        "type": kind,
        "site_admin": False,
        "gravatar_id": "",
        "avatar_url": f"{own}/avatar",
        "html_url": own,
        "url": own,
        "starred_url": f"{own}/{_STARRED}",
        **links,
        **templates,
    }


def answer(hub: FakeGitHub, path: str) -> Answered:
    """Answer a GET."""
    parts = urlsplit(path)
    names = tuple(unquote(part) for part in parts.path.strip("/").split("/"))
    asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if names[0] == "orgs" and names[2:3] == ("teams",) and names[4:] == ("members",):
        return _members(hub, path, f"{names[1]}/{names[3]}", asked)
    repository = "/".join(names[1:3]).casefold()
    if names[0] != "repos" or repository not in hub.visible:
        return _not_found()
    if names[3:4] == ("collaborators",) and names[5:] == ("permission",):
        return _permission(hub, names[4])
    if names[3:] == ("activity",):
        return _paged(hub, path, _activity(hub, repository, asked), asked)
    return _suites(hub, path, asked) if names[3:] == ("rulesets", "rule-suites") else _not_found()


def _not_found() -> Answered:
    return 404, _refusal("Not Found"), {}


def _refusal(message: str) -> Node:
    return {"message": message, "documentation_url": "https://docs.github.com/rest"}


def _members(hub: FakeGitHub, path: str, team: str, asked: Node) -> Answered:
    if team not in hub.teams:
        return _not_found()
    return _paged(hub, path, [account(login, hub.url) for login in hub.teams[team]], asked)


def _permission(hub: FakeGitHub, login: str) -> Answered:
    if not _LOGIN.fullmatch(login):
        return _not_found()
    permission = hub.permission(login)
    user = {**account(login, hub.url), "role_name": permission}
    return 200, {"permission": permission, "role_name": permission, "user": user}, {}


def _activity(hub: FakeGitHub, repository: str, asked: Node) -> list[Node]:
    ref = asked.get("ref", "")
    ref = ref if not ref or ref.startswith("refs/") else f"refs/heads/{ref}"
    kind = asked.get("activity_type")
    return [
        {**one["body"], "actor": one["login"] and account(one["login"], hub.url)}
        for one in reversed(hub.activity)
        if one["repository"] == repository
        and ref in ("", one["body"]["ref"])
        and kind in (None, one["body"]["activity_type"])
    ]


def _suites(hub: FakeGitHub, path: str, asked: Node) -> Answered:
    if hub.suites is None:
        return 403, _refusal("Must have admin rights to Repository."), {}
    wanted = asked.get("rule_suite_result", "all")
    found = [one for one in hub.suites if wanted in ("all", one["result"])]
    return _paged(hub, path, found, asked)


def _paged(hub: FakeGitHub, path: str, items: list[Node], asked: Node) -> Answered:
    size, start = int(asked.get("per_page", 30)), int(asked.get("after") or asked.get("page") or 0)
    headers = {}
    if start + size < len(items):
        query = "&".join(f"{key}={value}" for key, value in asked.items() if key != "after")
        bare = path.partition("?")[0]
        headers["Link"] = f'<{hub.url}{bare}?{query}&after={start + size}>; rel="next"'
    return 200, items[start : start + size], headers


def event(number: int, kind: str, ref: str, ends: tuple[str, str], at: str) -> Node:
    """Return one entry of a repository's activity, without its actor."""
    return {
        "id": number,
        "node_id": f"PUSH_{number}",
        "before": ends[0],
        "after": ends[1],
        "ref": f"refs/heads/{ref}",
        "timestamp": at,
        "activity_type": kind,
    }


def suite(number: int, login: str, after: str, result: str, at: str) -> Node:
    """Return one push as the repository's rules saw it."""
    return {
        "id": number,
        "actor_id": _number(login),
        "actor_name": login,
        "before_sha": NOWHERE,
        "after_sha": after,
        "ref": "refs/heads/main",
        "repository_id": 1,
        "repository_name": "shop",
        "pushed_at": at,
        "result": result,
        "evaluation_result": result,
    }


def _number(text: str) -> int:
    return int(sha1(text.encode()).hexdigest()[:6], 16)
