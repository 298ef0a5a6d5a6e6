"""Opens what the policy names: a folder of the tree, the synchronised database, or the service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.scan.dependencies import advisories, base
from gatekeeper.scan.dependencies.database import index
from gatekeeper.scan.dependencies.database.ecosystems import Ecosystem
from gatekeeper.scan.dependencies.database.places import database_file, databases_folder
from gatekeeper.scan.dependencies.facts import Database
from gatekeeper.scan.dependencies.settings import OSV, DependencySettings


@dataclass(frozen=True, slots=True)
class Source:
    """A database that is ready to be asked."""

    index: index.Index
    database: Database


@contextmanager
def opened(
    request: Request[DependencySettings], ecosystem: Ecosystem, deadline: float
) -> Iterator[Source | None]:
    """Yield the database for an ecosystem; None when only a service can be asked.

    Raises:
        EvidenceError: it is damaged; the folder is missing, leads out of the tree or holds
            something else.
    """
    if request.settings.advisories != OSV:
        with _of_folder(request, ecosystem, deadline) as source:
            yield source
        return
    synced = database_file(request.cache, ecosystem)
    if not synced.is_file():
        yield None
        return
    with index.opened(synced, request.cache_key) as found:
        # the evidence names the source: a mirror is not osv.dev
        name = f"{ecosystem.osv} from {found.about.source}"
        yield Source(found, _described(found, name, None, synced=True))


@contextmanager
def _of_folder(
    request: Request[DependencySettings], ecosystem: Ecosystem, deadline: float
) -> Iterator[Source]:
    name = request.settings.advisories
    kept = advisories.Kept(databases_folder(request.cache), request.cache_key)
    with (
        _folder(request, name, deadline) as folder,
        advisories.opened(folder, kept, name, ecosystem) as found,
    ):
        yield Source(found, _described(found, name, request.subject.base))


def _described(
    found: index.Index, name: str, revision: str | None, *, synced: bool = False
) -> Database:
    told = found.about
    return Database(name, told.records, told.as_of, revision, found.ecosystem.key, synced)


def _folder(
    request: Request[DependencySettings], name: str, deadline: float
) -> AbstractContextManager[Path]:
    """The base's folder when a pull request is judged: the pull request could empty its own."""
    root = request.root.resolve()
    if request.subject.base:
        return base.folder_of(root, request.subject.base, name, deadline - time.monotonic())
    return nullcontext(_within(root, name))


def _within(root: Path, name: str) -> Path:
    folder = (root / name).resolve()
    if not folder.is_relative_to(root):
        raise EvidenceError(f"the folder `{name}` lies outside the tree", "name one inside it")
    return folder
