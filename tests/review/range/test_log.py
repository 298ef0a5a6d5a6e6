"""Commits as a clone's own objects tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper import git
from gatekeeper.core.errors import EvidenceError
from gatekeeper.review.content.objects import Objects
from gatekeeper.review.range.log import Log
from tests.fakes.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def test_commits_are_read_with_everybody_whom_they_name(shop: Shop) -> None:
    text = "Fix\n\nBody\n\nCo-authored-by: Jo <JO@example.com>\n"
    oid = shop.write("main", "alice", {"a.txt": "1\n"}, text)
    with git.borrowed(shop.root) as folder:
        first, second = Log(Objects(shop.root, folder)).commits([oid, shop.tip("v1")])
    assert (first.oid, first.subject, first.parents) == (oid, "Fix", (second.oid,))
    assert [str(who) for who in first.people] == [
        "alice@example.com",
        "alice@example.com",
        "jo@example.com",
    ]
    assert first.tree == shop.git("rev-parse", "main^{tree}")


@pytest.mark.parametrize("name", ["a" * 40, "tree"])
def test_what_is_missing_or_no_commit_is_an_error(shop: Shop, name: str) -> None:
    oid = shop.git("rev-parse", "main^{tree}") if name == "tree" else name
    with (
        git.borrowed(shop.root) as folder,
        pytest.raises(EvidenceError, match="this clone"),
    ):
        list(Log(Objects(shop.root, folder)).commits([oid]))


def test_another_commit_under_this_name_is_an_error(shop: Shop) -> None:
    wanted = shop.write("main", "alice", {"a.txt": "1\n"}, "Good")
    other = shop.write("main", "mallory", {"a.txt": "2\n"}, "Evil")
    objects = shop.root / ".git" / "objects"
    place = objects / wanted[:2] / wanted[2:]
    place.chmod(0o600)
    place.write_bytes((objects / other[:2] / other[2:]).read_bytes())
    with git.borrowed(shop.root) as folder, pytest.raises(EvidenceError):
        list(Log(Objects(shop.root, folder)).commits([wanted]))
