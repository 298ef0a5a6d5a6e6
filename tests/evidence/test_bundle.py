"""A bundle gives back what was written, and notices every changed byte."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.gate import Gate
from gatekeeper.core.model import Failure, Judgement, PolicySource, Subject
from gatekeeper.core.sections import Settings
from gatekeeper.evidence import bundle, records
from gatekeeper.evidence.bundle import Bundle, Run
from gatekeeper.evidence.records import Record


@dataclass(frozen=True, slots=True)
class Facts:
    names: tuple[str, ...]
    at: datetime


GATE = Gate(
    name="code",
    question="?",
    evidence=Facts,
    settings=Settings,
    collect=lambda _: Facts((), NOW),
    judge=lambda *_: Judgement(),
)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FACTS = Facts(("ü", "a\nb"), NOW)


@pytest.fixture
def sample(catalog: Catalog) -> Bundle:
    source = PolicySource("gatekeeper.yml", None, "sha256:" + "0" * 64)
    run = Run(Subject("acme/shop", "1" * 40), source, ("code",), NOW)
    taken = records.write("code", 1.25, records.freeze(GATE, FACTS), str)
    return Bundle(run, "version: 1\r\n", catalog, (taken,), "{}\n")


@pytest.fixture
def folder(sample: Bundle, tmp_path: Path) -> Path:
    bundle.write(tmp_path / "out" / "bundle", sample)
    return tmp_path / "out" / "bundle"


@pytest.mark.parametrize("place", ["file/bundle", "/proc/bundle"])
def test_a_place_that_cannot_be_written_is_an_error(
    sample: Bundle, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvidenceError, match=r"the bundle cannot be written to .*: ."):
        bundle.write(tmp_path / place, sample)


def test_a_bundle_gives_back_what_was_written(sample: Bundle, folder: Path) -> None:
    assert bundle.read(folder) == sample
    opened = records.read(GATE, bundle.read(folder).records[0])
    assert (opened.facts, opened.seconds) == (FACTS, 1.25)
    assert {p.name for p in folder.parent.iterdir()} == {"bundle"}


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_changed_byte_is_noticed_and_its_file_named(folder: Path) -> None:
    for path in files_of(folder):
        data = path.read_bytes()
        for position in {0, len(data) // 3, len(data) // 2, len(data) - 1}:
            changed = bytearray(data)
            changed[position] ^= 1
            path.write_bytes(bytes(changed))
            with pytest.raises(EvidenceError, match=path.name):
                bundle.read(folder)
        path.write_bytes(data + b"\n")
        with pytest.raises(EvidenceError, match=path.name):
            bundle.read(folder)
        path.unlink()
        with pytest.raises(EvidenceError, match=path.name):
            bundle.read(folder)
        path.write_bytes(data)
    bundle.read(folder)


def test_a_file_that_does_not_belong_is_noticed(folder: Path) -> None:
    (folder / "evidence" / "review.json").write_text("{}")
    with pytest.raises(EvidenceError, match=r"evidence/review\.json is not part of this bundle"):
        bundle.read(folder)


def test_a_link_in_place_of_a_file_is_refused(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "policy.yml"
    elsewhere.write_bytes((folder / "policy.yml").read_bytes())
    (folder / "policy.yml").unlink()
    (folder / "policy.yml").symlink_to(elsewhere)
    with pytest.raises(EvidenceError, match=r"policy\.yml is a link"):
        bundle.read(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "evidence/../../x"])
def test_a_manifest_cannot_reach_outside_the_folder(folder: Path, name: str) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("digest")
    manifest["files"][name] = "sha256:" + "0" * 64
    forged = records.dump({**manifest, "digest": bundle.digest(bundle.canonical(manifest))})
    (folder / "manifest.json").write_text(forged)
    with pytest.raises(EvidenceError, match="outside the bundle"):
        bundle.read(folder)


def test_a_manifest_that_leaves_a_gate_out_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("digest")
    del manifest["files"]["evidence/code.json"]
    (folder / "evidence" / "code.json").unlink()
    forged = records.dump({**manifest, "digest": bundle.digest(bundle.canonical(manifest))})
    (folder / "manifest.json").write_text(forged)
    with pytest.raises(EvidenceError, match=r"evidence/code\.json is missing"):
        bundle.read(folder)


def test_a_bundle_never_overwrites_anything(sample: Bundle, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not empty"):
        bundle.write(folder, sample)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="not empty"):
        bundle.write(tmp_path / "file", sample)
    (tmp_path / "empty").mkdir()
    bundle.write(tmp_path / "empty", sample)
    assert bundle.read(tmp_path / "empty") == sample


def test_no_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        bundle.read(tmp_path / "nothing")


def test_a_failure_is_recorded_as_one() -> None:
    taken = records.write("code", 0.5, Failure("no token", "set one", unauthorised=True), str)
    assert records.read(GATE, taken).facts == Failure("no token", "set one", unauthorised=True)


def test_secrets_never_reach_a_record_whatever_json_makes_of_them() -> None:
    secret = 'hunter2"\\\n\u00fc'
    facts = Facts((f"postgresql://u:{secret}@h/db",), NOW)
    taken = records.write(
        "code", 0.5, records.freeze(GATE, facts), lambda text: text.replace(secret, "***")
    )
    assert "hunter2" not in taken.text
    assert records.read(GATE, taken).facts.names == ("postgresql://u:***@h/db",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"version": 2, "gate": "code", "seconds": 1, "facts": {}}',
        '{"version": 1, "gate": "review", "seconds": 1, "facts": {}}',
        '{"version": 1, "gate": "code", "seconds": 1, "facts": {"names": ["a"]}}',
        '{"version": 1, "gate": "code", "seconds": 1, "facts": null}',
        '{"version": 1, "gate": "code", "seconds": "x", "facts": {"names": [], "at": 1}}',
        '{"version": 1, "gate": "code", "seconds": 1}',
    ],
)
def test_a_record_that_does_not_fit_is_an_error(text: str) -> None:
    with pytest.raises(EvidenceError):
        records.read(GATE, Record("code", text))
