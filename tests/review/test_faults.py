"""Every fault at every request of a check: an error or a refusal, and never a pass.

The requests are counted by a run without faults, so a request that is added is covered at once.
"""

from __future__ import annotations

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
from tests.fakes.faults import FAULTS, objects, time_out, without
from tests.fakes.github import Exchange, FakeGitHub, Fault, commit, git_actor, oid

Run = Callable[..., GateResult]

REQUESTS = 11


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
    def once(
        faults: dict[int, Fault] | None = None, deadline: float = 300.0, approvals: int = 1
    ) -> GateResult:
        hub.requests.clear()
        hub.faults = faults or {}
        subject = Subject("acme/shop", hub.pulls[42].head, 42, oid("base"))
        request = request_for(
            REVIEW, tmp_path, environment=hub.environment, subject=subject, deadline=deadline
        )
        judged: Any
        try:
            settings = REVIEW.settings.model_validate({"approvals": approvals})
            judged = REVIEW.judge(REVIEW.collect(request), settings, context)
        except GatekeeperError as error:
            judged = Failure(error.reason, error.next_step)
        return conclude(Outcome("review", 0.0, judged), (), context.now)

    return once


def test_without_a_fault_it_passes_and_every_kind_of_request_is_made(
    hub: FakeGitHub, run: Run
) -> None:
    assert run().verdict is Verdict.PASS
    kinds = {name.split("/")[-1].partition("?")[0] for name in hub.requests}
    assert kinds == {
        "PullRequest", "MoreCommits", "MoreReviews", "MoreEvents", "CommitAuthors", "permission",
        "activity",
    }  # fmt: skip
    assert len(hub.requests) <= REQUESTS


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_an_error_with_a_reason_and_a_next_step_at_any_request(
    hub: FakeGitHub, run: Run, fault: str
) -> None:
    run()
    for number, name in enumerate(tuple(hub.requests)):
        result = run(dict.fromkeys(range(number, 99), FAULTS[fault]))
        assert result.verdict is Verdict.ERROR, f"{fault} at {name}: {result.verdict.name}"
        assert result.reason, f"{fault} at {name}"
        assert result.next_steps, f"{fault} at {name}"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_an_error_or_the_right_verdict_at_any_request(
    hub: FakeGitHub, run: Run, fault: str
) -> None:
    """One approval is too few here, so a pass would rest on something that was never read."""
    clean = blocking(run(approvals=2))
    for number, name in enumerate(tuple(hub.requests)):
        result = run({number: FAULTS[fault]}, approvals=2)
        assert result.verdict in (Verdict.FAIL, Verdict.ERROR), f"{fault} at {name}"
        if result.verdict is Verdict.FAIL:
            assert blocking(result) == clean, f"{fault} at {name}"


def blocking(result: GateResult) -> set[str]:
    return {finding.rule for finding in result.findings if finding.blocking}


def test_a_time_out_at_any_request_is_an_error(hub: FakeGitHub, run: Run) -> None:
    run()
    for name, number in _one_of_each_kind(hub).items():
        result = run({number: time_out}, deadline=1.9)
        assert result.verdict is Verdict.ERROR, name


def _one_of_each_kind(hub: FakeGitHub) -> dict[str, int]:
    """Return the number of the last request of each kind."""
    return {
        name.split("/")[-1].partition("?")[0]: number for number, name in enumerate(hub.requests)
    }


def test_null_in_place_of_any_object_never_passes(hub: FakeGitHub, run: Run) -> None:
    seen: dict[int, list[tuple[Any, ...]]] = {}
    counter = {"number": 0}

    def note(exchange: Exchange) -> None:
        seen[counter["number"]] = list(objects(exchange.body))
        counter["number"] += 1
        exchange.send()

    run(dict.fromkeys(range(REQUESTS), note))
    tried = 0
    for number, paths in seen.items():
        for path in paths:

            def spoil(exchange: Exchange, path: tuple[Any, ...] = path) -> None:
                exchange.body = without(exchange.body, path)
                exchange.send()

            result = run({number: spoil})
            tried += 1
            if not _harmless(path, first_page=number == 0):
                assert result.verdict is not Verdict.PASS, f"null at {path} of request {number}"
    assert tried > 100


def _harmless(path: tuple[Any, ...], *, first_page: bool) -> bool:
    """Whether null is a fact there that changes nothing.

    What a force push replaced, who moved the base, and who made a remark on what: the first page
    of reviews holds remarks only. Where the base is now, only the first page is asked.
    """
    if path[-1] == "baseRef":
        return not first_page
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
