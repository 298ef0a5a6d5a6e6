"""May a change with these dependencies go on? Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from gatekeeper.core.fields import format_duration
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Place, Severity
from gatekeeper.scan.dependencies.facts import (
    DependencyEvidence,
    Pin,
    Unpinned,
    Vulnerability,
)
from gatekeeper.scan.dependencies.settings import DependencySettings

_UNGRADED = Severity.HIGH


def judge(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Judgement:
    """Judge every pin, and whether every pin could be judged."""
    found = (
        *_vulnerable(evidence, settings, context),
        *(
            _unpinned(item, context)
            for item in evidence.unpinned
            if not (item.sourced and item.name in settings.private)
        ),
    )
    failures = tuple(_failures(evidence, settings, context))
    return Judgement(
        checked=_checked(evidence, settings),
        findings=found,
        failures=failures,
        summary="" if failures else _summary(found),
        next_steps=_next_steps(evidence, found),
    )


def _failures(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Iterator[Failure]:
    # must have read every lock file, and every project must have one
    for problem in evidence.problems:
        yield Failure(problem.reason, problem.next_step)
    # must have an answer for every version that is pinned
    told = set(evidence.judged)
    explained = {item.name for item in evidence.skipped}
    lost = [
        f"{pin.name}=={pin.version}"
        for pin in evidence.pins
        if f"{pin.name}=={pin.version}" not in told and pin.name not in explained
    ]
    if lost and not evidence.problems:
        reason = f"{len(set(lost))} pinned versions were not judged, e.g. {min(lost)}"
        yield Failure(reason, "collect the evidence again")
    # must not have skipped a package that is not known to be private
    for item in evidence.skipped:
        if item.name not in settings.private:
            step = f"if `{item.name}` is your own, name it under `private` in the policy"
            yield Failure(f"{item.name} was not judged: {item.reason}", step)
    yield from _stale(evidence, settings, context)


def _stale(
    evidence: DependencyEvidence, settings: DependencySettings, context: Context
) -> Iterator[Failure]:
    """A folder of advisories must hold some, and must be young enough to know what is known."""
    database = evidence.database
    if database is None:
        return
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
    pins: dict[tuple[str, str], list[Pin]] = defaultdict(list)
    for pin in evidence.pins:
        pins[pin.name, pin.version].append(pin)
    for item in evidence.vulnerabilities:
        severity = Severity[item.severity.upper()] if item.severity else _UNGRADED
        for pin in pins[item.name, item.version]:
            yield context.rules["vulnerable-dependency"].finding(
                _message(item),
                Place(pin.path, pin.line, package=f"{pin.name}@{pin.version}"),
                (pin.path, pin.name, pin.version, item.id),
                blocking=severity >= settings.fail_on,
                severity=severity,
            )


def _message(item: Vulnerability) -> str:
    aliases = f" ({', '.join(item.aliases)})" if item.aliases else ""
    mended = f"fixed in {', '.join(item.fixed_in)}" if item.fixed_in else "no fixed version yet"
    summary = f": {item.summary}" if item.summary else ""
    return f"{item.name} {item.version} falls under {item.id}{aliases}{summary}; {mended}"


def _unpinned(item: Unpinned, context: Context) -> Finding:
    return context.rules["unpinned-dependency"].finding(
        f"{item.name} {item.reason}, so it cannot be judged",
        Place(item.path, item.line, package=item.name),
        (item.path, item.name),
    )


def _checked(evidence: DependencyEvidence, settings: DependencySettings) -> tuple[str, ...]:
    lines = []
    if evidence.judged:
        files = len(evidence.files)
        source = "osv.dev"
        if evidence.database:
            source = f"{evidence.database.records} advisories in `{evidence.database.folder}`"
        lines.append(
            f"{len(evidence.judged)} versions in {files} lock file{'s' * (files != 1)} "
            f"with {evidence.tool} against {source}"
        )
    lines += [f"{path}: declares no dependencies" for path in evidence.projects]
    if evidence.unpinned:
        lines.append(f"{len(evidence.unpinned)} requirements without an exact version")
    unjudged = {item.name for item in evidence.unpinned}
    unjudged |= {item.name for item in evidence.skipped}
    if private := sorted(unjudged & set(settings.private)):
        lines.append(f"not judged, private by policy: {', '.join(private)}")
    return tuple(lines)


def _summary(found: Sequence[Finding]) -> str:
    blocking = [finding for finding in found if finding.blocking]
    bad = {f.where.package for f in blocking if f.rule == "vulnerable-dependency"}
    loose = {f.where.package for f in blocking if f.rule == "unpinned-dependency"}
    parts = []
    if bad:
        parts.append(f"{len(bad)} pinned version{'s' * (len(bad) != 1)} with known vulnerabilities")
    if loose:
        parts.append(f"{len(loose)} requirement{'s' * (len(loose) != 1)} without exact version")
    return "; ".join(parts) or "no known vulnerability in what is pinned"


def _next_steps(evidence: DependencyEvidence, found: Sequence[Finding]) -> tuple[str, ...]:
    """Say which version to go to: the highest of the fixed ones mends all advisories."""
    blocking = {f.where.package for f in found if f.blocking}
    steps: dict[str, str] = {}
    for item in evidence.vulnerabilities:
        key = f"{item.name}@{item.version}"
        if key in blocking and item.fixed_in:
            steps[key] = f"raise {item.name} from {item.version} to {item.fixed_in[-1]} or later"
    return tuple(steps[key] for key in sorted(steps))
