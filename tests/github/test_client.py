"""What the client makes of GitHub's refusals, and where it sends a token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gatekeeper.core.errors import EvidenceError, GatekeeperError, NotAuthorisedError, ToolError
from gatekeeper.github import patience
from gatekeeper.github.client import Client
from gatekeeper.github.patience import MOST_TRIES
from gatekeeper.github.permissions import permission
from gatekeeper.github.pulls import PullRequestReader
from tests.fakes.github import TOKEN, Exchange, FakeGitHub, Fault, commit, git_actor


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as running:
        running.open("alice", commit("one", git_actor("alice")))
        yield running


def answered(status: int, body: Any, **headers: str) -> Fault:
    def fault(exchange: Exchange) -> None:
        exchange.status, exchange.body, exchange.headers = status, body, headers
        exchange.send()

    return fault


def errors(kind: str | None, message: str = "no") -> Fault:
    return answered(200, {"data": None, "errors": [{"type": kind, "message": message}]})


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (answered(401, {"message": "Bad credentials"}), NotAuthorisedError, "Bad credentials"),
        (answered(403, {"message": "not accessible"}), NotAuthorisedError, "not accessible"),
        (answered(403, {}, **{"X-RateLimit-Remaining": "0"}), ToolError, "rate limit"),
        (answered(403, {"message": "secondary rate limit"}), ToolError, "rate limit"),
        (answered(429, {}), ToolError, "rate limit is used up"),
        (answered(404, {"message": "Not Found"}), EvidenceError, "the token may not see it"),
        (answered(500, ["odd"]), ToolError, "GitHub answered 500"),
        (answered(200, "text"), EvidenceError, "cut off or not JSON"),
        (answered(200, {"data": None}), EvidenceError, "without data"),
        (answered(200, {"errors": "odd"}), EvidenceError, "without a reason"),
        (errors("RATE_LIMITED"), ToolError, "rate limit"),
        (errors("FORBIDDEN"), NotAuthorisedError, "the token may not read"),
        (errors("INSUFFICIENT_SCOPES"), NotAuthorisedError, "the token may not read"),
        (errors("NOT_FOUND"), EvidenceError, "the token may not see it"),
        (errors(None, "Something\n\x1b[31mwent wrong"), EvidenceError, r"Something \[31mwent"),
    ],
)
def test_a_refusal_becomes_an_error_that_names_what_was_asked(
    hub: FakeGitHub, fault: Fault, error: type[GatekeeperError], reason: str
) -> None:
    hub.faults = dict.fromkeys(range(10), fault)
    reader = PullRequestReader(Client(TOKEN, hub.url, 600.0), "acme/shop", 42)
    with pytest.raises(error, match=reason) as refused:
        reader.ends()
    assert isinstance(refused.value, NotAuthorisedError) == (error is NotAuthorisedError)
    assert "acme/shop#42" in refused.value.reason
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (answered(502, {}), 1.0),
        (answered(202, {}), 1.0),
        (answered(200, "text"), 1.0),
        (Exchange.reset, 1.0),
        (answered(429, {}, **{"Retry-After": "7"}), 7.0),
        (answered(403, {"message": "a secondary rate limit"}), 60.0),
        (answered(403, {}, **{"Retry-After": "3"}), 3.0),
        (errors("RATE_LIMITED"), 60.0),
        (errors(None, "Something went wrong while executing your query"), 1.0),
    ],
)
def test_what_passes_is_waited_for_as_long_as_github_says_and_asked_again(
    hub: FakeGitHub, waits: list[float], fault: Fault, seconds: float
) -> None:
    hub.faults[0] = fault
    reader = PullRequestReader(Client(TOKEN, hub.url, 600.0), "acme/shop", 42)
    assert reader.ends().number == 42
    assert waits == [seconds]
    assert len(hub.requests) == 2


def test_a_primary_limit_is_waited_for_until_it_is_reset(
    hub: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def refill(seconds: float) -> None:
        waited.append(seconds)
        hub.quota = 10

    monkeypatch.setattr(patience, "sleep", refill)
    hub.quota = 0
    assert PullRequestReader(Client(TOKEN, hub.url, 600.0), "acme/shop", 42).ends().number == 42
    assert 25 < waited[0] <= 31


def test_nothing_waits_past_the_deadline(hub: FakeGitHub, waits: list[float]) -> None:
    hub.faults[0] = answered(429, {}, **{"Retry-After": "3600"})
    reader = PullRequestReader(Client(TOKEN, hub.url, 30.0), "acme/shop", 42)
    with pytest.raises(ToolError, match="may answer in 3600 s, which is past the deadline"):
        reader.ends()
    assert (waits, len(hub.requests)) == ([], 1)


def test_a_get_that_is_answered_202_for_ever_ends(hub: FakeGitHub, waits: list[float]) -> None:
    hub.faults = dict.fromkeys(range(99), answered(202, {}))
    with pytest.raises(ToolError, match="GitHub answered 202"):
        permission(Client(TOKEN, hub.url, 600.0), "acme/shop", "dana")
    assert len(hub.requests) == MOST_TRIES
    assert waits == [1.0, 2.0, 4.0]


def test_a_deadline_that_has_passed_sends_nothing(hub: FakeGitHub) -> None:
    reader = PullRequestReader(Client(TOKEN, hub.url, 0.0), "acme/shop", 42)
    with pytest.raises(ToolError, match="no time was left"):
        reader.ends()
    assert hub.requests == []


def test_a_closed_port_is_named_without_the_token() -> None:
    reader = PullRequestReader(Client(TOKEN, "http://127.0.0.1:1", 5.0), "acme/shop", 42)
    with pytest.raises(ToolError, match=r"GitHub \(127\.0\.0\.1:1\) could not be reached"):
        reader.ends()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (None, "api.github.com"),
        ("https://github.example.com/api/v3", "github.example.com"),
        ("https://user:secret@github.example.com:8443/api/v3/", "github.example.com:8443"),
        ("http://localhost:1", "localhost:1"),
        ("http://[::1]:8080", "::1:8080"),
    ],
)
def test_a_host_is_shown_without_what_is_secret(url: str | None, host: str) -> None:
    assert Client(TOKEN, url, 5.0).host == host


def test_a_login_cannot_lead_to_another_address(hub: FakeGitHub) -> None:
    with pytest.raises(EvidenceError):
        permission(Client(TOKEN, hub.url, 30.0), "acme/shop", "../../../user?x=")
    assert hub.requests == ["/repos/acme/shop/collaborators/..%2F..%2F..%2Fuser%3Fx%3D/permission"]


def test_an_answer_about_another_login_is_refused(hub: FakeGitHub) -> None:
    hub.faults[0] = answered(200, {"permission": "admin", "user": {"login": "mallory"}})
    with pytest.raises(EvidenceError, match="mallory"):
        permission(Client(TOKEN, hub.url, 30.0), "acme/shop", "dana")
