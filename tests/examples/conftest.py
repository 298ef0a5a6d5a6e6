"""The example's scene, built once for all tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "storefront"
Build = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def example() -> Path:
    return EXAMPLE


@pytest.fixture(scope="session")
def build() -> Build:
    def run(target: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(EXAMPLE / "build.py"), str(target)]
        return subprocess.run(command, capture_output=True, text=True, env=environment or None)

    return run


@pytest.fixture(scope="session")
def scene(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("scene")
    done = build(target)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{target / 'shop-repo'}\n"
    return target


@pytest.fixture(scope="session")
def repo(scene: Path) -> Path:
    return scene / "shop-repo"
