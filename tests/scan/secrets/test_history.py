"""A secret that one commit adds and the next removes is found all the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Subject
from gatekeeper.scan.gate import SECRETS
from gatekeeper.scan.secrets.settings import SecretSettings
from tests.scan.secrets.conftest import Collect, token
from tests.test_git import sh


def commit(root: Path, message: str = "a change", **files: str | None) -> str:
    for name, text in files.items():
        path = root / f"{name}.py"
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
    sh(root, "add", "-A")
    sh(root, "commit", "--allow-empty", "-m", message)
    return sh(root, "rev-parse", "HEAD").strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    sh(root, "init")
    commit(root, app="x = 1\n")
    return root


def subject(head: str, base: str | None = None) -> Subject:
    return Subject("acme/shop", head, 17 if base else None, base)


def test_a_secret_that_was_added_and_removed_is_found(
    repo: Path, look: Collect, context: Context
) -> None:
    base = sh(repo, "rev-parse", "HEAD").strip()
    added = commit(repo, leak=f'key = "{token()}"\n')
    head = commit(repo, leak=None)
    for evidence in (look(repo, None, subject(head, base)), look(repo, None, subject(head), base)):
        (secret,) = evidence.secrets
        assert (secret.path, secret.line, secret.commit) == ("leak.py", 1, added)
        assert evidence.history is not None
        assert (evidence.history.since, evidence.history.commits) == (base, 2)
    judged = SECRETS.judge(evidence, SecretSettings(), context)
    assert f"commit {added[:12]} of this change does" in judged.findings[0].message
    assert judged.findings[0].where.commit == added
    assert not look(repo, None, subject(head)).secrets


def test_what_was_there_before_the_change_is_not_the_changes(repo: Path, look: Collect) -> None:
    commit(repo, leak=f'key = "{token()}"\n')
    base = commit(repo, leak=None)
    head = commit(repo, app="x = 2\n")
    assert not look(repo, None, subject(head, base)).secrets
    everything = look(repo, {"history": "all"}, subject(head, base))
    assert [secret.path for secret in everything.secrets] == ["leak.py"]


def test_a_secret_that_is_still_there_is_told_once(repo: Path, look: Collect) -> None:
    base = sh(repo, "rev-parse", "HEAD").strip()
    line = f'key = "{token()}"\n'
    commit(repo, leak=line)
    head = commit(repo, leak=f"import os\n{line}")
    (secret,) = look(repo, None, subject(head, base)).secrets
    assert (secret.line, secret.commit) == (2, None)


def test_a_secret_in_a_message_or_a_merge_is_found(repo: Path, look: Collect) -> None:
    base = sh(repo, "rev-parse", "HEAD").strip()
    told = commit(repo, f"use {token()} for now", app="x = 2\n")
    sh(repo, "checkout", "-b", "side", base)
    commit(repo, side=f'key = "{token()}"\n')
    sh(repo, "checkout", "-")
    sh(repo, "merge", "--no-ff", "--no-commit", "side")
    evil = commit(repo, side=None, merged=f'key = "{token()}"\n')
    head = commit(repo, merged=None)
    found = {secret.path: secret.commit for secret in look(repo, None, subject(head, base)).secrets}
    assert found.keys() == {"(commit message)", "side.py", "merged.py"}
    assert (found["(commit message)"], found["merged.py"]) == (told, evil)


def test_a_clone_without_all_commits_of_the_change_is_refused(
    repo: Path, tmp_path: Path, look: Collect
) -> None:
    base = sh(repo, "rev-parse", "HEAD").strip()
    commit(repo, leak=f'key = "{token()}"\n')
    head = commit(repo, leak=None)
    sh(tmp_path, "clone", "--depth", "1", f"file://{repo}", "shallow")
    with pytest.raises((EvidenceError, ToolError)):
        look(tmp_path / "shallow", None, subject(head, base))


def test_nothing_that_the_repository_configures_is_run(
    repo: Path, tmp_path: Path, look: Collect
) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    program.chmod(0o755)
    (repo / ".gitattributes").write_text("* filter=evil diff=evil\n")
    base = sh(repo, "rev-parse", "HEAD").strip()
    head = commit(repo, leak=f'key = "{token()}"\n')
    for key in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "diff.external"):
        sh(repo, "config", key, str(program))
    ran.unlink(missing_ok=True)
    assert look(repo, None, subject(head, base)).secrets
    assert not ran.exists()


def test_a_replaced_commit_does_not_hide_what_it_brought(repo: Path, look: Collect) -> None:
    base = sh(repo, "rev-parse", "HEAD").strip()
    added = commit(repo, leak=f'key = "{token()}"\n')
    head = commit(repo, leak=None)
    sh(repo, "replace", added, base)
    sh(repo, "config", "core.commitGraph", "false")
    assert [s.commit for s in look(repo, None, subject(head, base)).secrets] == [added]


def test_names_with_line_breaks_and_other_bytes_are_told(repo: Path, look: Collect) -> None:
    base = sh(repo, "rev-parse", "HEAD").strip()
    name = os.fsencode(repo) + b"/a\nb\xff.py"
    with open(name, "w") as file:  # noqa: PTH123 - a name that is no text
        file.write(f'key = "{token()}"\n')
    sh(repo, "add", "-A")
    sh(repo, "commit", "-m", "odd")
    Path(os.fsdecode(name)).unlink()
    head = commit(repo)
    (secret,) = look(repo, None, subject(head, base)).secrets
    assert secret.commit is not None
