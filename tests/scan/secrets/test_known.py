"""A file that was clean and has not changed is not looked at again; any other one is."""

from __future__ import annotations

import gzip
import secrets
from pathlib import Path

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Verdict
from gatekeeper.scan.gate import SECRETS
from gatekeeper.scan.scanners import kingfisher
from gatekeeper.scan.secrets.settings import SecretSettings
from tests.scan.secrets.conftest import Collect, harmless, token
from tests.scan.secrets.test_tree import verdict, write


def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kingfisher, "_FLAGS", ("--no-such-flag",))


def test_what_has_not_changed_is_spared_and_said_so(
    tmp_path: Path,
    look: Collect,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(
        tmp_path,
        {"a.py": harmless(), "b.gz": gzip.compress(b"x\0" + harmless()), "c.yml": harmless()},
    )
    first = look(tmp_path)
    assert first.ledger.as_before == ()
    broken(monkeypatch)
    again = look(tmp_path)
    assert set(again.ledger.as_before) == {"a.py", "b.gz", "c.yml"}
    assert verdict(again, context) is Verdict.PASS
    assert (again.ledger.binary, again.ledger.archived) == (
        *(first.ledger.binary, first.ledger.archived),
    )
    (line, *_) = SECRETS.judge(again, SecretSettings(), context).checked
    assert line.endswith(", 3 of them as before")


def test_what_changed_or_is_called_otherwise_or_holds_a_secret_is_looked_at(
    tmp_path: Path, look: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f'k = "{token()}"\n'.encode()
    packed = {"secret.py": line, "secret.gz": gzip.compress(line)}
    write(
        tmp_path,
        packed | {"a.py": harmless(), "b.txt": harmless(), "broken.7z": b"7z\xbc\xaf'\x1c"},
    )
    look(tmp_path)
    (tmp_path / "b.txt").rename(tmp_path / "b.yaml")
    write(tmp_path, {"a.py": line})
    again = look(tmp_path)
    assert again.ledger.as_before == ()
    assert {one.path for one in again.secrets} == {"secret.py", "secret.gz!/content", "a.py"}


def test_nothing_is_believed_that_another_wrote_or_another_scanner_found_clean(
    tmp_path: Path, look: Collect, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.py": harmless()})
    look(tmp_path)
    broken(monkeypatch)
    for other in (b"", secrets.token_bytes(32)):
        assert verdict(look(tmp_path, key=other), context) is Verdict.ERROR
    found = look(tmp_path, {"scanner": "detect-secrets"})
    assert found.ledger.as_before == ()


def test_a_run_that_breaks_down_leaves_nothing_behind(
    tmp_path: Path, look: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.py": f'k = "{token()}"\n'.encode()})
    with monkeypatch.context() as within:
        broken(within)
        assert look(tmp_path).problem
    assert look(tmp_path).secrets


def test_compiled_patterns_are_used_only_where_we_saw_them_made(
    tmp_path: Path, look: Collect, scanner_cache: Path
) -> None:
    write(tmp_path, {"a.py": harmless()})
    look(tmp_path)
    (made,) = (scanner_cache / "secrets" / "kingfisher").rglob("*.vscdb")
    sound = made.read_bytes()
    made.write_bytes(sound[:-100])
    write(tmp_path, {"a.py": f'k = "{token()}"\n'.encode()})
    assert look(tmp_path).secrets
    assert made.read_bytes() == sound
