"""A bundle: everything a decision rests on, in a folder, each file under its digest.

    report.json           the report as it was printed by `--format json`
    policy.yml            the policy, byte for byte
    rules.json            the catalog that findings were described with
    evidence/GATE.json    what each gate collected
    manifest.json         subject, time, policy source, gates, and the digest of every file above

The manifest holds its own digest too, so that no byte of the folder can change unnoticed by
accident. Only a signature can tell who made it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gatekeeper import __version__
from gatekeeper.core.catalog import Catalog, Rule
from gatekeeper.core.digest import canonical, digest
from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.model import PolicySource, Subject
from gatekeeper.evidence.records import Record, dump

MANIFEST = "manifest.json"
_RULES = TypeAdapter(dict[str, Rule])


@dataclass(frozen=True, slots=True)
class Run:
    """What was judged, when and by what.

    Attributes:
        subject: what was judged.
        policy: where the policy came from.
        gates: names, in the order of the report.
        judged_at: UTC.
        gatekeeper: the version that judged.
    """

    subject: Subject
    policy: PolicySource
    gates: tuple[str, ...]
    judged_at: datetime
    gatekeeper: str = __version__


@dataclass(frozen=True, slots=True)
class Bundle:
    """A decision with everything that it rests on."""

    run: Run
    policy_text: str
    catalog: Catalog
    records: tuple[Record, ...]
    report_text: str


_RUN = TypeAdapter(Run)


def require_free(folder: Path) -> None:
    """Refuse a folder that holds something already: recorded evidence is never overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} exists and is not empty; a bundle never overwrites anything",
            "give --record a new folder",
        )


def write(folder: Path, bundle: Bundle) -> None:
    """Write a bundle: whole, or not at all. Raises EvidenceError where it cannot be written."""
    try:
        _write(folder, bundle)
    except OSError as error:
        reason = f"the bundle cannot be written to {folder}: {error.strerror}"
        raise EvidenceError(reason, "give --record a new folder on a disk with room") from None


def _write(folder: Path, bundle: Bundle) -> None:
    require_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        files = _files(bundle)
        for name, text in files.items():
            path = staging / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        (staging / MANIFEST).write_bytes(_manifest(bundle.run, files).encode())
        staging.chmod(0o755)
        os.replace(staging, folder)  # noqa: PTH105 — Path.replace would do; this replaces an empty folder
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def read(folder: Path) -> Bundle:
    """Read a bundle. Raises EvidenceError with the file's name where a single byte differs."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "give a folder that `check --record` wrote")
    run, digests = _read_manifest(_text(folder, MANIFEST))
    texts = {name: _verified(folder, name, expected) for name, expected in digests.items()}
    _require_exactly(folder, run, texts.keys())
    records = tuple(Record(gate, texts[_evidence(gate)]) for gate in run.gates)
    catalog = _catalog(texts["rules.json"])
    return Bundle(run, texts["policy.yml"], catalog, records, texts["report.json"])


def _require_exactly(folder: Path, run: Run, listed: Set[str]) -> None:
    """Refuse a bundle that holds more or less than its manifest and its run call for."""
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    folders = {"evidence"}
    for name in sorted(present - listed - folders - {MANIFEST}):
        raise EvidenceError(f"{name} is not part of this bundle", "remove it, or record anew")
    for name in sorted({*_required(run)} - listed):
        raise EvidenceError(f"{name} is missing from the manifest", "record the bundle anew")


def _catalog(text: str) -> Catalog:
    try:
        return Catalog(_RULES.validate_json(text))
    except ValidationError as error:
        raise EvidenceError(f"rules.json does not fit: {error.errors()[0]['msg']}") from None


def _evidence(gate: str) -> str:
    return f"evidence/{gate}.json"


def _required(run: Run) -> tuple[str, ...]:
    return ("report.json", "policy.yml", "rules.json", *map(_evidence, run.gates))


def _files(bundle: Bundle) -> dict[str, str]:
    rules = _RULES.dump_python(dict(bundle.catalog.rules), mode="json")
    return {
        "report.json": bundle.report_text,
        "policy.yml": bundle.policy_text,
        "rules.json": dump(rules),
        **{_evidence(record.gate): record.text for record in bundle.records},
    }


def _manifest(run: Run, files: Mapping[str, str]) -> str:
    body = {
        "version": 1,
        "run": _RUN.dump_python(run, mode="json"),
        "files": {name: digest(text.encode()) for name, text in files.items()},
    }
    return dump({**body, "digest": digest(canonical(body))})


def _read_manifest(text: str) -> tuple[Run, dict[str, str]]:
    changed = EvidenceError(
        f"{MANIFEST} was changed since it was written", "get the bundle again from where it is kept"
    )
    try:
        body = json.loads(text)
        claimed = body.pop("digest")
        if claimed != digest(canonical(body)) or text != dump({**body, "digest": claimed}):
            raise changed
        run = _RUN.validate_json(json.dumps(body["run"]))
        digests = {str(name): str(value) for name, value in body["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise changed from None
    return run, digests


def _verified(folder: Path, name: str, expected: str) -> str:
    if name.startswith(("/", ".")) or ".." in name.split("/"):
        raise EvidenceError(f"{MANIFEST} names a file outside the bundle: {name!r}")
    text = _text(folder, name)
    if digest(text.encode()) != expected:
        step = "get the bundle again from where it is kept"
        raise EvidenceError(f"{name} was changed since it was recorded", step)
    return text


def _text(folder: Path, name: str) -> str:
    path = folder / name
    try:
        if path.is_symlink():
            raise EvidenceError(f"{name} is a link; a bundle holds plain files", "record it anew")
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise EvidenceError(f"{name} cannot be read: {reason}", "record the bundle anew") from None
