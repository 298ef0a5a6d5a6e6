"""May a change with these dependencies go on? Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from operator import attrgetter

from gatekeeper.core.fields import format_duration
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Place, Severity
from gatekeeper.scan.dependencies import wording
from gatekeeper.scan.dependencies.facts import (
    Database,
    DependencyEvidence,
    Pin,
    Problem,
    Skipped,
    Unjudged,
    Unpinned,
    Vulnerability,
)
from gatekeeper.scan.dependencies.paths import graph
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.dependencies.statements import Accepted, Vex
from gatekeeper.scan.occurrences import numbered

_UNGRADED = Severity.HIGH
_name = attrgetter("name")


def judge(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Judgement:
    """Judge every pin, and whether every pin could be judged."""
    flaws = tuple(_vulnerable(evidence, settings, context))
    found = (*(one.finding for one in flaws), *_loose(evidence, settings, context))
    blocking = [finding for finding in found if finding.blocking]
    failures = tuple(_failures(evidence, settings, context))
    vex = Vex(evidence.statements, evidence.own, settings, context.now)
    return Judgement(
        checked=(*wording.checked(evidence, settings), *vex.unheard(flaws)),
        findings=found,
        failures=failures,
        summary="" if failures else wording.summary(blocking),
        next_steps=wording.next_steps(evidence, blocking),
        waivers=tuple(vex.waivers(flaws)),
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
    # must judge the packages of every ecosystem, or be told by whom they are judged
    yield from map(_foreign, (one for one in evidence.unjudged if _is_open(one, settings)))
    # must know what is known today
    yield from chain.from_iterable(_stale(one, settings, context) for one in evidence.databases)


def _told(problem: Problem) -> Failure:
    return Failure(problem.reason, problem.next_step)


def _lost(evidence: DependencyEvidence) -> Iterator[Failure]:
    lost = _unanswered(evidence)
    if lost and not evidence.problems:
        told = "was" if len(lost) == 1 else "were"
        count = wording.counted(len(lost), "pinned version")
        yield Failure(f"{count} {told} not judged, e.g. {min(lost)}", "collect the evidence again")


def _unanswered(evidence: DependencyEvidence) -> set[str]:
    """Return the versions that were neither judged nor told why not."""
    explained = set(map(_name, evidence.skipped))
    foreign = {(one.path, one.ecosystem) for one in evidence.unjudged}
    wanted = {
        pin.exact
        for pin in evidence.pins
        if pin.name not in explained and (pin.path, pin.ecosystem) not in foreign
    }
    return wanted.difference(evidence.judged)


def _skipped(item: Skipped) -> Failure:
    step = f"if `{item.name}` is your own, name it under `private` in the policy"
    return Failure(f"{item.name} was not judged: {item.reason}", step)


def _is_open(item: Unjudged, settings: DependencySettings) -> bool:
    return item.ecosystem not in settings.unjudged


def _foreign(item: Unjudged) -> Failure:
    return Failure(f"{item.path}: {item.reason}", item.next_step)


def _stale(database: Database, settings: DependencySettings, context: Context) -> Iterator[Failure]:
    """A database must hold some advisories, and be young enough to know what is known."""
    name, age = wording.database(database), context.now - database.as_of
    step = wording.sync_step(database)
    if not database.records:
        yield Failure(f"{name} holds no advisory", step)
    elif database.as_of > context.now:
        yield Failure(f"{name} is dated in the future", step)
    elif age > settings.max_age:
        limit = format_duration(settings.max_age)
        yield Failure(f"{name} is {format_duration(age)} old; the policy allows {limit}", step)


def _vulnerable(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Iterator[Accepted]:
    rule, paths = context.rules["vulnerable-dependency"], graph(evidence.pins)
    for (pin, flaw), occurrence in numbered(_flaws(evidence), lambda one: _identity(*one)):
        severity = Severity[flaw.severity.upper()] if flaw.severity else _UNGRADED
        finding = rule.finding(
            wording.flawed(flaw, paths.path_to(pin)),
            Place(pin.path, pin.line, package=pin.package),
            (*_identity(pin, flaw), occurrence),
            # what nobody has graded could be of any severity
            blocking=flaw.severity is None or flaw.exploited or severity >= settings.fail_on,
            severity=severity,
        )
        yield Accepted(finding, pin, flaw)


def _flaws(evidence: DependencyEvidence) -> Iterator[tuple[Pin, Vulnerability]]:
    """Yield every advisory with every line that pins what it speaks of."""
    pins: defaultdict[tuple[str, str], list[Pin]] = defaultdict(list)
    for pin in evidence.pins:
        pins[pin.ecosystem, pin.package].append(pin)
    for flaw in evidence.vulnerabilities:
        yield from ((pin, flaw) for pin in pins[flaw.ecosystem, flaw.package])


def _identity(pin: Pin, flaw: Vulnerability) -> tuple[str, str, str, str]:
    return pin.path, pin.name, pin.version, flaw.id


def _loose(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Iterator[Finding]:
    """Tell what has no exact version, but for private packages that come from elsewhere."""
    for item, occurrence in numbered(evidence.unpinned, lambda item: (item.path, item.name)):
        if not (item.sourced and item.name in settings.private):
            yield _untold(item, occurrence, context)


def _untold(item: Unpinned, occurrence: int, context: Context) -> Finding:
    rule = context.rules[item.rule]
    where = Place(item.path, item.line, package=item.name)
    identity = (item.path, item.name, occurrence)
    return rule.finding(wording.loose(item), where, identity, blocking=item.blocks)
