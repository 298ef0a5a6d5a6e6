"""The key of the cache: named, or this user's own, and never one that others can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.core.errors import UsageError
from gatekeeper.wiring import environment


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GATEKEEPER_CACHE_KEY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "gatekeeper" / "cache.key"


def test_it_is_made_once_for_this_user_alone(home: Path) -> None:
    key = environment.cache_key()
    assert len(key) == 32
    assert environment.cache_key() == key
    assert home.stat().st_mode & 0o077 == 0


def test_one_that_others_can_read_is_none(home: Path) -> None:
    environment.cache_key()
    home.chmod(0o644)
    assert environment.cache_key() == b""


def test_a_link_or_a_short_file_in_its_place_is_none(home: Path, tmp_path: Path) -> None:
    environment.cache_key()
    moved = home.rename(tmp_path / "elsewhere")
    home.symlink_to(moved)
    assert environment.cache_key() == b""
    home.unlink()
    home.write_bytes(b"short")
    home.chmod(0o600)
    assert environment.cache_key() == b""


def test_where_none_can_be_kept_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GATEKEEPER_CACHE_KEY", raising=False)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert environment.cache_key() == b""


def test_a_named_key_is_taken_and_a_short_one_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEKEEPER_CACHE_KEY", "k" * 32)
    assert environment.cache_key() == b"k" * 32
    assert not home.exists()
    monkeypatch.setenv("GATEKEEPER_CACHE_KEY", "k" * 31)
    with pytest.raises(UsageError, match="shorter than 32 bytes"):
        environment.cache_key()


def test_only_absolute_folders_are_looked_into_for_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    managed = tmp_path / "python" / "cpython-3.99" / "bin"
    managed.mkdir(parents=True)
    monkeypatch.setenv("PATH", f".:bin::{tmp_path}:{tmp_path}")
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "python"))
    found = environment.program_folders()
    assert found[:2] == (tmp_path, managed)
    assert all(path.is_absolute() for path in found)
