"""What is pinned, what is known of it, and how fresh that knowledge is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pin:
    """One exact version in one lock file.

    Attributes:
        name: normalised as in PEP 503.
        version: as PEP 440 writes it, without a local label: a build of that release.
        path: of the lock file, relative, with `/`.
        line: 1-based, or None when the format does not tell.
    """

    name: str
    version: str
    path: str
    line: int | None

    @property
    def exact(self) -> str:
        """As a requirement: `name==version`."""
        return f"{self.name}=={self.version}"

    @property
    def package(self) -> str:
        """As findings tell it: `name@version`."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Unpinned:
    """A requirement that names no exact version of an index, so that it cannot be judged.

    Attributes:
        name: normalised, or the text of the line where it gives no name.
        path: of the file.
        line: 1-based, or None.
        reason: why it cannot be judged, e.g. `>=2 allows many versions`.
        sourced: True when it comes from a URL, a repository or a file instead of an index.
    """

    name: str
    path: str
    line: int | None
    reason: str
    sourced: bool = False


@dataclass(frozen=True, slots=True)
class LockFile:
    """A file that was read.

    Attributes:
        path: relative, with `/`.
        format: e.g. `uv.lock`.
        entries: how many requirements it holds.
    """

    path: str
    format: str
    entries: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps dependencies from being judged.

    Attributes:
        reason: what happened.
        next_step: what to do about it.
    """

    reason: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A published advisory that a pinned version falls under.

    Attributes:
        name: of the package, normalised.
        version: the pinned one.
        id: of the advisory.
        aliases: its other ids, e.g. CVE numbers.
        fixed_in: versions that mend it, ascending.
        severity: `low` … `critical` when the database grades it, else None.
        summary: one line.
    """

    name: str
    version: str
    id: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]
    severity: str | None
    summary: str

    @property
    def package(self) -> str:
        """What falls under it, as findings tell it: `name@version`."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A package that the service did not judge.

    Attributes:
        name: normalised.
        reason: in the service's words.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Database:
    """The folder of advisories that was asked.

    Attributes:
        folder: relative to the root.
        records: how many advisories it holds for PyPI.
        as_of: when it was synchronised, or its newest advisory modified; None when it holds none.
        revision: the commit that it was read from, or None for the files of the work tree.
    """

    folder: str
    records: int
    as_of: datetime | None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class DependencyEvidence:
    """What the tree depends on, and what is known of that.

    Attributes:
        files: the lock files that were read.
        projects: folders of projects that declare no dependencies, so that nothing needs a lock.
        pins: every exact version.
        unpinned: every requirement without one.
        problems: what keeps dependencies from being judged.
        tool: e.g. `pip-audit 2.10.1`; empty when nothing was asked.
        service: `osv`, or `folder`.
        database: the folder, or None for a service.
        judged: `name==version` for each package that the service answered for.
        skipped: packages that it did not judge.
        vulnerabilities: what it knows of the pins.
    """

    files: tuple[LockFile, ...]
    projects: tuple[str, ...]
    pins: tuple[Pin, ...]
    unpinned: tuple[Unpinned, ...]
    problems: tuple[Problem, ...]
    tool: str
    service: str
    database: Database | None
    judged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
