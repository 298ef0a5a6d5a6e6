"""What is pinned, what is known of it, and how fresh that knowledge is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PYPI = "pypi"


def exact(ecosystem: str, name: str, version: str) -> str:
    """Return what names one version of one registry, as it is told to people."""
    if ecosystem == PYPI:
        return f"{name}=={version}"
    return f"{ecosystem}:{name}@{version}"


@dataclass(frozen=True, slots=True)
class Pin:
    """One exact version in one lock file.

    Attributes:
        name: normalised as in PEP 503.
        version: as PEP 440 writes it, without a local label: a build of that release.
        path: of the lock file, relative, with `/`.
        line: 1-based, or None when the format does not tell.
        via: names of what asks for it, when the lock tells; empty for what is asked for directly.
        ecosystem: the registry that it comes from: `pypi` or `npm`.
    """

    name: str
    version: str
    path: str
    line: int | None
    via: tuple[str, ...] = ()
    ecosystem: str = PYPI

    @property
    def exact(self) -> str:
        """As its ecosystem writes it: `name==version`, or `npm:name@version`."""
        return exact(self.ecosystem, self.name, self.version)

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
        rule: that it does not meet.
        blocks: False for what is told and does not fail the gate.
    """

    name: str
    path: str
    line: int | None
    reason: str
    sourced: bool = False
    rule: str = "unpinned-dependency"
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class LockFile:
    """A file that was read.

    Attributes:
        path: relative, with `/`.
        format: e.g. `uv.lock`.
        entries: how many requirements it holds.
        ecosystem: that it is a lock of.
    """

    path: str
    format: str
    entries: int
    ecosystem: str = PYPI


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
        ecosystem: of the package.
        score: of CVSS, 0–10, or None.
        epss: the probability of its being exploited within 30 days, 0–1, or None.
        exploited: True when the database says that it is known to be exploited.
    """

    name: str
    version: str
    id: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]
    severity: str | None
    summary: str
    ecosystem: str = PYPI
    score: float | None = None
    epss: float | None = None
    exploited: bool = False

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
class Remedy:
    """The smallest version above a pinned one that falls under no advisory.

    Attributes:
        package: `name@version`, as pinned.
        version: to go to.
    """

    package: str
    version: str


@dataclass(frozen=True, slots=True)
class Database:
    """The database of advisories that was asked.

    Attributes:
        name: as people know it, e.g. `advisories` for a folder.
        records: how many advisories it holds for its ecosystem.
        as_of: the older of when it was synchronised and when its newest advisory was modified.
        revision: the commit that it was read from, or None.
        ecosystem: whose packages it knows.
        synced: True for the database that `gatekeeper advisories sync` keeps.
    """

    name: str
    records: int
    as_of: datetime
    revision: str | None = None
    ecosystem: str = PYPI
    synced: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What a VEX document says of one vulnerability in some products.

    Attributes:
        path: of the document.
        author: who answers for it.
        at: when it was made, or last renewed.
        vulnerabilities: ids, of which any may be meant.
        products: purls that it speaks of.
        components: purls of what it means inside the products; empty for the products themselves.
        status: `not_affected`, `affected`, `fixed` or `under_investigation`.
        why: its justification and what is said besides; may be empty.
        justified: True when it gives a justification that OpenVEX knows.
    """

    path: str
    author: str
    at: datetime
    vulnerabilities: tuple[str, ...]
    products: tuple[str, ...]
    components: tuple[str, ...]
    status: str
    why: str
    justified: bool


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A file with packages that no advisory was asked for.

    Attributes:
        path: of the file.
        ecosystem: e.g. `npm`, as `unjudged` in the policy names it.
        reason: why not.
        next_step: what to do about it.
    """

    path: str
    ecosystem: str
    reason: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A lock or project file that the policy leaves out.

    Attributes:
        path: of the file.
        reason: of the policy.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class DependencyEvidence:
    """What the tree depends on, and what is known of that.

    Attributes:
        files: the lock files that were read.
        projects: folders of projects that declare no dependencies, so that nothing needs a lock.
        pins: every exact version.
        unpinned: every requirement without one.
        problems: what keeps dependencies from being judged.
        tool: what matched versions, e.g. `pip-audit 2.10.1`; empty when nothing was asked.
        databases: that were asked; empty for a service.
        judged: each version that was answered for, as `Pin.exact` writes it.
        skipped: packages that the service did not judge.
        vulnerabilities: what is known of the pins.
        remedies: for the packages with vulnerabilities, as far as they are known.
        own: names of the projects of the tree.
        unjudged: files of other ecosystems.
        excluded: what the policy leaves out.
        statements: what the VEX files of the policy say.
    """

    files: tuple[LockFile, ...]
    projects: tuple[str, ...]
    pins: tuple[Pin, ...]
    unpinned: tuple[Unpinned, ...]
    problems: tuple[Problem, ...]
    tool: str
    databases: tuple[Database, ...] = ()
    judged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    own: tuple[str, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    statements: tuple[Statement, ...] = ()
