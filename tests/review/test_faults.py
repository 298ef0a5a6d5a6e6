"""Every fault at every request of a check: an error or a refusal, and never a pass.

The requests are counted by a run without faults, so a request that is added is covered at once.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.errors import GatekeeperError
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, GateResult, Subject, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.github import pulls
from gatekeeper.review.gate import REVIEW
from tests.conftest import RequestFactory
from tests.fakes.github import Exchange, FakeGitHub, Fault, commit, git_actor, oid

Run = Callable[..., GateResult]

REQUESTS = 10


def _status(status: int, message: str = "no", **headers: str) -> Fault:
    def fault(exchange: Exchange) -> None:
        exchange.status, exchange.body = status, {"message": message}
        exchange.headers.update(headers)
        exchange.send()

    return fault


def _raw(text: bytes, status: int = 200) -> Fault:
    def fault(exchange: Exchange) -> None:
        exchange.status = status
        exchange.send(text)

    return fault


def _time_out(exchange: Exchange) -> None:
    time.sleep(1.6)
    exchange.reset()


def _half(exchange: Exchange) -> None:
    whole = json.dumps(exchange.body).encode()
    exchange.send(whole[: len(whole) // 2])


def _half_of_what_was_promised(exchange: Exchange) -> None:
    whole = json.dumps(exchange.body).encode()
    exchange.send(whole[: len(whole) // 2], length=len(whole))
    exchange.handler.close_connection = True


def _errors(kind: str, message: str) -> Fault:
    def fault(exchange: Exchange) -> None:
        # partial data stands beside the error and must not be used
        exchange.body = {**exchange.body, "errors": [{"type": kind, "message": message}]}
        if "permission" in exchange.body:
            del exchange.body["permission"]
        exchange.send()

    return fault


FAULTS: dict[str, Fault] = {
    "time-out": _time_out,
    "reset": Exchange.reset,
    "400": _status(400),
    "401": _status(401, "Bad credentials"),
    "403": _status(403, "Resource not accessible by integration"),
    "403 secondary limit": _status(403, "You have exceeded a secondary rate limit"),
    "404": _status(404, "Not Found"),
    "429": _status(429, "slow down", **{"Retry-After": "60"}),
    "500": _status(500),
    "502": _status(502),
    "502 as a page": _raw(b"<html>Bad gateway</html>", 502),
    "301": _status(301, Location="http://127.0.0.2:1/"),
    "204": _raw(b"", 204),
    "nothing": _raw(b""),
    "a page": _raw(b"<html>Unicorn!</html>"),
    "null": _raw(b"null"),
    "a list": _raw(b"[]"),
    "an empty object": _raw(b"{}"),
    "no bytes of text": _raw(b'{"data": "\xff\xfe"}'),
    "deep nesting": _raw(b"[" * 200_000),
    "half": _half,
    "half of what was promised": _half_of_what_was_promised,
    "rate limit with 200": _errors("RATE_LIMITED", "API rate limit exceeded"),
    "forbidden with 200": _errors("FORBIDDEN", "Resource not accessible"),
    "time-out with 200": _errors("", "Something went wrong while executing your query"),
}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """A pull request that is read page by page, and passes."""
    monkeypatch.setattr(pulls, "PAGE_SIZE", 2)
    with FakeGitHub().serve() as running:
        running.permissions = {"dana": "write"}
        crowd = tuple(git_actor(f"friend{number}") for number in range(23))
        pull = running.open("alice", *(commit(f"c{n}", git_actor("alice")) for n in range(2)))
        pull.force_push("alice", *(commit(f"d{n}", git_actor("alice")) for n in range(2)))
        pull.retarget("alice", "develop")
        pull.retarget("alice", "main")
        pull.push(commit("last", git_actor("alice"), co_authors=crowd))
        pull.review("stranger", "COMMENTED")
        pull.review("stranger", "COMMENTED")
        pull.review("dana")
        yield running


@pytest.fixture
def run(hub: FakeGitHub, request_for: RequestFactory, context: Context, tmp_path: Path) -> Run:
    def once(faults: dict[int, Fault] | None = None, deadline: float = 30.0) -> GateResult:
        hub.requests.clear()
        hub.faults = faults or {}
        subject = Subject("acme/shop", hub.pulls[42].head, 42, oid("base"))
        request = request_for(
            REVIEW, tmp_path, environment=hub.environment, subject=subject, deadline=deadline
        )
        judged: Any
        try:
            judged = REVIEW.judge(REVIEW.collect(request), REVIEW.settings(), context)
        except GatekeeperError as error:
            judged = Failure(error.reason, error.next_step)
        return conclude(Outcome("review", 0.0, judged), (), context.now)

    return once


def test_without_a_fault_it_passes_and_every_kind_of_request_is_made(
    hub: FakeGitHub, run: Run
) -> None:
    assert run().verdict is Verdict.PASS
    kinds = {name.split("/")[-1] for name in hub.requests}
    assert kinds == {
        "PullRequest", "MoreCommits", "MoreReviews", "MoreEvents", "CommitAuthors", "permission",
    }  # fmt: skip
    assert len(hub.requests) <= REQUESTS


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "time-out"])
def test_a_fault_at_any_request_is_an_error_with_a_reason_and_a_next_step(
    hub: FakeGitHub, run: Run, fault: str
) -> None:
    run()
    for number, name in enumerate(tuple(hub.requests)):
        result = run({number: FAULTS[fault]})
        assert result.verdict is Verdict.ERROR, f"{fault} at {name}: {result.verdict.name}"
        assert result.reason, f"{fault} at {name}"
        assert result.next_steps, f"{fault} at {name}"


def test_a_time_out_at_any_request_is_an_error(hub: FakeGitHub, run: Run) -> None:
    run()
    for name, number in _one_of_each_kind(hub).items():
        result = run({number: FAULTS["time-out"]}, deadline=1.9)
        assert result.verdict is Verdict.ERROR, name


def _one_of_each_kind(hub: FakeGitHub) -> dict[str, int]:
    """Return the number of the last request of each kind."""
    return {name.split("/")[-1]: number for number, name in enumerate(hub.requests)}


def _objects(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each object and list inside an answer."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        if isinstance(item, dict | list):
            yield (*at, key)
            yield from _objects(item, (*at, key))


def _without(body: Any, path: tuple[Any, ...]) -> Any:
    spoilt = copy.deepcopy(body)
    inner = spoilt
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = None
    return spoilt


def test_null_in_place_of_any_object_never_passes(hub: FakeGitHub, run: Run) -> None:
    seen: dict[int, list[tuple[Any, ...]]] = {}
    counter = {"number": 0}

    def note(exchange: Exchange) -> None:
        seen[counter["number"]] = list(_objects(exchange.body))
        counter["number"] += 1
        exchange.send()

    run(dict.fromkeys(range(REQUESTS), note))
    tried = 0
    for number, paths in seen.items():
        for path in paths:

            def spoil(exchange: Exchange, path: tuple[Any, ...] = path) -> None:
                exchange.body = _without(exchange.body, path)
                exchange.send()

            result = run({number: spoil})
            tried += 1
            if not _harmless(path, first_page=number == 0):
                assert result.verdict is not Verdict.PASS, f"null at {path} of request {number}"
    assert tried > 100


def _harmless(path: tuple[Any, ...], *, first_page: bool) -> bool:
    """Whether null is a fact there that changes nothing.

    What a force push replaced, who moved the base, and who made a remark on what: the first page
    of reviews holds remarks only.
    """
    if "reviews" in path and first_page:
        return path[-1] in {"author", "commit"}
    return path[-1] in {"beforeCommit", "afterCommit", "actor"}


@pytest.mark.parametrize(("cursor", "empty"), [(None, False), ("", False), ("0", True)])
def test_a_page_that_promises_more_and_does_not_say_where_ends_in_an_error(
    hub: FakeGitHub, run: Run, cursor: str | None, empty: bool
) -> None:
    def promise(exchange: Exchange) -> None:
        commits = exchange.body["data"]["repository"]["pullRequest"]["commits"]
        commits["pageInfo"] = {"hasNextPage": True, "endCursor": cursor}
        if empty:
            commits["nodes"] = []
        exchange.send()

    assert run({0: promise}).verdict is Verdict.ERROR
    assert len(hub.requests) == 1


def test_a_list_that_is_shorter_than_its_count_is_an_error(hub: FakeGitHub, run: Run) -> None:
    for field in ("commits", "reviews", "timelineItems"):

        def shorten(exchange: Exchange, field: str = field) -> None:
            pull = exchange.body["data"]["repository"]["pullRequest"]
            pull[field]["nodes"] = pull[field]["nodes"][:1]
            exchange.send()

        result = run({0: shorten})
        assert result.verdict is Verdict.ERROR
        assert result.reason.startswith("not all ")


@pytest.mark.parametrize("field", ["parents", "authors"])
def test_a_commits_list_that_is_shorter_than_its_count_is_an_error(
    hub: FakeGitHub, run: Run, field: str
) -> None:
    def shorten(exchange: Exchange) -> None:
        pull = exchange.body["data"]["repository"]["pullRequest"]
        pull["commits"]["nodes"][0]["commit"][field]["nodes"] = []
        exchange.send()

    assert run({0: shorten}).verdict is Verdict.ERROR


def test_an_answer_about_another_pull_request_is_an_error(hub: FakeGitHub, run: Run) -> None:
    def other(exchange: Exchange) -> None:
        exchange.body["data"]["repository"]["pullRequest"]["number"] = 7
        exchange.send()

    assert run({0: other}).verdict is Verdict.ERROR


@pytest.mark.parametrize(
    ("path", "odd"),
    [
        (("commits", "pageInfo", "hasNextPage"), "no"),
        (("commits", "pageInfo", "hasNextPage"), 0),
        (("commits", "totalCount"), "2"),
        (("reviews", "nodes", 0, "authorCanPushToRepository"), "true"),
        (("reviews", "nodes", 0, "submittedAt"), "2026-11-20T09:00:00"),
        (("timelineItems", "nodes", 0, "createdAt"), "2026-11-20T09:00:00"),
        (("number",), "42"),
    ],
)
def test_a_value_of_another_type_is_an_error_and_not_a_guess(
    hub: FakeGitHub, run: Run, path: tuple[Any, ...], odd: Any
) -> None:
    def spoil(exchange: Exchange) -> None:
        inner = exchange.body["data"]["repository"]["pullRequest"]
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = odd
        exchange.send()

    result = run({0: spoil})
    assert result.verdict is Verdict.ERROR
    assert "is not usable" in result.reason
