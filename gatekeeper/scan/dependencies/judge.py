"""May a change with these dependencies go on? Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TypeVar

from gatekeeper.core.fields import format_duration
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Place, Severity
from gatekeeper.scan.dependencies.facts import (
    Database,
    DependencyEvidence,
    Pin,
    Problem,
    Skipped,
    Vulnerability,
)
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.dependencies.versions import later
from gatekeeper.scan.occurrences import numbered

Packaged = TypeVar("Packaged", Pin, Vulnerability)
_UNGRADED = Severity.HIGH
_name = attrgetter("name")
_SUMMARY = (
    ("vulnerable-dependency", "pinned version", "with known vulnerabilities"),
    ("unpinned-dependency", "requirement", "without exact version"),
)


def judge(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Judgement:
    """Judge every pin, and whether every pin could be judged."""
    found = (*_vulnerable(evidence, settings, context), *_loose(evidence, settings, context))
    blocking = [finding for finding in found if finding.blocking]
    failures = tuple(_failures(evidence, settings, context))
    return Judgement(
        checked=tuple(_checked(evidence, settings)),
        findings=found,
        failures=failures,
        summary="" if failures else _summary(blocking),
        next_steps=_next_steps(evidence, blocking),
    )


def _failures(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Iterator[Failure]:
    # must have read every lock file, and every project must have one
    yield from map(_told, evidence.problems)
    # must have an answer for every version that is pinned
    yield from _lost(evidence)
    # must not have skipped a package that is not known to be private
    yield from (_skipped(one) for one in evidence.skipped if one.name not in settings.private)
    # must know what is known today
    if evidence.database:
        yield from _stale(evidence.database, settings, context)


def _told(problem: Problem) -> Failure:
    return Failure(problem.reason, problem.next_step)


def _lost(evidence: DependencyEvidence) -> Iterator[Failure]:
    lost = _unanswered(evidence)
    if lost and not evidence.problems:
        told = "was" if len(lost) == 1 else "were"
        reason = f"{_counted(len(lost), 'pinned version')} {told} not judged, e.g. {min(lost)}"
        yield Failure(reason, "collect the evidence again")


def _unanswered(evidence: DependencyEvidence) -> set[str]:
    """Return the versions that the service neither judged nor told why not."""
    explained = set(map(_name, evidence.skipped))
    wanted = {pin.exact for pin in evidence.pins if pin.name not in explained}
    return wanted.difference(evidence.judged)


def _skipped(item: Skipped) -> Failure:
    step = f"if `{item.name}` is your own, name it under `private` in the policy"
    return Failure(f"{item.name} was not judged: {item.reason}", step)


def _stale(database: Database, settings: DependencySettings, context: Context) -> Iterator[Failure]:
    """A folder of advisories must hold some, and must be young enough to know what is known."""
    sync = "synchronise the folder again"
    if not database.records or database.as_of is None:
        yield Failure(f"the folder `{database.folder}` holds no advisory for PyPI", sync)
    elif database.as_of > context.now:
        yield Failure(f"the advisories in `{database.folder}` are dated in the future", sync)
    elif (age := context.now - database.as_of) > settings.max_age:
        limit = format_duration(settings.max_age)
        told = f"the advisories in `{database.folder}` are {format_duration(age)} old"
        yield Failure(f"{told}; the policy allows {limit}", sync)


def _vulnerable(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Iterator[Finding]:
    rule = context.rules["vulnerable-dependency"]
    for (pin, flaw), occurrence in numbered(_flaws(evidence), lambda one: _identity(*one)):
        severity = Severity[flaw.severity.upper()] if flaw.severity else _UNGRADED
        yield rule.finding(
            _message(flaw),
            Place(pin.path, pin.line, package=pin.package),
            (*_identity(pin, flaw), occurrence),
            # what nobody has graded could be of any severity
            blocking=flaw.severity is None or severity >= settings.fail_on,
            severity=severity,
        )


def _flaws(evidence: DependencyEvidence) -> Iterator[tuple[Pin, Vulnerability]]:
    """Yield every advisory with every line that pins what it speaks of."""
    pins = _by_package(evidence.pins)
    for flaw in evidence.vulnerabilities:
        yield from ((pin, flaw) for pin in pins[flaw.package])


def _by_package(items: Iterable[Packaged]) -> defaultdict[str, list[Packaged]]:
    found: defaultdict[str, list[Packaged]] = defaultdict(list)
    for item in items:
        found[item.package].append(item)
    return found


def _identity(pin: Pin, flaw: Vulnerability) -> tuple[str, str, str, str]:
    return pin.path, pin.name, pin.version, flaw.id


def _message(item: Vulnerability) -> str:
    aliases = f" ({', '.join(item.aliases)})" if item.aliases else ""
    fixed = ", ".join(later(item.version, item.fixed_in))
    mended = f"fixed in {fixed}" if fixed else "no fixed version is known"
    summary = f": {item.summary}" if item.summary else ""
    return f"{item.name} {item.version} falls under {item.id}{aliases}{summary}; {mended}"


def _loose(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Iterator[Finding]:
    """Tell what has no exact version, but for private packages that come from elsewhere."""
    rule = context.rules["unpinned-dependency"]
    for item, occurrence in numbered(evidence.unpinned, lambda item: (item.path, item.name)):
        if not (item.sourced and item.name in settings.private):
            where = Place(item.path, item.line, package=item.name)
            message = f"{item.name} {item.reason}, so it cannot be judged"
            yield rule.finding(message, where, (item.path, item.name, occurrence))


def _checked(evidence: DependencyEvidence, settings: DependencySettings) -> Iterator[str]:
    if evidence.judged:
        files = _counted(len(evidence.files), "lock file")
        told = f"{_counted(len(evidence.judged), 'version')} in {files} with {evidence.tool}"
        yield f"{told} against {_source(evidence.database)}"
    yield from (f"{path}: declares no dependencies" for path in evidence.projects)
    if evidence.unpinned:
        yield f"{_counted(len(evidence.unpinned), 'requirement')} without an exact version"
    if private := _unjudged(evidence).intersection(settings.private):
        yield f"not judged, private by policy: {', '.join(sorted(private))}"


def _unjudged(evidence: DependencyEvidence) -> set[str]:
    return set(map(_name, chain(evidence.unpinned, evidence.skipped)))


def _source(database: Database | None) -> str:
    if database is None:
        return "osv.dev"
    read = f" as of base {database.revision[:7]}" if database.revision else ""
    records = "1 advisory" if database.records == 1 else f"{database.records} advisories"
    return f"{records} in `{database.folder}`{read}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + "s" * (count != 1)


def _summary(blocking: Sequence[Finding]) -> str:
    packages = {(finding.rule, finding.where.package) for finding in blocking}
    counts = Counter(map(itemgetter(0), packages))
    told = (
        f"{_counted(counts[rule], what)} {rest}" for rule, what, rest in _SUMMARY if rule in counts
    )
    return "; ".join(told) or "no known vulnerability in what is pinned"


def _next_steps(evidence: DependencyEvidence, blocking: Sequence[Finding]) -> tuple[str, ...]:
    """Say which version to go to: one in which every advisory on the package is mended."""
    packages = {finding.where.package for finding in blocking}
    flaws = _by_package(evidence.vulnerabilities)
    return tuple(_step(flaws[package]) for package in sorted(flaws) if package in packages)


def _step(flaws: Sequence[Vulnerability]) -> str:
    """Return what to do about one version that falls under some advisories."""
    name, version = flaws[0].name, flaws[0].version
    fixed = later(version, (text for flaw in flaws for text in flaw.fixed_in))
    if fixed:
        return f"raise {name} from {version} to {fixed[-1]} or later"
    return f"replace {name} {version}, or waive its findings for a time: no fix of it is known"
