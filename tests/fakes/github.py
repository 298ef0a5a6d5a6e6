"""A stateful GitHub on loopback: it is pushed to, reviews, refuses, pages and breaks on demand."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from graphql import GraphQLError

from tests.fakes import rest
from tests.fakes.graphql import Connection, answer

Node = dict[str, Any]
Fault = Callable[["Exchange"], None]
TOKEN = "a-token-for-tests"
_ENDS = ("before", "after")
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def oid(text: str) -> str:
    return sha1(text.encode()).hexdigest()


def user(login: str) -> Node:
    kind = "Bot" if login.endswith("[bot]") else "User"
    login = login.removesuffix("[bot]")  # GraphQL drops it
    return {"__typename": kind, "id": f"{kind[0]}_{login}", "login": login}


def git_actor(login: str | None, email: str | None = None) -> Node:
    account = user(login) if login else None
    return {
        "__typename": "GitActor",
        "name": login or "Somebody",
        "email": email or f"{login}@example.com",
        "user": account,
    }


def commit(
    name: str,
    author: Node,
    *,
    committer: Node | None = None,
    co_authors: tuple[Node, ...] = (),
    message: str = "Change",
    signature: tuple[bool, bool] | None = None,
) -> Node:
    signed = signature and {
        "__typename": "GpgSignature",
        "isValid": signature[0],
        "wasSignedByGitHub": signature[1],
    }
    return {
        "__typename": "Commit",
        "oid": oid(name),
        "message": message,
        "committedViaWeb": bool(signature),
        "tree": {"__typename": "Tree", "oid": oid(f"tree of {name}")},
        "parents": Connection([{"__typename": "Commit", "oid": oid("base")}], "CommitConnection"),
        "author": author,
        "committer": committer or author,
        "authors": Connection([author, *co_authors], "GitActorConnection"),
        "signature": signed,
    }


class PullRequest:
    """One pull request and what happens to it."""

    def __init__(self, hub: FakeGitHub, number: int, opener: str, branch: str) -> None:
        self.hub = hub
        self.commits: list[Node] = []
        self.reviews: list[Node] = []
        self.events: list[Node] = []
        self.assignees: list[Node] = []
        # what its merge put on the base: merge commit, squash or rebased copies
        self.brought: list[str] = []
        self.opener = opener
        self.head_repository = hub.repository
        self.node: Node = {
            "__typename": "PullRequest",
            "number": number,
            "state": "OPEN",
            "headRefOid": oid("base"),
            "baseRefOid": oid("base"),
            "baseRefName": "main",
            "baseRef": self._base,
            "headRefName": branch,
            "headRepository": hub.named(hub.repository),
            "repository": hub.named(hub.repository),
            "mergedAt": None,
            "mergedBy": None,
            "mergeCommit": None,
            "author": user(opener),
            "assignees": Connection(self.assignees, "UserConnection"),
            "commits": Connection(self.commits, "PullRequestCommitConnection"),
            "reviews": Connection(self.reviews, "PullRequestReviewConnection"),
            "timelineItems": Connection(self.events, "PullRequestTimelineItemsConnection"),
        }

    def _base(self) -> Node | None:
        """Return the base branch as it is now; none where it is gone."""
        name = self.node["baseRefName"]
        return self.hub._branch(name) if name in self.hub.branches else None

    @property
    def number(self) -> int:
        return int(self.node["number"])

    @property
    def head(self) -> str:
        return str(self.node["headRefOid"])

    @property
    def oids(self) -> list[str]:
        return [link["commit"]["oid"] for link in self.commits]

    def push(self, *commits: Node, by: str | None = None) -> None:
        """Add commits; the head moves, and GitHub notes who pushed."""
        before = self.head if self.commits else rest.NOWHERE
        self._set(commits)
        kind = "push" if before != rest.NOWHERE else "branch_creation"
        self._note(kind, by or self.opener, before)

    def _set(self, commits: tuple[Node, ...]) -> None:
        for made in commits:
            self.commits.append({"__typename": "PullRequestCommit", "commit": made})
            self.node["headRefOid"] = made["oid"]

    def _note(self, kind: str, login: str, before: str) -> None:
        branch = self.node["headRefName"]
        self.hub.note(kind, branch, login, (before, self.head), self.head_repository)

    def force_push(self, login: str, *commits: Node) -> None:
        """Replace all commits; the head moves and the timeline tells."""
        before = self.head
        self.commits.clear()
        self._set(commits)
        self._note("force_push", login, before)
        self._event(
            "HeadRefForcePushedEvent",
            login,
            beforeCommit={"__typename": "Commit", "oid": before},
            afterCommit={"__typename": "Commit", "oid": self.head},
        )

    def retarget(self, login: str, branch: str) -> None:
        """Point at another base branch."""
        names = {"previousRefName": self.node["baseRefName"], "currentRefName": branch}
        self._event("BaseRefChangedEvent", login, **names)
        self.hub.branches.setdefault(branch, oid("base"))
        self.node["baseRefName"] = branch

    def follow(self, login: str, branch: str) -> None:
        """Point at another base branch, as GitHub does itself when the branch below is merged."""
        names = {"oldBase": self.node["baseRefName"], "newBase": branch}
        self._event("AutomaticBaseChangeSucceededEvent", login, **names)
        self.hub.branches.setdefault(branch, oid("base"))
        self.node["baseRefName"] = branch

    def rewrite_base(self, login: str) -> None:
        """Force-push the base branch."""
        ends = {f"{name}Commit": {"__typename": "Commit", "oid": oid(name)} for name in _ENDS}
        self._event("BaseRefForcePushedEvent", login, **ends)

    def delete_base(self, login: str) -> None:
        self._event("BaseRefDeletedEvent", login, baseRefName=self.node["baseRefName"])

    def review(self, login: str, state: str = "APPROVED", of: str | None = None) -> Node:
        """Review the head; as on GitHub, nobody has an opinion on their own pull request."""
        author = user(login)
        if author["id"] == self.node["author"]["id"] and state != "COMMENTED":
            raise ValueError("Can not approve your own pull request")
        review = {
            "__typename": "PullRequestReview",
            "id": f"PRR_{len(self.reviews)}",
            "state": state,
            "submittedAt": None if state == "PENDING" else self.hub.tick(),
            "authorCanPushToRepository": self.hub.permission(login) in ("admin", "write"),
            "author": author,
            "commit": {"__typename": "Commit", "oid": of or self.head},
        }
        self.reviews.append(review)
        return review

    def dismiss(self, review: Node, login: str) -> None:
        review["state"] = "DISMISSED"
        self._event(
            "ReviewDismissedEvent",
            login,
            review={"__typename": "PullRequestReview", "id": review["id"]},
        )

    def assign(self, login: str) -> None:
        self.assignees.append(user(login))

    def from_fork(self, repository: str) -> None:
        """Come from a fork: its branch is there, and so is the record of who pushed to it."""
        self.node["headRepository"] = self.hub.named(repository)
        self.head_repository = repository
        self.hub.visible.add(repository)
        for one in self.hub.activity:
            if one["body"]["ref"] == f"refs/heads/{self.node['headRefName']}":
                one["repository"] = repository

    def close(self) -> None:
        self.node["state"] = "CLOSED"

    def merged(self, login: str, commit: Node, *, brought: tuple[str, ...] = ()) -> None:
        """Be merged as this commit (of a rebase, the last of its copies)."""
        self.node.update(state="MERGED", mergedAt=self.hub.tick(), mergedBy=user(login))
        self.node["mergeCommit"] = commit
        self.brought = [*brought, commit["oid"]]
        parents = commit["parents"].items
        before = parents[0]["oid"] if parents else rest.NOWHERE
        self.hub.note("pr_merge", self.node["baseRefName"], login, (before, commit["oid"]))

    def _event(self, kind: str, login: str, **fields: Any) -> None:
        event = {"__typename": kind, "createdAt": self.hub.tick(), "actor": user(login), **fields}
        self.events.append(event)


class FakeGitHub:
    """The host: repositories, permissions, a clock, a log of requests, and faults by request.

    Attributes:
        suites: rule suites, or None where the token may not read them.
        quota: requests that are answered before the primary rate limit is used up; None for ever.
        most_at_once: a query with more aliases than this is answered 502.
    """

    def __init__(self, repository: str = "acme/shop") -> None:
        self.repository = repository
        self.visible = {repository}
        self.permissions: dict[str, str] = {}
        self.pulls: dict[int, PullRequest] = {}
        self.commits: dict[str, Node] = {}
        self.branches: dict[str, str] = {"main": oid("base")}
        self.default_branch = "main"
        self.tags: dict[str, str] = {}
        self.queue: list[Node] = []
        self.activity: list[Node] = []
        self.suites: list[Node] | None = None
        self.teams: dict[str, list[str]] = {}
        self.quota: int | None = None
        self.most_at_once = 1000
        self.holders: dict[str, list[int]] = {}
        self.requests: list[str] = []
        self.faults: dict[int, Fault] = {}
        self.after: Callable[[str], None] = lambda _: None
        self.url = ""
        self._minutes = 0

    def named(self, repository: str) -> Node:
        """Return a repository with its immutable id."""
        number = sha1(repository.encode()).hexdigest()[:8]
        return {"__typename": "Repository", "id": f"R_{number}", "nameWithOwner": repository}

    def open(self, opener: str, *commits: Node, branch: str = "feature/checkout") -> PullRequest:
        pull = PullRequest(self, 42 + len(self.pulls), opener, branch)
        pull.push(*commits)
        self.pulls[pull.number] = pull
        return pull

    def permission(self, login: str) -> str:
        return self.permissions.get(login, "read")

    def tick(self) -> str:
        self._minutes += 1
        return (START + timedelta(minutes=self._minutes)).isoformat().replace("+00:00", "Z")

    def note(
        self,
        kind: str,
        branch: str,
        login: str | None,
        ends: tuple[str, str],
        repository: str | None = None,
    ) -> None:
        """Note in the activity of a repository that somebody did something to a branch."""
        body = rest.event(len(self.activity) + 1, kind, branch, ends, self.tick())
        where = repository or self.repository
        self.activity.append({"repository": where, "login": login, "body": body})

    def bypass(self, login: str, after: str) -> None:
        """Note that somebody was allowed past the repository's rules with this push."""
        made = rest.suite(1, login, after, "bypass", self.tick())
        self.suites = [*(self.suites or ()), made]

    def root(self) -> Node:
        """Return the value that queries start from."""
        return {"__typename": "Query", "repository": self._repository}

    def _repository(self, owner: str, name: str, **_: Any) -> Node:
        if f"{owner}/{name}".casefold() != self.repository:
            raise _not_found(f"a Repository with the name '{owner}/{name}'")
        return {
            **self.named(self.repository),
            "pullRequest": self._pull,
            "object": self._object,
            "ref": self._ref,
            "defaultBranchRef": self._branch(self.default_branch)
            if self.default_branch in self.branches
            else None,
            "mergeQueue": self._queue,
        }

    def _pull(self, number: int) -> Node:
        if number not in self.pulls:
            raise _not_found(f"a PullRequest with the number of {number}")
        return self.pulls[number].node

    def _object(self, oid: str) -> Node | None:
        links = (link for pull in self.pulls.values() for link in pull.commits)
        of_pulls = (link["commit"] for link in links if link["commit"]["oid"] == oid)
        node = self.commits.get(oid) or next(of_pulls, None)
        if node is None:
            return None
        held = [self.pulls[number].node for number in self._holders(oid)]
        return {**node, "associatedPullRequests": Connection(held, "PullRequestConnection")}

    def _holders(self, oid: str) -> list[int]:
        """Return the pull requests that GitHub associates with a commit."""
        if oid in self.holders:
            return self.holders[oid]
        pulls = self.pulls.values()
        return [pull.number for pull in pulls if oid in pull.oids or oid in pull.brought]

    def _ref(self, **asked: str) -> Node | None:
        _, kind, name = asked["qualifiedName"].split("/", 2)
        if kind == "heads" and name in self.branches:
            return self._branch(name)
        if kind == "tags" and name in self.tags:
            return {"__typename": "Ref", "name": name, "target": self._tag(self.tags[name])}
        return None

    def _branch(self, name: str) -> Node:
        target = {"__typename": "Commit", "oid": self.branches[name]}
        return {"__typename": "Ref", "name": name, "target": target}

    def _tag(self, commit: str) -> Node:
        target = {"__typename": "Commit", "oid": commit}
        return {"__typename": "Tag", "oid": oid(f"tag of {commit}"), "target": target}

    def _queue(self, branch: str) -> Node | None:
        if not self.queue or branch != self.default_branch:
            return None
        return {
            "__typename": "MergeQueue",
            "entries": Connection(self.queue, "MergeQueueEntryConnection"),
        }

    def enqueue(self, pull: PullRequest, head: str) -> None:
        """Let a pull request wait for its merge, as this commit."""
        entry = {
            "__typename": "MergeQueueEntry",
            "headCommit": {"__typename": "Commit", "oid": head},
            "pullRequest": pull.node,
        }
        self.queue.append(entry)

    @contextmanager
    def serve(self) -> Iterator[FakeGitHub]:
        """Answer on a free port of loopback."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": self.url}

    def answer(self, query: str, variables: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        """Answer a query, as far as it is not too much and the quota lasts."""
        if query.count("...Whole") > self.most_at_once:
            return 502, {"message": "Bad gateway"}, {}
        if self.quota is not None:
            if self.quota <= 0:
                return _exhausted()
            self.quota -= 1
        return 200, answer(query, variables, self.root()), {}


def _exhausted() -> tuple[int, Any, dict[str, str]]:
    """The primary limit of GraphQL: status 200, and the time of its end in a header."""
    reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 30)}
    message = "API rate limit already exceeded for user ID 1."
    return 200, {"errors": [{"type": "RATE_LIMITED", "message": message}]}, reset


class Exchange:
    """One request, and the answer that a fault may spoil."""

    def __init__(
        self, handler: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str]
    ) -> None:
        self.handler = handler
        self.status = status
        self.body = body
        self.headers = headers

    def send(self, data: bytes | None = None, length: int | None = None) -> None:
        data = json.dumps(self.body).encode() if data is None else data
        self.handler.send_response(self.status)
        for name, value in self.headers.items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Type", "application/json; charset=utf-8")
        self.handler.send_header("Content-Length", str(len(data) if length is None else length))
        self.handler.end_headers()
        self.handler.wfile.write(data)

    def reset(self) -> None:
        """Drop the connection hard."""
        linger = struct.pack("ii", 1, 0)
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.handler.connection.close()
        self.handler.close_connection = True


def _not_found(what: str) -> GraphQLError:
    message = f"Could not resolve to {what}."
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def _handler(hub: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = sent["query"].split("(")[0].split()[-1]
            self._answer(name, lambda: hub.answer(sent["query"], sent["variables"]))

        def do_GET(self) -> None:
            self._answer(self.path, lambda: rest.answer(hub, self.path))

        def _answer(self, name: str, work: Callable[[], tuple[int, Any, dict[str, str]]]) -> None:
            number = len(hub.requests)
            hub.requests.append(name)
            known = self.headers["Authorization"] == f"token {TOKEN}"
            refused = (401, {"message": "Bad credentials"}, {})
            exchange = Exchange(self, *(work() if known else refused))
            hub.faults.get(number, Exchange.send)(exchange)
            hub.after(name)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
