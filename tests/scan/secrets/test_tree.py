"""Nothing of a tree keeps the scanner from a file of it: not its name, place, form or comments."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.gate import SECRETS
from gatekeeper.scan.secrets import archives, scanners
from gatekeeper.scan.secrets.facts import SecretEvidence
from gatekeeper.scan.secrets.material import Material, Origin
from gatekeeper.scan.secrets.settings import SecretSettings
from tests.conftest import NOW
from tests.scan.secrets.conftest import Collect, harmless, token

# Names and folders that scanners leave out on their own.
LEFT_OUT = (
    *("package-lock.json", "yarn.lock", "poetry.lock", "go.sum", "gradle.lockfile", "x.min.js"),
    *("logo.png", "logo.svg", "x.jpg", "font.woff", "style.css", "page.html", "x.pdf", "x.exe"),
    *("vendor/a.js", "dist/a.js", "third_party/a.c", "tests/data/a.txt", "docs/example.md"),
    *(".env", ".hidden/x", "noext", "x.pyc", "x.bin", "README.md", "é ü.txt", "a\nb.txt"),
)


def verdict(evidence: SecretEvidence, context: Context, **settings: object) -> Verdict:
    chosen = SecretSettings.model_validate(settings)
    judged = SECRETS.judge(evidence, chosen, context)
    return conclude(Outcome("secrets", 0.0, judged), (), NOW).verdict


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_no_name_and_no_folder_hides_a_secret(tmp_path: Path, look: Collect) -> None:
    write(tmp_path, {name: f'key = "{token()}"\n'.encode() for name in LEFT_OUT})
    evidence = look(tmp_path)
    assert {secret.path for secret in evidence.secrets} == set(LEFT_OUT)
    assert evidence.ledger.scanned == evidence.ledger.wanted


def test_no_ignore_file_and_no_comment_hides_a_secret(tmp_path: Path, look: Collect) -> None:
    comments = ("kingfisher:ignore", "gitleaks:allow", "betterleaks:allow", "nosec", "noqa")
    more = ("pragma: allowlist secret", "trufflehog:ignore", "kingfisher:allow", "ggignore")
    lines = {f"{n}.py": f"k = '{token()}'  # {c}\n" for n, c in enumerate((*comments, *more))}
    above = {"above.py": f"# kingfisher:ignore\nk = '{token()}'\n"}
    write(tmp_path, {name: text.encode() for name, text in (lines | above).items()})
    names = (".gitignore", ".ignore", ".kingfisherignore", ".gitleaksignore", ".gitleaks.toml")
    write(tmp_path, dict.fromkeys(names, b"*\n*.py\n"))
    write(tmp_path, {"kingfisher.yaml": b"scan:\n  exclude: ['*']\n"})
    found = {secret.path for secret in look(tmp_path).secrets}
    assert found == {*lines, "above.py"}


def test_no_encoding_hides_a_secret(tmp_path: Path, look: Collect) -> None:
    line = f'key = "{token()}"\n'
    files = {
        "utf16.txt": line.encode("utf-16"),
        "utf16le.txt": line.encode("utf-16-le"),
        "utf16be.txt": line.encode("utf-16-be"),
        "utf32.txt": line.encode("utf-32"),
        "latin1.txt": "Schlüssel ".encode("latin-1") + line.encode(),
        "bom.txt": b"\xef\xbb\xbf" + line.encode(),
        "liar.txt": b"\xff\xfe" + line.encode(),
        "zeros.bin": bytes(5000) + line.encode() + bytes(range(256)),
        "base64.txt": base64.b64encode(line.encode()) + b"\n",
        "crlf.txt": b"\r\n" + line.encode().replace(b"\n", b"\r\n"),
        "wide.exe": b"MZ" + bytes(range(256)) * 9 + line.encode("utf-16-le") + bytes(99),
        "long.txt": b"x = 1; " * 300_000 + line.encode(),
    }
    write(tmp_path, files)
    evidence = look(tmp_path)
    assert {secret.path for secret in evidence.secrets} == set(files)
    assert evidence.ledger.binary == 2


def packed(name: str, data: bytes) -> bytes:
    memory = io.BytesIO()
    if name.endswith(".zip"):
        with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.py", data)
    else:
        with tarfile.open(fileobj=memory, mode="w:gz") as tar:
            info = tarfile.TarInfo("inner.py")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return memory.getvalue()


def test_archives_are_taken_apart_whatever_they_are_called(tmp_path: Path, look: Collect) -> None:
    line = f'key = "{token()}"\n'.encode()
    files = {
        "a.zip": packed("a.zip", line),
        "b.txt": packed("a.zip", line),
        "c.tgz": packed("c.tgz", line),
        "d.gz": gzip.compress(line),
        "e.bz2": bz2.compress(line),
        "f.xz": lzma.compress(line),
        "g.whl": packed("a.zip", packed("c.tgz", line)),
        "h.png": b"\x89PNG" + packed("a.zip", line),
    }
    write(tmp_path, files)
    evidence = look(tmp_path)
    assert {secret.path.partition("!/")[0] for secret in evidence.secrets} == set(files)
    inside = {secret.path for secret in evidence.secrets}
    assert {"a.zip!/inner.py", "d.gz!/content", "g.whl!/inner.py!/content!/inner.py"} <= inside
    assert evidence.ledger.archived >= len(files)


def nested(depth: int) -> bytes:
    data = b"x"
    for _ in range(depth):
        data = gzip.compress(data)
    return data


SEALED = {
    "a 7z archive": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "a RAR archive": b"Rar!\x1a\x07\x01\x00",
    "a Zstandard archive": b"\x28\xb5\x2f\xfd" + bytes(40),
    "it is damaged": b"PK\x03\x04" + bytes(40),
    "opened: it is damaged": gzip.compress(b"x" * 1000)[:-20],
    "nested deeper": nested(archives.DEEPEST + 1),
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
}


@pytest.mark.parametrize("why", SEALED)
def test_what_cannot_be_looked_into_is_known(why: str, tmp_path: Path) -> None:
    material = Material(tmp_path)
    material.add(Origin("a"), SEALED[why])
    (failed,) = material.failed
    assert why in failed.reason


def test_what_cannot_be_looked_into_is_no_pass(
    tmp_path: Path, look: Collect, context: Context
) -> None:
    write(tmp_path, {"b.py": harmless()} | {f"a/{n}": d for n, d in enumerate(SEALED.values())})
    assert verdict(look(tmp_path), context) is Verdict.ERROR
    excluded = look(tmp_path, {"exclude": [{"path": "/a/", "reason": "kept for its own sake"}]})
    assert verdict(excluded, context) is Verdict.PASS


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1024**2)
    with pytest.raises(archives.SealedError, match="grows beyond 1 MB"):
        list(archives.members("bomb.gz", gzip.compress(bytes(1024**2 + 1))))
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    with pytest.raises(archives.SealedError, match="more than 2 files"):
        list(archives.members("bomb.gz", nested(3)))


def test_a_locked_archive_is_refused() -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("a.txt", "x")
    data = bytearray(memory.getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    with pytest.raises(archives.SealedError, match="it is encrypted"):
        list(archives.members("a.zip", bytes(data)))


def test_a_clean_tree_passes_and_says_what_was_looked_at(
    tmp_path: Path, look: Collect, context: Context
) -> None:
    write(tmp_path, {"a.py": harmless(), "b.txt": harmless()})
    evidence = look(tmp_path)
    judged = SECRETS.judge(evidence, SecretSettings(), context)
    assert verdict(evidence, context) is Verdict.PASS
    assert judged.checked[0].startswith("2 files with kingfisher ")
    assert judged.checked[1].startswith("no commits: ")


def test_a_file_whose_mark_is_not_found_is_no_pass(
    tmp_path: Path, look: Collect, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gatekeeper.scan.scanners import kingfisher

    write(tmp_path, {"a.py": harmless()})
    monkeypatch.setattr(kingfisher, "_FLAGS", (*kingfisher._FLAGS, "--exclude", "*.txt"))
    assert verdict(look(tmp_path), context) is Verdict.ERROR


def test_a_scanner_that_breaks_down_is_not_replaced_by_a_weaker_one(
    tmp_path: Path, look: Collect, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gatekeeper.scan.scanners import kingfisher

    write(tmp_path, {"a.py": harmless()})
    monkeypatch.setattr(kingfisher, "_FLAGS", ("--no-such-flag",))
    evidence = look(tmp_path)
    assert (evidence.scanner, evidence.problem != "") == ("kingfisher", True)
    assert verdict(evidence, context) is Verdict.ERROR


def test_detect_secrets_looks_where_kingfisher_is_not_installed(
    tmp_path: Path, look: Collect, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a.lock": f"k = '{token()}'  # pragma: allowlist secret\n".encode()})
    monkeypatch.setattr(scanners, "installed", lambda name: name != "kingfisher")
    evidence = look(tmp_path)
    assert evidence.scanner == "detect-secrets"
    assert evidence.instead == "kingfisher is not installed"
    assert "secret-source-access" in {secret.rule for secret in evidence.secrets}
    assert verdict(evidence, context) is Verdict.FAIL
    assert verdict(evidence, context, scanner="kingfisher") is Verdict.ERROR
