"""The newest Python reads the code, and never one that the scanned tree brings."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from gatekeeper.scan.interpreters import OWN, Interpreter, newest
from gatekeeper.scan.results import Results
from gatekeeper.scan.scanners import bandit
from gatekeeper.scan.scanners.interface import Task
from gatekeeper.wiring.environment import program_folders

NOTHING = Results(Path(), b"")
NEXT = f"python3.{sys.version_info.minor + 1}"


def place(folder: Path, program: Path | str, name: str = NEXT) -> Path:
    """Let `folder` hold a Python of that name, which is really another program."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(program)
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    made = tmp_path / "tree"
    made.mkdir()
    return made


def test_where_there_is_no_newer_one_it_is_ours(tree: Path, tmp_path: Path) -> None:
    assert newest((), tree, NOTHING) == OWN
    assert newest((tmp_path / "gone", place(tmp_path / "bin", "/bin/false")), tree, NOTHING) == OWN


def test_a_newer_one_is_tried_and_named_by_what_it_says(tree: Path, tmp_path: Path) -> None:
    folder = place(tmp_path / "bin", sys.executable)
    found = newest((folder,), tree, NOTHING)
    assert (found.program, found.version) == (str(Path(sys.executable).resolve()), OWN.version)


def test_one_that_the_library_does_not_know_is_left_alone(tree: Path, tmp_path: Path) -> None:
    folder = place(tmp_path / "bin", sys.executable, "python3.99")
    assert newest((folder,), tree, NOTHING) == OWN
    assert newest((place(folder, sys.executable, "python3.x"),), tree, NOTHING) == OWN


@pytest.mark.parametrize("where", ["in the tree", "above it in the checkout", "a link into it"])
def test_one_of_the_scanned_tree_is_never_started(tree: Path, tmp_path: Path, where: str) -> None:
    trace = tmp_path / "was-run"
    (tmp_path / ".git").mkdir()
    inside = tree if where == "in the tree" else tmp_path / "other"
    outside = Path(os.path.realpath("/")) / "bin"
    program = inside / "bin" / NEXT
    program.parent.mkdir(parents=True)
    shutil.copy(outside / "sh", program)  # a real program: only its place is wrong
    folder = program.parent
    if where == "a link into it":
        folder = place(tmp_path.parent / f"{tmp_path.name}-outside", program)
    kept = Results(tmp_path / "cache", b"k" * 32)
    assert newest((folder,), tree, kept) == OWN
    assert not trace.exists()
    assert not (tmp_path / "cache").exists()  # nothing was even tried


def test_a_script_in_its_place_is_not_started(tree: Path, tmp_path: Path) -> None:
    trace = tmp_path / "was-run"
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / NEXT
    script.write_text(f'#!/bin/sh\ntouch {trace}\nexec {sys.executable} "$@"\n')
    script.chmod(0o755)
    assert newest((script.parent,), tree, NOTHING) == OWN
    assert not trace.exists()


def test_what_was_tried_is_remembered(tree: Path, tmp_path: Path) -> None:
    kept = Results(tmp_path / "cache", b"k" * 32)
    folder = place(tmp_path / "bin", sys.executable)
    first = newest((folder,), tree, kept)
    assert (tmp_path / "cache").exists()
    assert newest((folder,), tree, kept) == first


def test_neither_its_start_up_files_nor_variables_have_a_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = OWN.command("print(sys.flags.isolated, sys.flags.no_site)")
    assert command[1:3] == ["-I", "-S"]
    assert command[0] == sys.executable


def _newer() -> Interpreter | None:
    found = newest(program_folders(), Path("/no/such/tree"), NOTHING)
    return None if found == OWN else found


NEWER = _newer()


@pytest.mark.skipif(NEWER is None, reason="THIS MACHINE HAS NO NEWER PYTHON: not seen with one")
def test_a_newer_python_parses_what_ours_cannot(tree: Path, rules_dir: Path) -> None:
    """Python 3.12 lets an f-string hold its own quotes."""
    weak = 'import subprocess\nname = "x"\nsubprocess.run(f"ls {name + "a"}", shell=True)\n'
    (tree / "new.py").write_text(weak)

    def look(python: Interpreter | None) -> tuple[tuple[str, ...], set[str], str]:
        task = Task(tree, ("new.py",), rules_dir, tree, time.monotonic() + 60, python)
        run = bandit.SCANNER.scan(task)
        return tuple(item.path for item in run.failed), {hit.rule for hit in run.hits}, run.runtime

    failed, rules, runtime = look(NEWER)
    assert failed == ()
    assert "bandit-B602" in rules
    assert runtime == NEWER.runtime
    if sys.version_info < (3, 12):
        assert look(None)[0] == ("new.py",)
