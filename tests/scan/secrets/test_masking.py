"""No secret leaves the process: not in a report, a bundle, a cache, a log or a file that stays."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import pytest

from gatekeeper.cli import main
from gatekeeper.reports.registry import FORMATS
from gatekeeper.scan.scanners import kingfisher
from gatekeeper.scan.secrets.material import Material, Origin
from gatekeeper.scan.secrets.sighting import Sighting
from gatekeeper.scan.secrets.telling import places
from tests.scan.secrets.conftest import token
from tests.test_git import sh

PASSWORD = "Kx8kQ2wv9bR4"


def files_below(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def leaky(tmp_path: Path) -> tuple[Path, str, str, str]:
    """A repository with a secret in its files, one in its past; and its first commit."""
    root, now, past = tmp_path / "shop", token(), token()
    root.mkdir()
    sh(root, "init")
    (root / "gatekeeper.yml").write_text("version: 1\nstages: {merge: [secrets]}\n")
    sh(root, "add", ".")
    sh(root, "commit", "-m", "base")
    base = sh(root, "rev-parse", "HEAD").strip()
    (root / "past.py").write_text(f'k = "{past}"\n')
    sh(root, "add", ".")
    sh(root, "commit", "-m", "past")
    (root / "past.py").unlink()
    (root / "now.py").write_text(f'k = "{now}"\npassword = "{PASSWORD}"\n')
    sh(root, "add", ".")
    sh(root, "commit", "-m", "now")
    return root, now, past, base


def test_no_output_bundle_cache_or_temporary_file_holds_a_secret(
    leaky: tuple[Path, str, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    root, now, past, base = leaky
    scratch, cache, bundle = tmp_path / "tmp", tmp_path / "cache", tmp_path / "bundle"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(cache))
    words = ["check", str(root), "--diff", base, "--format", "json", "--record", str(bundle)]
    assert main.run(words) == 1
    first = capfd.readouterr()
    assert '"secret-source-access"' in first.out
    assert not files_below(scratch)
    told = first.out + first.err
    for form in FORMATS:
        assert main.run(["replay", str(bundle), "--format", form]) == 1
        told += "".join(capfd.readouterr())
    written = {path: path.read_bytes() for path in files_below(scratch, cache, bundle)}
    for secret in (now, past, PASSWORD):
        for part in (secret, secret[4:20], hashlib.sha256(secret.encode()).hexdigest()[:16]):
            assert part not in told
            assert not [path for path, data in written.items() if part.encode() in data]
    assert any(path.is_relative_to(bundle) for path in written)
    assert main.run(["replay", str(bundle), "--format", "json"]) == 1
    assert capfd.readouterr().out == first.out


def test_what_a_scanner_saw_has_no_secret_in_its_repr() -> None:
    assert "hunter2" not in repr(Sighting("000000.txt", "password", 1, 1, "hunter2"))


def identity(tmp_path: Path, detector: str, value: str, line: str) -> str:
    tmp_path.mkdir(exist_ok=True)
    material = Material(tmp_path)
    material.add(Origin("a.py"), line.encode())
    (file,) = material.origins
    (placed,) = places([Sighting(file, detector, 1, 1, value)], material)
    return placed.secret(line, None).identity


def test_a_password_cannot_be_guessed_from_its_fingerprint(tmp_path: Path) -> None:
    named = {
        identity(tmp_path / str(n), "password-literal", guess, f'password = "{guess}"')
        for n, guess in enumerate(("hunter2", "letmein1", "correct-horse-battery-staple-42"))
    }
    assert len(named) == 1


def test_a_password_that_is_encoded_is_not_in_its_context(tmp_path: Path) -> None:
    named = {
        identity(tmp_path / str(n), "password-literal", guess, f'auth = "{guess[::-1]}"')
        for n, guess in enumerate(("hunter2", "letmein1"))
    }
    assert len(named) == 1


def test_another_token_at_the_same_place_is_another_finding(tmp_path: Path) -> None:
    named = {
        identity(tmp_path / str(n), "github-pat", value, f'key = "{value}"')
        for n, value in enumerate((token(), token()))
    }
    assert len(named) == 2


def test_a_scanner_that_breaks_down_tells_nothing_that_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = token()
    root = tmp_path / "shop"
    root.mkdir()
    (root / "a.py").write_text(f'k = "{secret}"\n')
    monkeypatch.setattr(kingfisher, "_FLAGS", ("--rule", secret))
    assert main.run(["check", str(root), "--gate", "secrets"]) == 3
    told = capfd.readouterr()
    assert secret not in told.out + told.err
