"""A change must not bring the environment along that it is judged by. Real git repositories."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Subject
from gatekeeper.staging.gate import STAGING

CHANGE = Subject("acme/shop", "a" * 40, pull_request=42, base="b" * 40)
LOCAL = Subject("acme/shop", "a" * 40)
Judge = Callable[..., tuple[Failure, ...]]


def git(folder: Path, *args: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *identity, *args], cwd=folder, check=True, capture_output=True)


def database(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.executescript("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x@example.com')")
    connection.close()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository that holds `staging.db`, committed and clean."""
    folder = tmp_path / "shop"
    database(folder / "staging.db")
    git(folder, "init", "-q")
    git(folder, "add", "staging.db")
    git(folder, "commit", "-qm", "bring a staging along")
    return folder


@pytest.fixture
def judged(request_for: Any, context: Context, tree: Path) -> Judge:
    def judge(url: str, subject: Subject = CHANGE, root: Path = tree) -> tuple[Failure, ...]:
        settings = {"environments": {"staging": {"stores": [{"url": url}]}}}
        request = request_for(STAGING, root, settings=settings, subject=subject)
        return STAGING.judge(STAGING.collect(request), request.settings, context).failures

    return judge


def refused(failures: tuple[Failure, ...]) -> bool:
    return any(
        "part of the change under judgement" in failure.reason
        and "not a file of the change" in failure.next_step
        for failure in failures
    )


def test_a_database_that_the_change_brings_is_not_the_environment(judged: Judge) -> None:
    assert refused(judged("sqlite:///staging.db"))


def test_it_is_read_where_no_change_is_judged(judged: Judge) -> None:
    assert not judged("sqlite:///staging.db", LOCAL)


def test_a_database_that_git_does_not_track_is_the_environments_own(
    judged: Judge, tree: Path
) -> None:
    database(tree / "var" / "staging.db")
    assert not judged("sqlite:///var/staging.db")


def test_one_outside_the_tree_is_the_environments_own(judged: Judge, tmp_path: Path) -> None:
    database(tmp_path / "elsewhere" / "staging.db")
    assert not judged(f"sqlite:///{tmp_path}/elsewhere/staging.db")


def test_staged_is_tracked(judged: Judge, tree: Path) -> None:
    database(tree / "new.db")
    git(tree, "add", "new.db")
    assert refused(judged("sqlite:///new.db"))


def test_an_index_that_forgets_it_changes_nothing(judged: Judge, tree: Path) -> None:
    git(tree, "rm", "-q", "--cached", "staging.db")
    (tree / ".git" / "info").mkdir(exist_ok=True)
    (tree / ".git" / "info" / "exclude").write_text("staging.db\n")
    assert refused(judged("sqlite:///staging.db"))


@pytest.mark.parametrize(
    "url", ["sqlite:///./staging.db", "sqlite:///sub/../staging.db", "sqlite:///{tree}/staging.db"]
)
def test_no_spelling_of_the_path_hides_it(url: str, judged: Judge, tree: Path) -> None:
    (tree / "sub").mkdir()
    assert refused(judged(url.format(tree=tree)))


def test_it_is_found_from_a_folder_below_the_top(judged: Judge, tree: Path) -> None:
    (tree / "sub").mkdir()
    assert refused(judged("sqlite:///../staging.db", root=tree / "sub"))


def test_an_untracked_link_does_not_hide_a_tracked_file(judged: Judge, tree: Path) -> None:
    (tree / "link.db").symlink_to("staging.db")
    assert refused(judged("sqlite:///link.db"))


def test_a_tracked_link_to_another_database_is_refused(
    judged: Judge, tree: Path, tmp_path: Path
) -> None:
    """The change must not choose which database is judged either."""
    database(tmp_path / "elsewhere" / "staging.db")
    (tree / "file.db").symlink_to(tmp_path / "elsewhere" / "staging.db")
    (tree / "var").symlink_to(tmp_path / "elsewhere")
    git(tree, "add", "file.db", "var")
    assert refused(judged("sqlite:///file.db"))
    assert refused(judged("sqlite:///var/staging.db"))


def test_a_database_in_a_submodule_is_a_file_of_the_change(judged: Judge, tree: Path) -> None:
    module = tree / "module"
    database(module / "staging.db")
    git(module, "init", "-q")
    git(module, "add", ".")
    git(module, "commit", "-qm", "a database")
    git(tree, "add", "module")
    assert refused(judged("sqlite:///module/staging.db"))


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_a_log_that_the_change_lays_beside_the_database_is_refused(
    suffix: str, judged: Judge, tree: Path
) -> None:
    """SQLite would read it over what the environment's own file says."""
    database(tree / "own.db")
    (tree / f"own.db{suffix}").write_bytes(b"x")
    git(tree, "add", f"own.db{suffix}")
    assert refused(judged("sqlite:///own.db"))


def test_a_tree_that_git_cannot_read_is_a_failure(judged: Judge, tmp_path: Path) -> None:
    database(tmp_path / "plain" / "staging.db")
    (failure,) = judged("sqlite:///staging.db", root=tmp_path / "plain")
    assert "git" in failure.reason
    assert failure.next_step
