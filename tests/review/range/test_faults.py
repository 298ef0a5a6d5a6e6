"""Every fault at every request of a range's audit: an error or the right verdict, never a pass.

What git says is worked out once: the clone does not change, only the host's answers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gatekeeper import git
from gatekeeper.core.catalog import Catalog
from gatekeeper.core.errors import GatekeeperError
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, GateResult, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.github import pulls, ranges
from gatekeeper.github.client import Client
from gatekeeper.review.added import content_added
from gatekeeper.review.content.store import Store
from gatekeeper.review.facts import Demand, ReviewFacts
from gatekeeper.review.gate import REVIEW
from gatekeeper.review.range import collect
from gatekeeper.review.range.collect import Span, collect_range
from gatekeeper.review.range.live import GitHubHistory
from tests.conftest import NOW
from tests.fakes.faults import FAULTS, objects, time_out, without
from tests.fakes.github import TOKEN, Exchange, Fault, git_actor
from tests.fakes.shop import Shop

# the others are the same to the client, and tried on a pull request
KINDS = (
    "reset", "401", "403", "404", "429", "500", "502", "half", "an empty object",
    "rate limit with 200", "time-out with 200",
)  # fmt: skip


class Scene:
    """A release of every kind of merge, whose content is worked out once."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.hub = shop.hub

    def facts(self, faults: dict[int, Fault], deadline: float, *, pushers: bool) -> ReviewFacts:
        self.hub.requests.clear()
        self.hub.faults = faults
        base, head = self.shop.tip("v1"), self.shop.tip("v2")
        history = GitHubHistory(Client(TOKEN, self.hub.url, deadline), "acme/shop", pushers=pushers)
        span = Span("v1", base, "v2", head)
        found = collect_range(self.shop.root, span, history, lambda _: None, owners=False)
        return ReviewFacts(history.name, False, Demand("acme/shop", head, base), None, found)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    shop = Shop(tmp_path_factory.mktemp("faults") / "shop")
    first = shop.change("alice", "one")
    for number in range(3):
        shop.write("one", "alice", {f"{number}.txt": "1\n"}, f"Add {number}")
    shop.push(first)
    first.review("stranger", "COMMENTED")
    first.retarget("alice", "develop")
    first.retarget("alice", "main")
    first.retarget("alice", "develop")
    first.retarget("alice", "main")
    first.review("dana")
    crowd = [git_actor(f"friend{number}") for number in range(23)]
    first.commits[-1]["commit"]["authors"].items.extend(crowd)
    shop.merge(first)
    shop.hub.commits[first.head] = first.commits[-1]["commit"]
    shop.merge(shop.change("bob", "two"), "squash")
    shop.merge(shop.change("alice", "three"), "rebase")
    shop.tag("v2")
    shop.write("main", "alice", {"later.txt": "1\n"}, "Later, after the release")
    with shop.hub.serve():
        yield Scene(shop)


@pytest.fixture(autouse=True)
def steady(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask in small pages, and git about each thing once."""
    monkeypatch.setattr(ranges, "COMMITS_AT_ONCE", 4)
    monkeypatch.setattr(ranges, "PULLS_AT_ONCE", 2)
    monkeypatch.setattr(ranges, "PULL_PAGE", 2)
    monkeypatch.setattr(pulls, "PAGE_SIZE", 2)
    store = _store(scene.shop.root)
    monkeypatch.setattr(collect, "Store", lambda *_: store)
    monkeypatch.setattr(collect, "content_added", _content)
    monkeypatch.setattr(git, "borrowed", _borrowed)
    monkeypatch.setattr(scene.shop, "git", _asked(scene.shop.root))


_content = cache(content_added)


@cache
def _asked(root: Path) -> Callable[..., str]:
    real = Shop.git

    class Frozen(Shop):
        def __init__(self) -> None:
            self.root = root

    return cache(lambda *args: real(Frozen(), *args))


_real_borrowed = git.borrowed
_open: dict[Path, Any] = {}


@contextmanager
def _borrowed(root: Path) -> Iterator[Path]:
    if root not in _open:
        _open[root] = _real_borrowed(root)
        _open[root].path = _open[root].__enter__()
    yield _open[root].path


@cache
def _store(root: Path) -> Store:
    class Known(Store):
        between = cache(Store.between)
        is_ancestor = cache(Store.is_ancestor)

    with _borrowed(root) as folder:
        return Known(root, folder)


Run = Callable[..., GateResult]


@pytest.fixture
def run(scene: Scene, catalog: Catalog) -> Run:
    def once(
        faults: dict[int, Fault] | None = None,
        deadline: float = 600.0,
        approvals: int = 1,
        pushers: bool = True,
    ) -> GateResult:
        given = {"approvals": approvals, "pushers": "required" if pushers else None}
        settings = REVIEW.settings.model_validate(given)
        judged: Any
        try:
            facts = scene.facts(faults or {}, deadline, pushers=pushers)
            judged = REVIEW.judge(facts, settings, Context(NOW, catalog))
        except GatekeeperError as error:
            judged = Failure(error.reason, error.next_step)
        return conclude(Outcome("review", 0.0, judged), (), NOW)

    return once


def kind_of(name: str) -> str:
    return name.rsplit("/", maxsplit=1)[-1].partition("?")[0]


def test_without_a_fault_it_passes_and_every_kind_of_request_is_made(
    scene: Scene, run: Run
) -> None:
    result = run()
    assert result.verdict is Verdict.PASS, result.reason
    assert {kind_of(name) for name in scene.hub.requests} == {
        "RangeEnds", "MergeQueue", "RangeCommits", "RangePulls", "MoreCommits", "MoreReviews",
        "MoreEvents", "CommitAuthors", "permission", "activity", "rule-suites",
    }  # fmt: skip
    assert run(approvals=2).verdict is Verdict.FAIL


@pytest.mark.parametrize("fault", KINDS)
def test_a_fault_that_stays_is_an_error_at_any_request(scene: Scene, run: Run, fault: str) -> None:
    run()
    for number, name in enumerate(tuple(scene.hub.requests)):
        result = run(dict.fromkeys(range(number, 99), FAULTS[fault]))
        assert result.verdict is Verdict.ERROR, f"{fault} at {name}: {result.verdict.name}"
        assert result.reason, f"{fault} at {name}"
        assert result.next_steps, f"{fault} at {name}"


@pytest.mark.parametrize("fault", KINDS)
def test_a_fault_that_passes_is_an_error_or_the_right_verdict_at_any_request(
    scene: Scene, run: Run, fault: str
) -> None:
    """One approval is too few here, so a pass would rest on something that was never read."""
    run(approvals=2)
    for number, name in enumerate(tuple(scene.hub.requests)):
        result = run({number: FAULTS[fault]}, approvals=2)
        assert result.verdict in (Verdict.FAIL, Verdict.ERROR), f"{fault} at {name}"


def test_a_time_out_at_any_request_is_an_error_or_asked_again(scene: Scene, run: Run) -> None:
    run()
    last = {kind_of(name): number for number, name in enumerate(scene.hub.requests)}
    for kind, number in last.items():
        result = run({number: time_out}, deadline=1.9, approvals=2)
        assert result.verdict in (Verdict.FAIL, Verdict.ERROR), kind


def test_null_in_place_of_any_object_never_passes(scene: Scene, run: Run) -> None:
    """One of each: what stands in a list is alike, and so are the answers to one question."""
    seen: dict[tuple[Any, ...], tuple[int, tuple[Any, ...]]] = {}

    def note(exchange: Exchange) -> None:
        number = len(scene.hub.requests) - 1
        for path in objects(exchange.body):
            shape = tuple(_shape(step) for step in path)
            seen[(kind_of(scene.hub.requests[number]), *shape)] = (number, path)
        exchange.send()

    run(dict.fromkeys(range(99), note), approvals=2)
    for shape, (number, path) in seen.items():

        def spoil(exchange: Exchange, path: tuple[Any, ...] = path) -> None:
            exchange.body = without(exchange.body, path)
            exchange.send()

        result = run({number: spoil}, approvals=2)
        assert result.verdict in (Verdict.FAIL, Verdict.ERROR), f"null at {path} of {shape[0]}"
        if path[-1] in ("associatedPullRequests", "commits", "reviews", "timelineItems"):
            assert result.verdict is Verdict.ERROR, f"null at {path} of {shape[0]}"
    assert len(seen) > 80


def _shape(step: Any) -> Any:
    """Leave numbers out: of a place in a list, and of an alias."""
    return "#" if isinstance(step, int) else str(step).rstrip("0123456789")


def test_a_query_that_is_too_much_is_halved_and_stays_so(scene: Scene, run: Run) -> None:
    scene.hub.most_at_once = 1
    try:
        assert run().verdict is Verdict.PASS
    finally:
        scene.hub.most_at_once = 1000
    asked = [kind_of(name) for name in scene.hub.requests]
    # 4, 2, then one by one; nothing goes back to a larger page
    assert asked.count("RangeCommits") == 2 + 7
    assert asked.count("RangePulls") == 1 + 3


def test_the_primary_limit_is_waited_for_in_the_middle_of_a_range(
    scene: Scene, run: Run, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gatekeeper.github import patience

    def refill(seconds: float) -> None:
        waits.append(seconds)
        scene.hub.quota = 2

    monkeypatch.setattr(patience, "sleep", refill)
    scene.hub.quota = 2
    try:
        assert run().verdict is Verdict.PASS
    finally:
        scene.hub.quota = None
    assert len(waits) >= 3
