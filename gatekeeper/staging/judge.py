"""Does the evidence show that staging holds no production data?

1. Every store must have been opened, and everything it lists be accounted for (`coverage`).
2. The detectors must have passed their self-test.
3. No column may hold validated, non-reserved values beyond the environment's budget, unless
   chance explains them (`columns`).
4. Where a fingerprint of production is given, every column must have been compared with it, and
   none may share more with it than chance gives (`copies`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Place
from gatekeeper.staging import copies
from gatekeeper.staging.columns import Sighting, alarms, unalarming
from gatekeeper.staging.coverage import failures_of, ledger
from gatekeeper.staging.facts import DetectorFacts, EnvironmentFacts, StagingEvidence
from gatekeeper.staging.settings import StagingSettings

_SELF_TEST_STEP = (
    "do not trust this scan: reinstall gatekeeper, and report it if that does not help"
)

_SHOWN = 3  # places that fit into one line


def judge(facts: StagingEvidence, settings: StagingSettings, context: Context) -> Judgement:
    """Judge every environment in the evidence."""
    found = chain.from_iterable(
        (
            *_findings(environment, facts.detectors, settings, context),
            *_copies(environment, context),
        )
        for environment in facts.environments
    )
    findings = tuple(sorted(found, key=lambda finding: -finding.severity))
    failures = (
        *_self_test(facts.detectors),
        *failures_of(facts, settings),
        *_uncompared(facts, settings, context.now),
    )
    return Judgement(
        checked=tuple(_checked(facts)),
        findings=findings,
        failures=tuple(failures),
        summary=_summary(facts, findings),
        next_steps=tuple(dict.fromkeys(_next_steps(findings))),
    )


def _findings(
    environment: EnvironmentFacts,
    detectors: Iterable[DetectorFacts],
    settings: StagingSettings,
    context: Context,
) -> Iterator[Finding]:
    for detector in detectors:
        allowed = settings.budget(environment.name, detector.id, detector.budget)
        alarming = alarms(environment, detector)
        seen = sum(sighting.found.valid for sighting in alarming)
        blocking = allowed is not None and seen > allowed
        for sighting in alarming:
            yield context.rules[detector.rule].finding(
                _message(environment, detector, sighting, allowed),
                Place(object=sighting.place),
                (environment.name, sighting.place),
                blocking=blocking,
            )


def _copies(environment: EnvironmentFacts, context: Context) -> Iterator[Finding]:
    for copy in copies.copies(environment):
        yield context.rules["staging-production-copy"].finding(
            f"{copy} in `{environment.name}`",
            Place(object=copy.place),
            (environment.name, copy.place),
        )

    for place, cells in copies.caught(environment):
        many = "s" * (cells != 1)
        yield context.rules["staging-canary"].finding(
            f"{place} in `{environment.name}` holds a canary of production in {cells:,} cell{many}",
            Place(object=place),
            (environment.name, place),
        )


def _uncompared(
    facts: StagingEvidence, settings: StagingSettings, now: datetime
) -> Iterator[Failure]:
    for environment in facts.environments:
        if declared := settings.environments.get(environment.name):
            yield from copies.failures(environment, declared, now)


def _message(
    environment: EnvironmentFacts,
    detector: DetectorFacts,
    sighting: Sighting,
    allowed: int | None,
) -> str:
    found, column = sighting.found, sighting.column
    reserved = f", {found.reserved:,} reserved ones left out" if found.reserved else ""
    tolerated = f"; the budget of `{environment.name}` is {allowed:,}" if allowed else ""
    return (
        f"{sighting.place} in `{environment.name}` holds {found.valid:,} {detector.noun} in "
        f"{column.values:,} values{reserved}: {', '.join(found.previews)}{tolerated}"
    )


def _self_test(detectors: Sequence[DetectorFacts]) -> Iterator[Failure]:
    if not detectors:
        yield Failure("no detector took part in the scan", _SELF_TEST_STEP)
    for detector in detectors:
        if not detector.passed:
            yield Failure(
                f"the detector `{detector.id}` took {detector.mistaken} of {detector.planted} "
                "planted values for something else",
                _SELF_TEST_STEP,
            )


def _checked(facts: StagingEvidence) -> Iterator[str]:
    if facts.was_scanned:
        planted = sum(detector.planted for detector in facts.detectors)
        yield from chain.from_iterable(map(ledger, facts.environments))
        yield from chain.from_iterable(map(copies.account, facts.environments))
        yield from chain.from_iterable(
            _by_chance(environment, facts.detectors) for environment in facts.environments
        )
        yield f"{planted} planted values, to test {len(facts.detectors)} detectors"
        yield f"read and scanned with {', '.join(facts.tools)}"


def _by_chance(environment: EnvironmentFacts, detectors: Iterable[DetectorFacts]) -> Iterator[str]:
    for detector in detectors:
        for sighting in unalarming(environment, detector):
            yield (
                f"{sighting.place}: {sighting.found.valid:,} of {sighting.found.matches:,} "
                f"look like {detector.noun}, as many as chance gives: not judged as such"
            )


def _summary(facts: StagingEvidence, findings: Iterable[Finding]) -> str:
    if not facts.was_scanned:
        return ""
    names = ", ".join(environment.name for environment in facts.environments)
    places = _blocking_places(findings)
    if not places:
        return f"no production data found in {names}"
    return f"{names} holds what looks like production data in {_few(places)}"


def _blocking_places(findings: Iterable[Finding]) -> list[str]:
    return list(dict.fromkeys(str(finding.where) for finding in findings if finding.blocking))


def _few(places: Sequence[str]) -> str:
    shown, more = ", ".join(places[:_SHOWN]), len(places) - _SHOWN
    return f"{shown} and {more} more columns" if more > 0 else shown


def _next_steps(findings: Iterable[Finding]) -> Iterator[str]:
    return (f"{finding.where}: {finding.fix}" for finding in findings if finding.blocking)
