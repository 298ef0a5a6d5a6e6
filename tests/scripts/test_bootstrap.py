"""scripts/gatekeeper: sets itself up whole or not at all, and runs nothing of what it judges."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAILING_VENV = """#!/bin/sh
case "$1 $2" in
  "-m venv")
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
    echo "ensurepip is not available" >&2
    exit 1 ;;
esac
exec {python} "$@"
"""
# A venv in which pip does nothing, so that no test needs a network.
WORKING_VENV = """#!/bin/sh
case "$1 $2" in
  "-m venv")
    {python} -m venv --without-pip "$3" || exit
    for lib in "$3"/lib/python*; do
      mkdir -p "$lib/site-packages/pip" && echo "" >"$lib/site-packages/pip/__main__.py" || exit
    done
    exit ;;
esac
exec {python} "$@"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose gatekeeper only says where it lies."""
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("bench"))
    for name in ("requirements.lock", "requirements-dev.lock"):
        (root / name).write_text("")
    package = root / "gatekeeper" / "cli"
    package.mkdir(parents=True)
    (package / "main.py").write_text("def main():\n    print(__file__)\n\n\nmain()\n")
    return root


def run(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/gatekeeper where this `python3` and the plainest tools are all there is."""
    tools = checkout.parent / "bin"
    shutil.rmtree(tools, ignore_errors=True)
    tools.mkdir()
    for name in ("sh", "bash", "dirname", "cat", "cksum", "rm", "chmod", "mkdir", "cp"):
        (tools / name).symlink_to(shutil.which(name) or "/nonexistent")
    chosen = tools / "python3"
    chosen.write_text(python.format(python=sys.executable))
    chosen.chmod(0o755)
    return subprocess.run(
        ["bash", str(checkout / "scripts" / "gatekeeper")],
        env={"PATH": str(tools)},
        cwd=checkout.parent,
        capture_output=True,
        text=True,
    )


def test_a_venv_that_cannot_be_made_is_exit_3_and_leaves_nothing_behind(checkout: Path) -> None:
    done = run(checkout, FAILING_VENV)
    assert done.returncode == 3
    assert "ensurepip is not available" in done.stderr
    assert "setting up failed" in done.stderr
    assert not (checkout / ".venv").exists()
    assert run(checkout, WORKING_VENV).returncode == 0


def test_a_failed_install_is_tried_again(checkout: Path) -> None:
    assert run(checkout, WORKING_VENV).returncode == 0
    (checkout / "requirements.lock").write_text("no-such-package==1\n")
    (site,) = (checkout / ".venv" / "lib").glob("python*/site-packages")
    (site / "pip" / "__main__.py").write_text("raise SystemExit('no matching distribution')\n")
    for _ in range(2):
        done = run(checkout, WORKING_VENV)
        assert (done.returncode, done.stdout) == (3, "")
        assert "no matching distribution" in done.stderr


def test_a_moved_checkout_runs_its_own_code(checkout: Path) -> None:
    assert str(checkout) in run(checkout, WORKING_VENV).stdout
    moved = checkout.with_name("moved")
    shutil.copytree(checkout, moved, symlinks=True)
    done = run(moved, WORKING_VENV)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(moved))


def test_no_python_is_exit_3(checkout: Path) -> None:
    done = run(checkout, "#!/bin/sh\nexit 1\n")
    assert done.returncode == 3
    assert "no Python 3.11 or newer found" in done.stderr


@pytest.mark.parametrize("launcher", ["scripts/gatekeeper", ".venv/bin/gatekeeper"])
@pytest.mark.parametrize("shadowing", ["", "."], ids=["plain", "PYTHONPATH=."])
def test_no_module_of_the_folder_under_judgement_is_imported(
    tmp_path: Path, shadowing: str, launcher: str
) -> None:
    spy = tmp_path / "ran"
    target = tmp_path / "project"
    target.mkdir()
    for name in ("click", "rich", "rich_click", "yaml", "json", "gatekeeper", "sitecustomize"):
        (target / f"{name}.py").write_text(f"open({str(spy)!r}, 'w')\n")
    environment = {**os.environ, "PYTHONPATH": shadowing}
    command = [str(ROOT / launcher), "rules"]
    done = subprocess.run(command, cwd=target, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not spy.exists()
