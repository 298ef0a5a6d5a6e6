"""semgrep's two front ends say the same of every fixture, of broken code and of odd names."""

from __future__ import annotations

import shutil
import time

import pytest

from gatekeeper.scan.files import language
from gatekeeper.scan.scanners import semgrep, semgrep_runs
from gatekeeper.scan.scanners.interface import Task
from tests.scan.test_rules import FOLDER

ODD = {
    "broken.py": "import os\nos.system(input())\n\nclass (:\n    pass\n",
    "partly.py": "def broken(:\n    x\n\ndebug = 1\n",
    "empty.py": "",
    "a b.py": "import pickle\npickle.loads(input())  # nosemgrep\n",
    "tests/test_a.py": "import yaml\nyaml.load(input())\n",
    "run": "#!/usr/bin/env python3\nimport pickle\npickle.loads(input())\n",
}


@pytest.fixture(scope="module")
def task(tmp_path_factory, rules_dir):
    root = tmp_path_factory.mktemp("parity").resolve() / "tree"
    shutil.copytree(FOLDER, root)
    (root / "tests").mkdir()
    for name, text in ODD.items():
        (root / name).write_text(text)
    (root / "latin.py").write_bytes(b"# coding: latin-1\nx = '\xe9'\n")
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    code = tuple(path for path in paths if language(root, path))
    return Task(root, code, rules_dir, root.parent / "cache", time.monotonic() + 240)


def test_the_fast_front_end_says_what_the_other_says(task, monkeypatch):
    fast = semgrep.SCANNER.scan(task)
    monkeypatch.setattr(semgrep_runs, "_FAST", ())
    assert fast == semgrep.SCANNER.scan(task)
    assert len(fast.hits) > 30
    assert fast.failed
