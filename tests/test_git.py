"""git, on real repositories, hostile ones among them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gatekeeper import git
from gatekeeper.core.errors import ToolError


def sh(root: Path, *args: str) -> str:
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    command = ["git", *identity, "-c", "init.defaultBranch=main", *args]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    sh(root, "init")
    (root / "a.py").write_text("print(1)\n")
    (root / ".gitignore").write_text("ignored/\n")
    sh(root, "add", ".")
    sh(root, "commit", "-m", "first")
    return root


def test_a_repository_a_plain_folder_and_an_ignored_one(repo: Path, tmp_path: Path) -> None:
    assert git.is_repository(repo)
    assert not git.is_repository(tmp_path)
    (repo / "ignored").mkdir()
    assert not git.is_repository(repo / "ignored")
    (repo / "sub").mkdir()
    assert git.is_repository(repo / "sub")


def test_a_damaged_repository_is_an_error_and_not_a_plain_folder(repo: Path) -> None:
    (repo / ".git" / "HEAD").unlink()
    with pytest.raises(ToolError, match="cannot read this repository"):
        git.is_repository(repo)


def test_head_branch_and_detached(repo: Path) -> None:
    first = git.head(repo)
    assert first is not None
    assert first == sh(repo, "rev-parse", "HEAD").strip()
    assert git.branch(repo) == "main"
    sh(repo, "checkout", "--detach")
    assert git.branch(repo) is None


def test_a_repository_without_a_commit_has_no_head(tmp_path: Path) -> None:
    sh(tmp_path, "init")
    assert git.is_repository(tmp_path)
    assert git.head(tmp_path) is None


def test_files_are_tracked_or_new_but_not_ignored(repo: Path) -> None:
    (repo / "new ü.py").write_text("")
    (repo / "ignored").mkdir()
    (repo / "ignored" / "x.py").write_text("")
    assert git.files(repo) == (".gitignore", "a.py", "new ü.py")


def test_the_users_own_excludes_hide_nothing(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / ".git" / "info").mkdir(exist_ok=True)
    excludes = repo.parent / "excludes"
    excludes.write_text("hidden.py\n")
    sh(repo, "config", "core.excludesFile", str(excludes))
    (repo / "hidden.py").write_text("")
    assert "hidden.py" in git.files(repo)


def test_dirty_is_changed_or_untracked(repo: Path) -> None:
    assert not git.is_dirty(repo)
    (repo / "b.py").write_text("")
    assert git.is_dirty(repo)


@pytest.mark.parametrize(
    "trick",
    [
        "update-index --assume-unchanged a.py",
        "update-index --skip-worktree a.py",
        "config core.ignoreStat true",
        "config core.autocrlf input",
    ],
)
def test_no_trick_of_the_index_hides_a_change(repo: Path, trick: str) -> None:
    sh(repo, *trick.split())
    (repo / "a.py").write_bytes(b"print(1)\r\n")
    assert git.is_dirty(repo)


def test_a_sparse_checkout_lacks_files_and_is_not_the_commit(repo: Path) -> None:
    sh(repo, "sparse-checkout", "set", "--no-cone", "/*", "!/a.py")
    assert not (repo / "a.py").exists()
    assert git.is_dirty(repo)


def test_a_change_with_the_times_and_size_of_the_original_is_seen(repo: Path) -> None:
    path = repo / "a.py"
    before = path.stat()
    sh(repo, "config", "core.trustctime", "false")
    sh(repo, "update-index", "--refresh")
    path.write_text("print(2)\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert git.is_dirty(repo)


def test_one_commit_contains_another(repo: Path) -> None:
    first = git.head(repo) or ""
    (repo / "a.py").write_text("print(2)\n")
    sh(repo, "commit", "-am", "second")
    second = git.head(repo) or ""
    assert git.contains(repo, second, first)
    assert git.contains(repo, second, second)
    assert not git.contains(repo, first, second)
    assert not git.contains(repo, first, "d" * 40)


def test_show_reads_a_file_of_a_revision(repo: Path) -> None:
    (repo / "a.py").write_text("changed\n")
    (repo / "sub").mkdir()
    assert git.show(repo, "HEAD", "a.py") == b"print(1)\n"
    assert git.show(repo, "HEAD", "none.py") is None
    assert git.show(repo / "sub", "HEAD", "a.py") is None


def test_the_surrounding_environment_does_not_redirect_git(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sh(tmp_path, "init", "other")
    head = git.head(repo)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert git.head(repo) == head


@pytest.mark.parametrize("name", ["origin", "with-suffix"])
def test_the_name_comes_from_the_remote(repo: Path, name: str) -> None:
    assert git.repository_name(repo) == "shop"
    suffix = ".git" if name == "with-suffix" else ""
    sh(repo, "remote", "add", "origin", f"git@github.com:acme/store.front{suffix}")
    assert git.repository_name(repo) == "acme/store.front"


@pytest.mark.parametrize("name", ["evil", "e=vil", "e.v.i.l", "é'vil"])
def test_nothing_that_a_hostile_checkout_configures_is_run(repo: Path, name: str) -> None:
    spy = repo.parent / "ran"
    program = f"touch {spy}; cat"
    (repo / ".gitattributes").write_text(f"*.py filter={name} diff={name}\n")
    for key in (
        "core.fsmonitor",
        f"filter.{name}.clean",
        f"filter.{name}.smudge",
        f"filter.{name}.process",
        f"diff.{name}.textconv",
        "diff.external",
        "core.pager",
    ):
        sh(repo, "config", key, program)
    sh(repo, "config", f"filter.{name}.required", "true")
    hook = repo / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {spy}\n")
    hook.chmod(0o755)
    (repo / "a.py").write_text("print(2)\n")
    git.is_repository(repo)
    assert git.is_dirty(repo)
    git.files(repo)
    git.show(repo, "HEAD", "a.py")
    git.run(repo, "diff", "HEAD", "--stat")
    assert not spy.exists()


@pytest.mark.parametrize("lazy", [False, True], ids=["this git", "a git that fetches lazily"])
def test_what_a_partial_clone_lacks_is_not_fetched(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lazy: bool
) -> None:
    sh(repo, "config", "uploadpack.allowFilter", "true")
    sh(tmp_path, "clone", "--filter=blob:none", "--no-checkout", f"file://{repo}", "partial")
    partial, spy = tmp_path / "partial", tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {spy}\n")
    evil.chmod(0o755)
    sh(partial, "config", "remote.origin.url", f"ext::{evil}")
    sh(partial, "config", "protocol.ext.allow", "always")
    given = git._environment()
    kept = {name: value for name, value in given.items() if not lazy or "LAZY" not in name}
    monkeypatch.setattr(git, "_environment", lambda: kept)
    with pytest.raises(ToolError, match="cat-file failed"):
        git.show(partial, "HEAD", "a.py")
    assert not spy.exists()


@pytest.mark.parametrize("said", ["git version 2.31.8", "git version 1.9", "something else", ""])
def test_a_git_that_cannot_be_kept_from_running_programs_is_refused(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text(f"#!/bin/sh\necho {said}\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))
    git._git.cache_clear()
    with pytest.raises(ToolError) as refusal:
        git.is_repository(repo)
    assert refusal.value.next_step == "install git 2.32 or newer"


def test_replace_refs_cannot_lie_about_a_commit(repo: Path) -> None:
    first = git.head(repo)
    assert first is not None
    (repo / "a.py").write_text("other\n")
    sh(repo, "commit", "-am", "second")
    second = git.head(repo)
    assert second is not None
    sh(repo, "replace", first, second)
    assert git.show(repo, first, "a.py") == b"print(1)\n"


@pytest.mark.parametrize("folder", [".", "sub"])
def test_an_index_that_forgets_a_file_hides_it_from_nobody(repo: Path, folder: str) -> None:
    path = Path(folder) / "forgotten.py"
    (repo / path).parent.mkdir(exist_ok=True)
    (repo / path).write_text("print(3)\n")
    sh(repo, "add", ".")
    sh(repo, "commit", "-m", "second")
    sh(repo, "rm", "--cached", str(path))
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "exclude").write_text("forgotten.py\n")
    assert not git.is_dirty(repo)
    assert path.as_posix() in git.files(repo)
    assert "forgotten.py" in git.files(repo / folder)


@pytest.mark.parametrize("elsewhere", ["pristine", "."])
def test_a_repository_whose_files_are_elsewhere_is_refused(
    repo: Path, tmp_path: Path, elsewhere: str
) -> None:
    other = (tmp_path / elsewhere).resolve()
    other.mkdir(exist_ok=True)
    (other / "a.py").write_text("print(1)\n")
    (other / ".gitignore").write_text("ignored/\n")
    (repo / "a.py").write_text("print('harmless')\n")
    sh(repo, "config", "core.worktree", str(other))
    with pytest.raises(ToolError, match="the files of another folder"):
        git.is_repository(repo)


def test_linked_worktrees_and_submodules_are_where_they_say(repo: Path, tmp_path: Path) -> None:
    sh(repo, "worktree", "add", "--detach", str(tmp_path / "linked"))
    assert git.is_repository(tmp_path / "linked")
    outer = tmp_path / "outer"
    outer.mkdir()
    sh(outer, "init")
    sh(outer, "-c", "protocol.file.allow=always", "submodule", "add", str(repo), "inner")
    assert git.is_repository(outer / "inner")
    assert git.files(outer / "inner") == (".gitignore", "a.py")


def test_a_revision_cannot_be_an_option(repo: Path) -> None:
    assert git.commit(repo, "--help") is None
    assert git.commit(repo, "no-such-branch") is None


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot run in gone"):
        git.is_repository(tmp_path / "gone")
