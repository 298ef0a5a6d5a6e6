"""What the dependencies gate says, in plain sentences. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter, itemgetter

from gatekeeper.core.model import Finding
from gatekeeper.scan.dependencies.database.ecosystems import ECOSYSTEMS
from gatekeeper.scan.dependencies.facts import (
    PYPI,
    Database,
    DependencyEvidence,
    Unjudged,
    Unpinned,
    Vulnerability,
)
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.dependencies.versions import later

_name = attrgetter("name")
_SUMMARY = (
    ("vulnerable-dependency", "pinned version", "with known vulnerabilities"),
    ("unpinned-dependency", "requirement", "without exact version"),
    ("computed-dependencies", "project", "that computes what it needs"),
)


def counted(count: int, what: str) -> str:
    """Return a number with its noun."""
    return f"{count} {what}" + "s" * (count != 1)


def flawed(item: Vulnerability, path: Sequence[str]) -> str:
    """Return what is wrong with a pinned version, what mends it and what brings it in."""
    aliases = f" ({', '.join(item.aliases)})" if item.aliases else ""
    summary = f": {item.summary}" if item.summary else ""
    parts = (f"{item.name} {item.version} falls under {item.id}{aliases}{summary}", *_risk(item))
    brought = [f"brought in by {' → '.join(path)}"] if len(path) > 1 else []
    return "; ".join((*parts, _mended(item), *brought))


def _risk(item: Vulnerability) -> Iterator[str]:
    if item.exploited:
        yield "known to be exploited"
    if item.score is not None:
        yield f"CVSS {item.score:.1f}"
    if item.epss is not None:
        yield f"EPSS {item.epss:.1%}"


def _mended(item: Vulnerability) -> str:
    fixed = ", ".join(_later(item, item.fixed_in))
    return f"fixed in {fixed}" if fixed else "no fixed version is known"


def _later(item: Vulnerability, versions: Iterable[str]) -> list[str]:
    return later(item.version, versions, ECOSYSTEMS[item.ecosystem].version)


def loose(item: Unpinned) -> str:
    """Return what is wrong with a requirement that cannot be judged."""
    return f"{item.name} {item.reason}, so it cannot be judged"


def database(item: Database) -> str:
    """Return what a database is called."""
    return f"the database of {item.name}" if item.synced else f"the folder `{item.name}`"


def sync_step(item: Database) -> str:
    """Return what makes a database young again."""
    if not item.synced:
        return "synchronise the folder again"
    kind = "" if item.ecosystem == PYPI else f" --ecosystem {item.ecosystem}"
    return f"run `gatekeeper advisories sync{kind}`"


def checked(evidence: DependencyEvidence, settings: DependencySettings) -> Iterator[str]:
    """Yield what was looked at, and what was not and why that may be."""
    if evidence.judged:
        files = counted(len(evidence.files), "lock file")
        told = f"{counted(len(evidence.judged), 'version')} in {files} with {evidence.tool}"
        yield f"{told} against {_source(evidence.databases)}"
    yield from (f"{path}: declares no dependencies" for path in evidence.projects)
    if evidence.unpinned:
        yield f"{counted(len(evidence.unpinned), 'requirement')} without an exact version"
    if private := _unjudged(evidence).intersection(settings.private):
        yield f"not judged, private by policy: {', '.join(sorted(private))}"
    yield from _left_out(evidence, settings)


def _unjudged(evidence: DependencyEvidence) -> set[str]:
    return set(map(_name, chain(evidence.unpinned, evidence.skipped)))


def _left_out(evidence: DependencyEvidence, settings: DependencySettings) -> Iterator[str]:
    for reason, count in Counter(one.reason for one in evidence.excluded).items():
        yield f"{counted(count, 'file')} left out by policy: {reason}"
    for ecosystem, found in _by_ecosystem(evidence.unjudged).items():
        if ecosystem in settings.unjudged:
            told = f"{counted(len(found), 'file')} with packages of {ecosystem} not judged here"
            yield f"{told}, by policy: {settings.unjudged[ecosystem]}"


def _by_ecosystem(items: Iterable[Unjudged]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for item in items:
        found[item.ecosystem].add(item.path)
    return found


def _source(databases: Sequence[Database]) -> str:
    return " and ".join(map(_told, databases)) or "osv.dev"


def _told(item: Database) -> str:
    records = "1 advisory" if item.records == 1 else f"{item.records} advisories"
    if item.synced:
        return f"{records} of {item.name}, as of {item.as_of:%Y-%m-%d}"
    read = f" as of base {item.revision[:7]}" if item.revision else ""
    return f"{records} in `{item.name}`{read}"


def summary(blocking: Sequence[Finding]) -> str:
    """Return the reason for the verdict in one line."""
    packages = {(finding.rule, finding.where.package) for finding in blocking}
    counts = Counter(map(itemgetter(0), packages))
    told = (
        f"{counted(counts[rule], what)} {rest}" for rule, what, rest in _SUMMARY if rule in counts
    )
    return "; ".join(told) or "no known vulnerability in what is pinned"


def next_steps(evidence: DependencyEvidence, blocking: Sequence[Finding]) -> tuple[str, ...]:
    """Say which version to go to: one in which every advisory on the package is mended."""
    packages = {finding.where.package for finding in blocking}
    remedies = {one.package: one.version for one in evidence.remedies}
    flaws: dict[str, list[Vulnerability]] = defaultdict(list)
    for flaw in evidence.vulnerabilities:
        flaws[flaw.package].append(flaw)
    wanted = (package for package in sorted(flaws) if package in packages)
    return tuple(_step(flaws[package], remedies.get(package)) for package in wanted)


def _step(flaws: Sequence[Vulnerability], remedy: str | None) -> str:
    """Return what to do about one version that falls under some advisories."""
    name, version = flaws[0].name, flaws[0].version
    fixed = _later(flaws[0], (text for flaw in flaws for text in flaw.fixed_in))
    if remedy or fixed:
        return f"raise {name} from {version} to {remedy or fixed[-1]} or later"
    return f"replace {name} {version}, or waive its findings for a time: no fix of it is known"
