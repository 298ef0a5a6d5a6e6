"""Refreshes a database: what is there is replaced at once, by something better, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.scan.dependencies.database import build, fetching, index, reading
from gatekeeper.scan.dependencies.database.ecosystems import Ecosystem
from gatekeeper.scan.dependencies.database.places import database_file
from gatekeeper.scan.dependencies.database.record import Record

# A new database with less than this part of the old one's advisories has lost some.
_LEAST = 0.5
_TRUST = "find out why; replace it all the same with `--accept-less`"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to fetch, and how.

    Attributes:
        ecosystem: whose packages count.
        source: an address, a zip archive or a folder; empty for OSV's own archive.
        cache: the user's cache folder.
        environment: proxy settings and certificates.
        key: that seals the database.
        now: the time, UTC.
        accept_less: True to replace a database by one that knows less, or is older.
        progress: tells the user what is going on.
    """

    ecosystem: Ecosystem
    source: str
    cache: Path
    environment: Mapping[str, str]
    key: bytes = field(repr=False)
    now: datetime
    accept_less: bool = False
    progress: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of it.

    Attributes:
        about: the new database.
        before: the one that it replaced; None when there was none that can be read.
        path: of the file.
        withdrawn: advisories that were taken back.
        foreign: records of other ecosystems that were passed over.
    """

    about: index.About
    before: index.About | None
    path: Path
    withdrawn: int
    foreign: int


def sync(plan: Plan) -> Synced:
    """Fetch, compile and put a database in place.

    Raises:
        EvidenceError: what was fetched is damaged, of another ecosystem, knows less than what is
            there, or is dated in the future; the database in use stays as it was.
        ToolError: the source cannot be reached.
        UsageError: there is no such file or folder.
    """
    _must_have_a_key(plan.key)
    source = plan.source or plan.ecosystem.archive
    plan.progress(f"reading advisories from {fetching.shown(source)}")
    with _records(source, plan.environment) as records:
        found = build.gather(records, plan.ecosystem)
    found.require_distinct()
    new = build.about(found, fetching.shown(source), plan.now)
    path = database_file(plan.cache, plan.ecosystem)
    old = _known(path, plan.key)
    _must_not_lie(new, plan.now)
    if old and not plan.accept_less:
        _must_not_know_less(new, old)
    _replace(path, found, new, plan.key)
    return Synced(new, old, path, found.withdrawn, found.foreign)


@contextmanager
def _records(source: str, environment: Mapping[str, str]) -> Iterator[Iterator[Record]]:
    if fetching.is_address(source):
        with fetching.fetched(source, environment) as file:
            yield reading.of_archive(file)
        return
    path = Path(source)
    if path.is_dir():
        yield reading.of_folder(path)
    elif path.is_file():
        yield reading.of_archive(path)
    else:
        reason = f"there is no folder or archive at {source}"
        raise UsageError(reason, "name a zip archive, a folder of OSV records or an address")


def _must_have_a_key(key: bytes) -> None:
    if not key:
        reason = "there is no key to seal the database with, so that nobody could trust it"
        step = "set GATEKEEPER_CACHE_KEY (`openssl rand -hex 32`), or make the home folder writable"
        raise UsageError(reason, step)


def _known(path: Path, key: bytes) -> index.About | None:
    """Return what a database in place says of itself; None when there is none that can be read."""
    try:
        with index.opened(path, key) as found:
            return found.about
    except EvidenceError:
        return None


def _must_not_lie(new: index.About, now: datetime) -> None:
    if new.newest > now:
        reason = f"the newest advisory is dated in the future: {new.newest:%Y-%m-%d %H:%M} UTC"
        raise EvidenceError(reason, "set this machine's clock, or use a source that you trust")


def _must_not_know_less(new: index.About, old: index.About) -> None:
    if new.records < old.records * _LEAST:
        reason = f"it holds {new.records} advisories, and the database in use {old.records}"
        raise EvidenceError(f"{reason}: it was left as it was", _TRUST)
    if new.newest < old.newest:
        reason = (
            f"its newest advisory is of {new.newest:%Y-%m-%d}, and that of the database in use of"
            f" {old.newest:%Y-%m-%d}"
        )
        raise EvidenceError(f"{reason}: it was left as it was", _TRUST)


def _replace(path: Path, found: build.Gathered, new: index.About, key: bytes) -> None:
    """Write beside, force to the disk, read back, and only then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".sync-") as home:
        made = Path(home) / path.name
        build.write(made, found, new, key)
        with made.open("rb") as file:
            os.fsync(file.fileno())
        with index.opened(made, key) as back:
            back.verify()
        made.replace(path)
