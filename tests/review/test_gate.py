"""The gate as the registry sees it."""

from __future__ import annotations

import subprocess
import sys

from gatekeeper.review.gate import REVIEW


def test_it_is_named_and_may_read_three_variables_and_no_files() -> None:
    assert REVIEW.name == "review"
    assert set(REVIEW.environment) == {"GITHUB_TOKEN", "GITHUB_API_URL", "GITHUB_ACTIONS"}
    assert not REVIEW.reads_tree


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, gatekeeper.review.gate; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert "gatekeeper.review.judge" in loaded.split()
    assert not {"github", "requests", "gatekeeper.github.client"} & set(loaded.split())
