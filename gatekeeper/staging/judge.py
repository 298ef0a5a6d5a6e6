"""Does the evidence show that staging holds no production data?

1. Every store must have been opened, and everything it lists be accounted for (`coverage`).
2. The detectors must have passed their self-test.
3. No column may hold validated, non-reserved values beyond the environment's budget, unless
   chance explains them (`columns`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Place
from gatekeeper.staging.columns import Sighting, alarms, explained_by_chance, sightings
from gatekeeper.staging.coverage import failures_of, ledger, was_read
from gatekeeper.staging.facts import DetectorFacts, EnvironmentFacts, StagingEvidence
from gatekeeper.staging.settings import StagingSettings

_SELF_TEST_STEP = (
    "do not trust this scan: reinstall gatekeeper, and report it if that does not help"
)


def judge(facts: StagingEvidence, settings: StagingSettings, context: Context) -> Judgement:
    """Judge every environment in the evidence."""
    found = (
        finding
        for environment in facts.environments
        for finding in _findings(environment, facts.detectors, settings, context)
    )
    findings = tuple(sorted(found, key=lambda finding: -finding.severity))
    failures = (*_self_test(facts.detectors), *failures_of(facts, settings))
    return Judgement(
        checked=_checked(facts),
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
    declared = settings.environments.get(environment.name)
    budget = declared.budget if declared else {}
    for detector in detectors:
        alarming = alarms(environment, detector)
        total = sum(sighting.found.valid for sighting in alarming)
        allowed = budget.get(detector.id, 0)
        for sighting in alarming:
            yield context.rules[detector.rule].finding(
                _message(environment, detector, sighting, allowed),
                Place(object=sighting.place),
                (environment.name, sighting.place),
                blocking=total > allowed,
            )


def _message(
    environment: EnvironmentFacts, detector: DetectorFacts, sighting: Sighting, allowed: int
) -> str:
    found, column = sighting.found, sighting.column
    reserved = f", {found.reserved:,} reserved ones left out" if found.reserved else ""
    tolerated = f"; the budget of `{environment.name}` is {allowed:,}" if allowed else ""
    return (
        f"{sighting.place} in `{environment.name}` holds {found.valid:,} {detector.noun} in "
        f"{column.values:,} values{reserved}: {', '.join(found.previews)}{tolerated}"
    )


def _self_test(detectors: Iterable[DetectorFacts]) -> Iterator[Failure]:
    listed = tuple(detectors)
    if not listed:
        yield Failure("no detector took part in the scan", _SELF_TEST_STEP)
    for detector in listed:
        if detector.mistaken or not detector.planted:
            yield Failure(
                f"the detector `{detector.id}` took {detector.mistaken} of {detector.planted} "
                "planted values for something else",
                _SELF_TEST_STEP,
            )


def _checked(facts: StagingEvidence) -> tuple[str, ...]:
    if not was_read(facts):
        return ()
    planted = sum(detector.planted for detector in facts.detectors)
    lines = [line for environment in facts.environments for line in ledger(environment)]
    for environment in facts.environments:
        lines += _by_chance(environment, facts.detectors)
    lines.append(f"{planted} planted values, to test {len(facts.detectors)} detectors")
    lines.append(f"read and scanned with {', '.join(facts.tools)}")
    return tuple(lines)


def _by_chance(environment: EnvironmentFacts, detectors: Iterable[DetectorFacts]) -> Iterator[str]:
    for detector in detectors:
        for sighting in sightings(environment, detector):
            if explained_by_chance(sighting.found, detector):
                yield (
                    f"{sighting.place}: {sighting.found.valid:,} of {sighting.found.matches:,} "
                    f"look like {detector.noun}, as many as chance gives: not judged as such"
                )


def _summary(facts: StagingEvidence, findings: tuple[Finding, ...]) -> str:
    names = ", ".join(environment.name for environment in facts.environments)
    blocking = [finding for finding in findings if finding.blocking]
    if not was_read(facts):
        return ""
    if not blocking:
        return f"no production data found in {names}"
    places = list(dict.fromkeys(str(finding.where) for finding in blocking))
    more = f" and {len(places) - 3} more columns" if len(places) > 3 else ""  # noqa: PLR2004 (three are enough for one line)
    return f"{names} holds what looks like production data in {', '.join(places[:3])}{more}"


def _next_steps(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        if finding.blocking:
            yield f"{finding.where}: {finding.fix}"
