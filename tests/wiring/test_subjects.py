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


def test_a_change_begins_where_it_left_its_base(repo: Path) -> None:
    start = sh(repo, "rev-parse", "HEAD").strip()
    main = sh(repo, "symbolic-ref", "--short", "HEAD").strip()
    sh(repo, "checkout", "-b", "feature")
    sh(repo, "commit", "--allow-empty", "-m", "two")
    sh(repo, "checkout", main)
    sh(repo, "commit", "--allow-empty", "-m", "three")
    sh(repo, "checkout", "feature")
    subject = subjects.resolve(repo, None, None)
    assert subjects.start_of(repo, subject, main) == start
    assert subjects.start_of(repo, subject, None) is None


def test_a_base_that_is_unknown_or_has_nothing_on_top_is_refused(repo: Path) -> None:
    subject = subjects.resolve(repo, None, None)
    with pytest.raises(UsageError, match="no commit of this repository"):
        subjects.start_of(repo, subject, "nowhere")
    with pytest.raises(EvidenceError, match="nothing to compare"):
        subjects.start_of(repo, subject, "HEAD")
    (repo / "new.py").write_text("x = 1\n")
    dirty = subjects.resolve(repo, None, None)
    assert subjects.start_of(repo, dirty, "HEAD") == dirty.commit
