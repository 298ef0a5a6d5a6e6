"""Random histories: an honest rebase or update is proven, and one byte more never is."""

from __future__ import annotations

import subprocess
from random import Random

import pytest

from gatekeeper.core.model import Verdict
from tests.review.build import Decide
from tests.review.repository import LINES, Repository

SEEDS = range(8)


def edited(random: Random, lines: str, mark: str) -> str:
    """Return the lines with some of them changed, added and removed."""
    parts = lines.splitlines(keepends=True)
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(parts))
        kind = random.choice(("change", "add", "remove"))
        new = [] if kind == "remove" else [f"{mark} {random.randrange(99)}\n"]
        parts[place : place + (kind != "add")] = new
    return "".join(parts)


def commits(repo: Repository, random: Random, mark: str) -> str:
    """Make a few commits and return the last."""
    for number in range(random.randint(1, 3)):
        path = random.choice(("app.py", "docs/guide.md", f"{mark}{number}.py"))
        place = repo.root / path
        text = place.read_text() if place.exists() else LINES
        repo.commit(f"{mark} {number}", {path: edited(random, text, mark)})
    return repo.head


def tampered(repo: Repository, random: Random) -> str:
    """Change one byte of one file of the head, in the same commit."""
    path = repo.root / random.choice(repo.git("ls-files").split())
    data = bytearray(path.read_bytes() or b"x")
    data[random.randrange(len(data))] ^= 1 << random.randrange(6)
    path.write_bytes(bytes(data))
    repo.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    return repo.head


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", ["rebase", "merge"])
def test_only_the_very_same_change_is_kept(
    repo: Repository, decide: Decide, way: str, seed: int
) -> None:
    random = Random(seed)
    repo.branch("feature")
    seen = commits(repo, random, "ours")
    repo.on("main")
    commits(repo, random, "theirs")
    repo.on("feature")
    args = ("rebase", "--quiet", "main") if way == "rebase" else ("merge", "--no-edit", "main")
    try:
        repo.git(*args)
    except subprocess.CalledProcessError:
        repo.git(way, "--abort")
        assert decide(repo.pull(seen)).verdict is Verdict.PASS, "nothing has happened"
        return
    assert decide(repo.pull(seen)).verdict is Verdict.PASS
    tampered(repo, random)
    assert decide(repo.pull(seen)).verdict is Verdict.FAIL
