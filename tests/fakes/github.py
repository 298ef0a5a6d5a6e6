"""A stateful GitHub on loopback: it is pushed to, reviews, refuses, pages and breaks on demand."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from graphql import GraphQLError

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

    def __init__(self, hub: FakeGitHub, number: int, opener: str) -> None:
        self.hub = hub
        self.commits: list[Node] = []
        self.reviews: list[Node] = []
        self.events: list[Node] = []
        self.node: Node = {
            "__typename": "PullRequest",
            "number": number,
            "state": "OPEN",
            "headRefOid": oid("base"),
            "baseRefOid": oid("base"),
            "baseRefName": "main",
            "headRefName": "feature/checkout",
            "mergedAt": None,
            "author": user(opener),
            "commits": Connection(self.commits, "PullRequestCommitConnection"),
            "reviews": Connection(self.reviews, "PullRequestReviewConnection"),
            "timelineItems": Connection(self.events, "PullRequestTimelineItemsConnection"),
        }

    @property
    def head(self) -> str:
        return str(self.node["headRefOid"])

    def push(self, *commits: Node) -> None:
        """Add commits; the head moves."""
        for made in commits:
            self.commits.append({"__typename": "PullRequestCommit", "commit": made})
            self.node["headRefOid"] = made["oid"]

    def force_push(self, login: str, *commits: Node) -> None:
        """Replace all commits; the head moves and the timeline tells."""
        before = self.head
        self.commits.clear()
        self.push(*commits)
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
        self.node["baseRefName"] = branch

    def follow(self, login: str, branch: str) -> None:
        """Point at another base branch, as GitHub does itself when the branch below is merged."""
        names = {"oldBase": self.node["baseRefName"], "newBase": branch}
        self._event("AutomaticBaseChangeSucceededEvent", login, **names)
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

    def _event(self, kind: str, login: str, **fields: Any) -> None:
        event = {"__typename": kind, "createdAt": self.hub.tick(), "actor": user(login), **fields}
        self.events.append(event)


class FakeGitHub:
    """The host: repositories, permissions, a clock, a log of requests, and faults by request."""

    def __init__(self, repository: str = "acme/shop") -> None:
        self.repository = repository
        self.permissions: dict[str, str] = {}
        self.pulls: dict[int, PullRequest] = {}
        self.requests: list[str] = []
        self.faults: dict[int, Fault] = {}
        self.after: Callable[[str], None] = lambda _: None
        self.url = ""
        self._minutes = 0

    def open(self, opener: str, *commits: Node) -> PullRequest:
        pull = PullRequest(self, 42 + len(self.pulls), opener)
        pull.push(*commits)
        self.pulls[pull.node["number"]] = pull
        return pull

    def permission(self, login: str) -> str:
        return self.permissions.get(login, "read")

    def tick(self) -> str:
        self._minutes += 1
        return (START + timedelta(minutes=self._minutes)).isoformat().replace("+00:00", "Z")

    def root(self) -> Node:
        """Return the value that queries start from."""
        return {"__typename": "Query", "repository": self._repository}

    def _repository(self, owner: str, name: str, **_: Any) -> Node:
        if f"{owner}/{name}".casefold() != self.repository:
            raise _not_found(f"a Repository with the name '{owner}/{name}'")
        return {
            "__typename": "Repository",
            "nameWithOwner": self.repository,
            "pullRequest": self._pull,
            "object": self._object,
        }

    def _pull(self, number: int) -> Node:
        if number not in self.pulls:
            raise _not_found(f"a PullRequest with the number of {number}")
        return self.pulls[number].node

    def _object(self, oid: str) -> Node | None:
        links = (link for pull in self.pulls.values() for link in pull.commits)
        return next((link["commit"] for link in links if link["commit"]["oid"] == oid), None)

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


class Exchange:
    """One request, and the answer that a fault may spoil."""

    def __init__(self, handler: BaseHTTPRequestHandler, status: int, body: Any) -> None:
        self.handler = handler
        self.status = status
        self.body = body
        self.headers: dict[str, str] = {}

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
            self._answer(name, lambda: (200, answer(sent["query"], sent["variables"], hub.root())))

        def do_GET(self) -> None:
            self._answer(self.path, lambda: _rest(hub, self.path))

        def _answer(self, name: str, work: Callable[[], tuple[int, Any]]) -> None:
            number = len(hub.requests)
            hub.requests.append(name)
            known = self.headers["Authorization"] == f"token {TOKEN}"
            status, body = work() if known else (401, {"message": "Bad credentials"})
            exchange = Exchange(self, status, body)
            hub.faults.get(number, Exchange.send)(exchange)
            hub.after(name)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


def _rest(hub: FakeGitHub, path: str) -> tuple[int, Any]:
    parts = path.strip("/").split("/")
    if parts[0] == "repos" and parts[3:4] == ["collaborators"] and parts[5:] == ["permission"]:
        permission = hub.permission(parts[4])
        return 200, {
            "permission": permission,
            "role_name": permission,
            "user": {"login": parts[4], "id": 1, "node_id": f"U_{parts[4]}", "type": "User"},
        }
    return 404, {"message": "Not Found"}
