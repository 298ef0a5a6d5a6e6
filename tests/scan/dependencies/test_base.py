"""The advisories that judge a pull request are those of its base, in real repositories."""

from __future__ import annotations

import json
import subprocess

import pytest

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.model import Subject, Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.dependencies.base import folder_of
from gatekeeper.scan.gate import DEPENDENCIES
from tests.conftest import NOW
from tests.scan.dependencies.test_collect import advisory


def git(root, *args):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    done = subprocess.run(
        ["git", "-C", root, *identity, *args], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(root) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "a change")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def tree(request, tmp_path):
    """A project that asks for a vulnerable version, in a folder of a repository."""
    repository = tmp_path / "repository"
    root = repository / getattr(request, "param", "services/shop")
    (root / "data" / "advisories").mkdir(parents=True)
    (root / "data" / "advisories" / "flask.json").write_text(json.dumps(advisory()))
    (root / "requirements.txt").write_text("flask==2.0.1\n")
    git(repository.parent, "init", "-q", str(repository))
    return root


@pytest.fixture
def judged(request_for, context):
    def run(root, base):
        subject = Subject("acme/shop", commit(root), pull_request=7, base=base)
        settings = {"advisories": "data/advisories"}
        request = request_for(DEPENDENCIES, root, settings=settings, subject=subject)
        judgement = DEPENDENCIES.judge(DEPENDENCIES.collect(request), request.settings, context)
        return conclude(Outcome("dependencies", 0.0, judgement), (), NOW)

    return run


def empty(folder):
    (folder / "flask.json").unlink()
    (folder / "harmless.json").write_text(json.dumps(advisory("nothing")))


def edit(folder):
    (folder / "flask.json").write_text(json.dumps(advisory(fixed="1.0")))


def withdraw(folder):
    (folder / "flask.json").write_text(json.dumps(advisory(withdrawn="2026-11-22T09:00:00Z")))


def refresh(folder):
    (folder / "database.json").write_text(json.dumps({"synced_at": "2026-11-23T11:00:00Z"}))
    edit(folder)


def hide(folder):
    (folder.parent.parent / ".gitattributes").write_text("*.json export-ignore\n")


@pytest.mark.parametrize(
    ("tree", "change"),
    [
        ("", empty),
        ("services/shop", edit),
        ("services/shop", withdraw),
        ("services/shop", refresh),
        ("", hide),
    ],
    indirect=["tree"],
)
def test_what_a_pull_request_does_to_the_advisories_changes_nothing(tree, judged, change):
    base = commit(tree)
    change(tree / "data" / "advisories")
    result = judged(tree, base)
    assert result.verdict is Verdict.FAIL
    assert [finding.rule for finding in result.findings] == ["vulnerable-dependency"]
    assert result.checked[0].endswith(
        f"against 1 advisory in `data/advisories` as of base {base[:7]}"
    )


def test_a_base_without_the_folder_is_an_error_with_a_next_step(tree, judged):
    folder = tree / "data" / "advisories"
    text = (folder / "flask.json").read_text()
    (folder / "flask.json").unlink()
    base = commit(tree)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flask.json").write_text(text)
    result = judged(tree, base)
    assert result.verdict is Verdict.ERROR
    assert result.reason == f"the base {base[:7]} has no folder `data/advisories` of advisories"
    assert "base branch" in result.next_steps[0]


def test_a_base_that_the_clone_does_not_have_is_an_error(tree, judged):
    assert judged(tree, "0" * 40).verdict is Verdict.ERROR


@pytest.mark.parametrize("name", ["data/advisories/link.json", "data/advisories"])
def test_links_in_the_base_are_refused(tree, judged, name):
    if name == "data/advisories":
        (tree / name).rename(tree / "elsewhere")
    (tree / name).symlink_to("/etc/passwd")
    base = commit(tree)
    assert judged(tree, base).verdict is Verdict.ERROR


def test_files_that_the_base_keeps_out_of_archives_are_an_error(tree, judged):
    (tree / "data" / "advisories" / ".gitattributes").write_text("*.json export-ignore\n")
    result = judged(tree, commit(tree))
    assert result.verdict is Verdict.ERROR
    assert "export-ignore" in result.next_steps[0]


def test_the_copy_is_gone_afterwards(tree):
    base = commit(tree)
    with folder_of(tree, base, "data/advisories", 30.0) as folder:
        assert [path.name for path in folder.iterdir()] == ["flask.json"]
    assert not folder.exists()
    with pytest.raises(EvidenceError), folder_of(tree, base, "data/flask", 30.0):
        pass
