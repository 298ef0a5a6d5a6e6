"""Clones that lie, configure programs or lack objects: nothing runs, and no lie becomes a proof."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gatekeeper import git
from gatekeeper.core.model import GateResult, Verdict
from gatekeeper.review.facts import PullRequest
from tests.review import build
from tests.review.build import Decide
from tests.review.repository import Repository, changed
from tests.test_git import sh


def rebased(repo: Repository, text: str = "new") -> tuple[str, str]:
    """Return an approved commit and what it became, on a base that moved on beside it."""
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    repo.on("main")
    repo.commit("meanwhile", {"app.py": changed(18, "theirs")})
    repo.branch("again")
    head = repo.commit("the change", {"app.py": changed(3, text, changed(18, "theirs"))})
    return seen, head


@pytest.fixture
def equal(repo: Repository) -> PullRequest:
    """A pull request whose approval an honest clone proves."""
    made: PullRequest = repo.pull(rebased(repo)[0])
    return made


@pytest.fixture
def other(repo: Repository) -> PullRequest:
    """A pull request whose head is not what was approved."""
    made: PullRequest = repo.pull(rebased(repo, "evil")[0])
    return made


def approved_of(pull: PullRequest) -> str:
    return pull.reviews[0].commit or ""


def test_an_honest_clone_tells_them_apart(repo: Repository, decide: Decide) -> None:
    seen, _ = rebased(repo)
    assert decide(repo.pull(seen)).verdict is Verdict.PASS
    repo.commit("more", {"evil.py": "import os\n"})
    assert decide(repo.pull(seen)).verdict is Verdict.FAIL


@pytest.mark.parametrize("where", ["in the tree", "in info/attributes", "by configuration"])
def test_no_program_that_the_clone_names_is_run(
    repo: Repository, decide: Decide, equal: PullRequest, where: str
) -> None:
    spy = repo.root.parent / "ran"
    program = f"touch {spy}; cat"
    attributes = "* merge=evil filter=evil diff=evil\n"
    if where == "in the tree":
        (repo.root / ".gitattributes").write_text(attributes)
    elif where == "in info/attributes":
        (repo.root / ".git" / "info" / "attributes").write_text(attributes)
    else:
        (repo.root.parent / "attributes").write_text(attributes)
        repo.git("config", "core.attributesFile", str(repo.root.parent / "attributes"))
    for key in ("core.fsmonitor", "diff.external", "core.pager", "core.editor", "gpg.program"):
        repo.git("config", key, program)
    for key in (
        "merge.evil.driver",
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
    ):
        repo.git("config", key, program)
    repo.git("config", "merge.default", "evil")
    hooks = repo.root.parent / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-merge-commit"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {spy}\n")
        (hooks / name).chmod(0o755)
    repo.git("config", "core.hooksPath", str(hooks))
    assert decide(equal).verdict is Verdict.PASS
    assert not spy.exists()


@pytest.mark.parametrize("where", [".gitattributes", ".git/info/attributes"])
@pytest.mark.parametrize("driver", ["union", "binary", "text"])
def test_no_attribute_settles_a_conflict(
    repo: Repository, decide: Decide, where: str, driver: str
) -> None:
    """`merge=union` takes both sides without asking: what it gives was reviewed by nobody."""
    attributes = {".gitattributes": f"* merge={driver}\n"} if where == ".gitattributes" else {}
    repo.commit("attributes", {**attributes})
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    repo.on("main")
    repo.commit("meanwhile", {"app.py": changed(3, "theirs")})
    if not attributes:
        (repo.root / where).write_text(f"* merge={driver}\n")
    repo.branch("again")
    repo.commit("the change", {"app.py": changed(3, "theirs\nnew")})
    repo.git("config", "merge.default", "union")
    result = decide(repo.pull(seen))
    assert result.verdict is Verdict.FAIL
    assert "conflicts in app.py" in result.reason


def test_a_replacement_does_not_turn_one_commit_into_another(
    repo: Repository, decide: Decide, other: PullRequest
) -> None:
    repo.git("replace", approved_of(other), other.head_oid)
    repo.git("replace", other.head_oid, approved_of(other), "--force")
    assert decide(other).verdict is Verdict.FAIL


def test_a_graft_gives_no_commit_another_history(
    repo: Repository, decide: Decide, other: PullRequest
) -> None:
    """With the head as its own base's child, everything would be of the base already."""
    grafts = repo.root / ".git" / "info" / "grafts"
    grafts.write_text(f"{other.base_oid} {other.head_oid}\n{approved_of(other)} {other.head_oid}\n")
    assert decide(other).verdict is Verdict.FAIL


def test_a_rename_setting_of_the_clone_changes_nothing(repo: Repository, decide: Decide) -> None:
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    repo.on("main")
    repo.git("mv", "app.py", "moved.py")
    repo.commit("meanwhile", {})
    repo.on("feature")
    repo.git("rebase", "--quiet", "main")
    for value in ("true", "false"):
        repo.git("config", "merge.renames", value)
        repo.git("config", "diff.renames", value)
        assert decide(repo.pull(seen)).verdict is Verdict.PASS


def in_clone(repo: Repository, *options: str) -> Repository:
    sh(repo.root.parent, "clone", "--quiet", *options, f"file://{repo.root}", "clone")
    return Repository(repo.root.parent / "clone")


def judged_in(clone: Repository, pull: PullRequest, decide: Decide, repo: Repository) -> GateResult:
    repo.root, kept = clone.root, repo.root
    try:
        return decide(pull)
    finally:
        repo.root = kept


def test_a_shallow_clone_proves_nothing_and_says_how_to_mend_that(
    repo: Repository, decide: Decide, equal: PullRequest
) -> None:
    clone = in_clone(repo, "--depth=1", "--no-single-branch")
    result = judged_in(clone, equal, decide, repo)
    assert result.verdict is Verdict.ERROR
    assert "git fetch --unshallow origin" in result.next_steps[0]
    assert "fetch-depth: 0" in result.next_steps[0]


def test_a_shallow_mark_does_not_end_a_history(
    repo: Repository, decide: Decide, other: PullRequest
) -> None:
    """Marked as the end of history, the approved commit would meet the base nowhere."""
    (repo.root / ".git" / "shallow").write_text(f"{approved_of(other)}\n{other.head_oid}\n")
    assert decide(other).verdict is Verdict.FAIL


def test_a_partial_clone_proves_nothing_and_fetches_nothing(
    repo: Repository, decide: Decide, equal: PullRequest
) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = in_clone(repo, "--filter=blob:none", "--no-checkout")
    spy = repo.root.parent / "ran"
    evil = repo.root.parent / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {spy}\n")
    evil.chmod(0o755)
    clone.git("config", "remote.origin.url", f"ext::{evil}")
    clone.git("config", "protocol.ext.allow", "always")
    result = judged_in(clone, equal, decide, repo)
    assert result.verdict is Verdict.ERROR
    assert "git fetch --refetch --no-filter origin" in result.next_steps[0]
    assert not spy.exists()


def test_an_approved_commit_that_the_clone_lacks_is_named_with_its_fetch(
    repo: Repository, decide: Decide, equal: PullRequest
) -> None:
    clone = in_clone(repo, "--single-branch", "--branch=again")
    result = judged_in(clone, equal, decide, repo)
    seen = approved_of(equal)
    assert result.verdict is Verdict.ERROR
    assert f"this clone does not have {seen[:7]}" in result.reason
    assert f"run `git fetch origin {seen}`" in result.next_steps[0]
    clone.git("fetch", "--quiet", "origin", "feature")
    assert judged_in(clone, equal, decide, repo).verdict is Verdict.PASS


def test_borrowed_objects_of_another_clone_are_as_good_as_own_ones(
    repo: Repository, decide: Decide, equal: PullRequest
) -> None:
    clone = in_clone(repo, "--reference", str(repo.root))
    shutil.rmtree(clone.root / ".git" / "objects" / "pack")
    (clone.root / ".git" / "objects" / "pack").mkdir()
    assert judged_in(clone, equal, decide, repo).verdict is Verdict.PASS


def loose(repo: Repository, oid: str) -> Path:
    return repo.root / ".git" / "objects" / oid[:2] / oid[2:]


def forge(repo: Repository, victim: str, source: str) -> None:
    """Let the clone show one object's content under another one's name."""
    data = zlib.decompress(loose(repo, source).read_bytes())
    place = loose(repo, victim)
    place.chmod(0o644)
    place.write_bytes(zlib.compress(data))


Pick = Callable[[Repository, str], str]


def _itself(_: Repository, oid: str) -> str:
    return oid


def _tree(repo: Repository, oid: str) -> str:
    return repo.tip(f"{oid}^{{tree}}")


def _file(repo: Repository, oid: str) -> str:
    return repo.tip(f"{oid}:app.py")


@pytest.mark.parametrize("pick", [_itself, _tree, _file], ids=["commit", "tree", "file"])
def test_other_content_under_an_approved_name_is_found_out(
    repo: Repository, decide: Decide, other: PullRequest, pick: Pick
) -> None:
    """Believed, the approved commit would hold exactly what the head holds."""
    forge(repo, pick(repo, approved_of(other)), pick(repo, other.head_oid))
    result = decide(other)
    assert result.verdict is Verdict.ERROR
    assert "something else" in result.reason


@pytest.mark.parametrize("pick", [_itself, _tree, _file], ids=["commit", "tree", "file"])
def test_other_content_under_the_heads_name_is_found_out(
    repo: Repository, decide: Decide, other: PullRequest, pick: Pick
) -> None:
    forge(repo, pick(repo, other.head_oid), pick(repo, approved_of(other)))
    assert decide(other).verdict is not Verdict.PASS


def test_a_base_that_lies_about_its_parents_holds_nothing_more(
    repo: Repository, decide: Decide
) -> None:
    """Smuggled below the rebased change, a commit would be taken for one of the base branch."""
    repo.branch("feature")
    seen = repo.commit("the change", {"app.py": changed(3, "new")})
    repo.branch("below", "main")
    smuggled = repo.commit("smuggled", {"evil.py": "import os\n"})
    repo.git("cherry-pick", seen)
    head = repo.head
    repo.on("main")
    liar = repo.commit("meanwhile", {"app.py": changed(18, "theirs")})
    repo.commit("later", {"later.py": "print(1)\n"})
    pull = repo.pull(seen, head=head)
    assert smuggled in pull.oids
    assert decide(pull).verdict is Verdict.FAIL
    content = repo.git("cat-file", "commit", liar)
    parent = repo.tip("main~2")
    lie = content.replace(f"parent {parent}", f"parent {parent}\nparent {smuggled}") + "\n"
    place = loose(repo, liar)
    place.chmod(0o644)
    place.write_bytes(zlib.compress(b"commit %d\0" % len(lie.encode()) + lie.encode()))
    named = replace(pull, commits=tuple(one for one in pull.commits if one.oid != smuggled))
    for told in (pull, named):
        result = decide(told)
        assert result.verdict is Verdict.ERROR
        assert "something else under the name" in result.reason


def test_a_folder_that_lies_about_its_files_hides_no_owner_and_no_path(
    repo: Repository, decide: Decide
) -> None:
    repo.commit("owners", {".github/CODEOWNERS": "* @erin\n", "pay/a.py": "print(1)\n"})
    repo.branch("feature")
    head = repo.commit("the change", {"pay/a.py": "print(2)\n"})
    pull = repo.pull(head)
    assert decide(pull, owners="required").verdict is Verdict.FAIL
    folders = {path: repo.tip(f"main:{path}") for path in (".github", "pay")}
    kept = loose(repo, folders[".github"]).read_bytes()
    forge(repo, folders[".github"], repo.tip(f"{head}:docs"))
    assert decide(pull, owners="required").verdict is Verdict.ERROR
    loose(repo, folders[".github"]).write_bytes(kept)
    forge(repo, repo.tip(f"{head}:pay"), folders["pay"])
    assert decide(pull, owners="required").verdict is Verdict.ERROR


@pytest.fixture
def old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.which("git")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = version ] && echo git version 2.37.9 || exec {real} "$@"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    git._git.cache_clear()


@pytest.fixture(autouse=True)
def _forget_git() -> object:
    yield
    git._git.cache_clear()


@pytest.mark.usefixtures("old_git")
def test_an_older_git_proves_nothing(repo: Repository, decide: Decide, equal: PullRequest) -> None:
    result = decide(equal)
    assert result.verdict is Verdict.ERROR
    assert "git 2.37 cannot replay a merge" in result.reason
    assert "install git 2.38 or newer" in result.next_steps[0]
    at_head = replace(equal, reviews=(build.review(commit=equal.head_oid),))
    assert decide(at_head).verdict is Verdict.PASS, "a commit is itself, whatever git can do"


def test_nothing_is_written_to_the_clone(
    repo: Repository, decide: Decide, equal: PullRequest
) -> None:
    def everything() -> dict[str, bytes]:
        files = (path for path in (repo.root / ".git").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    before = everything()
    assert decide(equal).verdict is Verdict.PASS
    assert everything() == before


def test_what_a_recording_says_of_the_content_is_asked_of_the_clone_again(
    repo: Repository, decide: Decide, other: PullRequest
) -> None:
    seen = repo.seen(other)
    assert seen.content is not None
    (replay,) = seen.content.replays
    claimed = replace(replay, replayed=replay.judged_tree, conflicts=())
    forged = replace(seen, content=replace(seen.content, replays=(claimed,)))
    assert decide(forged).verdict is Verdict.FAIL
