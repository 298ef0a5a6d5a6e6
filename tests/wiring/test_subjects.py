"""What exactly is judged, in every state that a checkout can be in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.core.errors import EvidenceError, ToolError, UsageError
from gatekeeper.wiring import subjects
from tests.test_git import sh


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    sh(root, "init")
    (root / "a.py").write_text("print(1)\n")
    sh(root, "add", ".")
    sh(root, "commit", "-m", "first")
    return root


def test_a_branch_a_detached_head_and_changes_that_are_not_committed(repo: Path) -> None:
    head = sh(repo, "rev-parse", "HEAD").strip()
    clean = subjects.resolve(repo, None, None)
    assert (clean.repository, clean.commit, clean.branch, clean.dirty) == (
        "shop",
        head,
        "main",
        False,
    )
    sh(repo, "checkout", "--detach")
    (repo / "b.py").write_text("")
    detached = subjects.resolve(repo, None, None)
    assert (detached.commit, detached.branch, detached.dirty) == (head, None, True)


def test_a_shallow_clone_still_has_a_commit_to_judge(repo: Path, tmp_path: Path) -> None:
    sh(tmp_path, "clone", "--depth=1", f"file://{repo}", "clone")
    assert (
        subjects.resolve(tmp_path / "clone", None, None).commit
        == sh(repo, "rev-parse", "HEAD").strip()
    )


def test_a_plain_folder_is_judged_without_a_commit(tmp_path: Path) -> None:
    assert subjects.resolve(tmp_path, None, None).commit is None


def test_an_empty_repository_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        subjects.resolve(tmp_path, 1, None)
    with pytest.raises(UsageError, match="is no folder"):
        subjects.resolve(tmp_path / "gone", None, None)
    sh(tmp_path, "init")
    with pytest.raises(EvidenceError, match="no commit yet"):
        subjects.resolve(tmp_path, None, None)
    with pytest.raises(ToolError, match="must be run in a work tree"):
        subjects.resolve(tmp_path / ".git", None, None)
