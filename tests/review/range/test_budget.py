"""How little is asked of GitHub, and what an interrupted audit need not ask again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.errors import GatekeeperError
from gatekeeper.core.model import Verdict
from gatekeeper.review.content.store import Store
from gatekeeper.review.facts import PullRequest
from gatekeeper.review.range import collect
from tests.fakes.faults import FAULTS
from tests.fakes.history import grow
from tests.fakes.shop import Shop
from tests.review.range.conftest import Audit

REVIEWERS = ("dana", "erin", "frank", "grace", "heidi")


def test_a_thousand_commits_with_250_pull_requests_cost_at_most_40_requests(
    shop: Shop, host_audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.hub.permissions = dict.fromkeys(REVIEWERS, "write")
    grow(shop, 250, commits=3, reviewers=REVIEWERS)
    # what git says of each is not what is counted here
    monkeypatch.setattr(collect, "content_added", _as_it_is)
    result, rows = host_audit.both()
    assert len(shop.hub.requests) <= 40, shop.hub.requests
    assert result.verdict is Verdict.PASS, result.reason
    assert "1000 commits, 250 pull requests" in result.checked[0]
    assert {row.pull_request for row in rows.values()} == set(range(42, 292))


def _as_it_is(_: Store, pull: PullRequest) -> PullRequest:
    return pull


@pytest.fixture
def small(shop: Shop) -> Shop:
    shop.merge(shop.change("alice", "one"))
    shop.merge(shop.change("bob", "two"), "squash")
    return shop


def kinds(shop: Shop) -> list[str]:
    return [name.split("/", maxsplit=6)[-1].partition("?")[0] for name in shop.hub.requests]


def test_an_interrupted_audit_goes_on_where_it_stopped(small: Shop, host_audit: Audit) -> None:
    host_audit.facts()
    order = kinds(small)
    _lines(host_audit.folder)[0].unlink()
    small.hub.faults = {order.index("RangePulls") + len(order): FAULTS["401"]}
    with pytest.raises(GatekeeperError):
        host_audit.facts()
    before = len(small.hub.requests)
    assert host_audit().verdict is Verdict.PASS
    again = kinds(small)[before:]
    assert "RangeCommits" not in again
    assert "RangePulls" in again
    before = len(small.hub.requests)
    assert host_audit().verdict is Verdict.PASS
    assert kinds(small)[before:] == ["RangeEnds"]


def test_what_is_not_merged_or_not_connected_is_asked_for_again(
    shop: Shop, host_audit: Audit
) -> None:
    shop.write("main", "alice", {"a.txt": "1\n"}, "Direct")
    pull = shop.change("alice", "one")
    shop.hub.holders[shop.tip()] = [pull.number]
    host_audit.facts("v1..main")
    before = len(shop.hub.requests)
    host_audit.facts("v1..main")
    assert "RangePulls" in kinds(shop)[before:]


def _lines(folder: Path) -> tuple[Path, list[list[str]]]:
    (path,) = (folder / "cache").rglob("*.tsv")
    return path, [line.split("\t") for line in path.read_text().splitlines()]


def _write(path: Path, lines: list[list[str]]) -> None:
    path.write_text("".join("\t".join(line) + "\n" for line in lines))


def _forge_review(text: str) -> str:
    """Turn a recorded pull request into an approved one."""
    facts: dict[str, Any] = json.loads(text)
    for review in facts.get("reviews", ()):
        review["state"] = "APPROVED"
    return json.dumps(facts)


@pytest.mark.parametrize("poison", ["facts", "seal", "swap", "noise", "half", "bytes"])
def test_a_poisoned_cache_never_turns_into_a_pass(
    shop: Shop, host_audit: Audit, poison: str
) -> None:
    good, bad = shop.change("alice", "one"), shop.change("bob", "two", approve=None)
    bad.review("dana", "CHANGES_REQUESTED")
    shop.merge(good)
    shop.merge(bad)
    assert host_audit().verdict is Verdict.FAIL
    path, lines = _lines(host_audit.folder)
    pulls = [line for line in lines if '"pull request"' in line[1]]
    if poison == "facts":
        _write(path, [[seal, key, _forge_review(text)] for seal, key, text in lines])
    elif poison == "seal":
        _write(path, [["0" * 64, key, _forge_review(text)] for _, key, text in lines])
    elif poison == "swap":
        # the approved pull request's facts, truly sealed, under the other one's key
        one, other = pulls
        _write(path, [[one[0], other[1], one[2]], [other[0], one[1], other[2]]])
    elif poison == "noise":
        path.write_text("\t\n\t\t\t\nnot a line\n\x00é\t\t\n")
    elif poison == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_bytes(b"\xff\xfe\t" + path.read_bytes())
    result = host_audit()
    assert result.verdict is Verdict.FAIL


def test_a_cache_of_another_token_or_that_cannot_be_written_is_no_cache(
    small: Shop, host_audit: Audit
) -> None:
    host_audit.facts()
    path, lines = _lines(host_audit.folder)
    assert all("a-token-for-tests" not in "".join(line) for line in lines)
    path.unlink()
    path.mkdir()
    before = len(small.hub.requests)
    assert host_audit().verdict is Verdict.PASS
    assert "RangeCommits" in kinds(small)[before:]


def test_a_pull_request_that_is_kept_is_what_was_read(small: Shop, host_audit: Audit) -> None:
    first = host_audit.facts()
    again = host_audit.facts()
    assert replace(again.range, queued=first.range.queued) == first.range
