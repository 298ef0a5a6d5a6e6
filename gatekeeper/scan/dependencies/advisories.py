"""A folder of OSV records in the tree, compiled once for each state that it has."""

from __future__ import annotations

import hashlib
import json
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.core.errors import EvidenceError
from gatekeeper.scan.dependencies.database import build, index, reading
from gatekeeper.scan.dependencies.database.ecosystems import PYPI, Ecosystem

_NO_FOLDER = "name a folder of OSV records in the policy, or `advisories: osv`"


@dataclass(frozen=True, slots=True)
class Kept:
    """Where compiled databases are kept.

    Attributes:
        cache: a folder; it may not exist yet.
        key: that seals them; nothing is kept without one.
    """

    cache: Path
    key: bytes = field(repr=False)


@contextmanager
def opened(
    folder: Path, kept: Kept, name: str = "", ecosystem: Ecosystem = PYPI
) -> Iterator[index.Index]:
    """Open the database that a folder makes, from the cache when the folder has not changed.

    Args:
        folder: of records.
        kept: where databases are kept.
        name: what messages call the folder, instead of its own name.
        ecosystem: whose packages are asked for.

    Raises:
        EvidenceError: the folder is missing, or a file in it is not an OSV record.
    """
    name = name or folder.name
    if not folder.is_dir():
        raise EvidenceError(f"there is no folder `{name}` of advisories", _NO_FOLDER)
    with ExitStack() as stack:
        if not kept.key:
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="gatekeeper-"))
            kept = Kept(Path(home), secrets.token_bytes(32))
        path = kept.cache / "folders" / f"{ecosystem.key}-{_digest(folder)}.sqlite"
        if not _is_ours(path, kept.key):
            _compile(folder, name, ecosystem, path, kept.key)
        yield stack.enter_context(index.opened(path, kept.key))


def _is_ours(path: Path, key: bytes) -> bool:
    """True for a database that was compiled here; any other one is made anew."""
    try:
        with index.opened(path, key):
            return True
    except EvidenceError:
        return False


def _digest(folder: Path) -> str:
    """Return 32 hex digits that change with any file of the folder."""
    whole = hashlib.sha256()
    for path in sorted(reading.files(folder)):
        content = hashlib.sha256(reading.content(path, folder)).digest()
        whole.update(path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape"))
        whole.update(b"\0" + content)
    return whole.hexdigest()[:32]


def _compile(folder: Path, name: str, ecosystem: Ecosystem, path: Path, key: bytes) -> None:
    found = build.gather(reading.of_folder(folder), ecosystem)
    found.require_distinct()
    told = build.about(found, f"the folder `{name}`", _synced(folder, name))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as home:
        new = Path(home) / path.name
        build.write(new, found, told, key)
        new.replace(path)


def _synced(folder: Path, name: str) -> datetime | None:
    """Return when the folder was synchronised, or None when nothing in it says so."""
    metadata = folder / reading.DATABASE_FILE
    if not metadata.is_file():
        return None
    try:
        moment = datetime.fromisoformat(json.loads(metadata.read_text("utf-8"))["synced_at"])
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, KeyError, TypeError, OSError, RecursionError, OverflowError):
        reason = f"{name}/{reading.DATABASE_FILE} does not say when it was synchronised"
        raise EvidenceError(reason, "synchronise the folder again") from None
