"""Every file of the tree is expected, or accounted for."""

from __future__ import annotations

import os
import subprocess

import pytest

from gatekeeper.core.errors import ToolError
from gatekeeper.scan.files import language, listing


def write(root, name, text="x = 1\n"):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    write(root, "shop.py")
    return root


@pytest.fixture
def repository(tree):
    subprocess.run(["git", "init", "-q", tree], check=True)
    return tree


def test_a_plain_folder_lists_all_but_what_tools_keep(tree):
    write(tree, "tests/test_shop.py")
    write(tree, "node_modules/x.py")
    found = listing(tree)
    assert found.files == ("shop.py", "tests/test_shop.py")
    assert [(item.path, item.reason) for item in found.skipped] == [
        ("node_modules", "kept by tools")
    ]


def test_a_folder_that_is_named_like_an_environment_and_is_none_is_listed(tree):
    write(tree, "venv/x.py")
    write(tree, ".venv/pyvenv.cfg")
    write(tree, ".venv/lib/y.py")
    found = listing(tree)
    assert found.files == ("shop.py", "venv/x.py")
    assert [item.path for item in found.skipped] == [".venv"]


def test_a_repository_lists_what_is_tracked_even_where_tools_keep_things(repository):
    write(repository, "venv/x.py")
    write(repository, ".gitignore", "hidden.py\nvenv/\n")
    write(repository, "hidden.py")
    subprocess.run(["git", "-C", repository, "add", "-f", "venv/x.py"], check=True)
    assert listing(repository).files == (".gitignore", "shop.py", "venv/x.py")


def test_a_deleted_file_is_skipped(repository):
    subprocess.run(["git", "-C", repository, "add", "."], check=True)
    (repository / "shop.py").unlink()
    assert [item.path for item in listing(repository).skipped] == ["shop.py"]


def test_a_link_that_leaves_the_tree_fails(tree):
    (tree / "out.py").symlink_to("/etc/hosts")
    (tree / "folder").symlink_to(tree.parent)
    failed = {item.path: item.reason for item in listing(tree).failed}
    assert failed == dict.fromkeys(("out.py", "folder"), "a link that leaves the tree")


def test_a_link_to_a_listed_file_is_skipped_and_one_to_an_unlisted_file_fails(repository):
    write(repository, ".gitignore", "hidden.py\n")
    write(repository, "hidden.py")
    (repository / "a.py").symlink_to("shop.py")
    (repository / "b.py").symlink_to("hidden.py")
    found = listing(repository)
    assert [item.path for item in found.skipped] == ["a.py"]
    assert [item.path for item in found.failed] == ["b.py"]


def test_a_link_that_makes_a_program_of_a_text_fails(tree):
    write(tree, "notes.txt")
    write(tree, "run", "#!/usr/bin/env python3\n")
    (tree / "evil.py").symlink_to("notes.txt")
    (tree / "run.py").symlink_to("run")
    (tree / "README").symlink_to("notes.txt")
    found = listing(tree)
    assert [item.path for item in found.failed] == ["evil.py"]
    assert "notes.txt, which is not looked at" in found.failed[0].reason
    assert [item.path for item in found.skipped] == ["README", "run.py"]


def test_a_link_that_makes_a_program_of_another_language_fails(tree):
    write(tree, "app.js")
    (tree / "app.py").symlink_to("app.js")
    (tree / "app.mjs").symlink_to("app.js")
    found = listing(tree)
    assert [item.path for item in found.failed] == ["app.py"]
    assert [item.path for item in found.skipped] == ["app.mjs"]


def test_a_file_whose_first_line_names_another_language_than_its_name_fails(tree):
    write(tree, "evil.js", "#!/usr/bin/env python3\nimport os\n")
    write(tree, "evil.py", "#!/usr/bin/env node\nrequire('fs')\n")
    write(tree, "tool.ts", "#!/usr/bin/env node\nimport 'fs'\n")
    write(tree, "tool.py", "#!/usr/bin/env python3\nimport os\n")
    found = listing(tree)
    assert [item.path for item in found.failed] == ["evil.js", "evil.py"]
    assert {"tool.py", "tool.ts"} <= {*found.files}


def test_a_link_to_the_tree_itself_is_skipped(tree):
    (tree / "src").symlink_to(".")
    assert [item.path for item in listing(tree).skipped] == ["src"]


def test_links_in_a_circle_lead_nowhere(tree):
    (tree / "a.py").symlink_to("b.py")
    (tree / "b.py").symlink_to("a.py")
    assert {item.reason for item in listing(tree).skipped} == {"a link that leads nowhere"}


def test_a_repository_inside_the_repository_fails(repository):
    inner = repository / "vendored"
    write(inner, "x.py")
    subprocess.run(["git", "init", "-q", inner], check=True)
    assert [item.path for item in listing(repository).failed] == ["vendored/"]


def test_a_pipe_fails(tree):
    os.mkfifo(tree / "pipe.py")
    assert listing(tree).failed[0].reason == "neither a file nor a folder"


def test_a_name_that_is_not_utf8_fails_and_can_be_printed(tree):
    (tree / os.fsdecode(b"\xff.py")).write_text("")
    failed = listing(tree).failed
    assert [item.path for item in failed] == ["\\xff.py"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.py", "", "python"),
        ("a.PY", "", "python"),
        ("run", "#!/usr/bin/env python3\n", "python"),
        ("run", "#!/bin/sh\n", None),
        ("run", "#!/usr/bin/env -S uv run --script\n", "python"),
        ("run", "#!/usr/bin/pypy3\n", "python"),
        ("deploy.cgi", "#!/usr/bin/env python3\n", "python"),
        ("shop.wsgi", "", "python"),
        (".py", "", "python"),
        ("notes.txt", "python\n", None),
        ("python.sh", "#!/bin/sh\n", None),
        ("a.js", "", "javascript"),
        ("a.JSX", "", "javascript"),
        ("a.mjs", "", "javascript"),
        ("a.cjs", "", "javascript"),
        ("a.ts", "", "typescript"),
        ("a.d.ts", "", "typescript"),
        ("a.tsx", "", "typescript"),
        ("a.mts", "", "typescript"),
        ("a.cts", "", "typescript"),
        ("serve", "#!/usr/bin/env node\n", "javascript"),
        ("serve", "#!/usr/bin/nodejs\n", "javascript"),
        ("serve", "#!/usr/bin/env -S deno run --allow-net\n", "typescript"),
        ("serve", "#!/usr/bin/env bun\n", "typescript"),
        ("a.json", "", None),
    ],
)
def test_the_language_is_told_by_name_or_first_line(tree, name, text, expected):
    write(tree, name, text)
    assert language(tree, name) == expected


def test_a_folder_that_cannot_be_listed_is_an_error_that_names_it(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def closed(path):
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(ToolError, match=r"the folder closed cannot be listed: Permission denied"):
        listing(tmp_path)
