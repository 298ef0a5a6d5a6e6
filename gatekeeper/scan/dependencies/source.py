"""Opens what the policy names: the service, or our own one that answers from a folder."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.core.model import Severity
from gatekeeper.scan.dependencies import advisories, base, osv_server
from gatekeeper.scan.dependencies.facts import Database
from gatekeeper.scan.dependencies.settings import OSV, DependencySettings


@dataclass(frozen=True, slots=True)
class Source:
    """Where to ask.

    Attributes:
        url: of a service, or None for pip-audit's own choice.
        database: the folder behind it, or None for a service.
        severities: the database's grade of each advisory, by id.
    """

    url: str | None
    database: Database | None
    severities: Mapping[str, str | None]


@contextmanager
def opened(request: Request[DependencySettings], deadline: float) -> Iterator[Source]:
    """Yield the source; a folder is served for as long as the context lasts.

    Raises:
        EvidenceError: the folder is missing, leads out of the tree or holds something else.
    """
    name = request.settings.advisories
    if name == OSV:
        yield Source(None, None, {})
        return
    with _folder(request, name, deadline) as folder:
        known = advisories.load(folder, name)
    database = Database(name, known.records, known.as_of, request.subject.base)
    with osv_server.serving(known) as url:
        yield Source(url, database, _severities(known))


def _severities(known: advisories.Advisories) -> dict[str, str | None]:
    """Return the grade of each advisory; the worst one when two records share an id."""
    found: dict[str, str | None] = {}
    for one in chain.from_iterable(known.by_package.values()):
        found[one.id] = worst((found.get(one.id), one.severity))
    return found


def worst(grades: Iterable[str | None]) -> str | None:
    """Return the worst grade, or None when there is none."""
    return max(filter(None, grades), key=lambda grade: Severity[grade.upper()], default=None)


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
