"""Read every store of the environments that are asked for: the only I/O of this gate."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version

from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.gate import Request
from gatekeeper.core.hints import did_you_mean
from gatekeeper.staging.detector_files import load_detectors
from gatekeeper.staging.facts import EnvironmentFacts, StagingEvidence, StoreFacts
from gatekeeper.staging.fingerprints.opened import canary_key, compared_with
from gatekeeper.staging.reader import Reader
from gatekeeper.staging.scan import Production
from gatekeeper.staging.selftest import self_test
from gatekeeper.staging.settings import EnvironmentSettings, StagingSettings

_TOOLS = ("pyarrow", "adbc-driver-sqlite", "adbc-driver-postgresql", "python-stdnum")

Environments = Mapping[str, EnvironmentSettings]


def collect(request: Request[StagingSettings]) -> StagingEvidence:
    """Scan the environment that the command line names, or else every declared one.

    Raises:
        UsageError: the environment is not declared.
        EvidenceError: none is declared, or the detectors cannot be used.
    """
    chosen = _chosen(request.settings.environments, request.options.environment)
    detectors = load_detectors(request.rules)
    _refuse_unknown_budgets(chosen, {detector.id for detector in detectors})
    reader = Reader(
        detectors=detectors,
        root=request.root,
        of_change=request.subject.base is not None,
        environment=request.environment,
        remaining=_countdown(request.deadline),
        progress=request.progress,
    )
    return StagingEvidence(
        tools=tuple(f"{tool} {version(tool)}" for tool in _TOOLS),
        detectors=self_test(detectors),
        environments=tuple(_environment(*item, reader, request) for item in chosen.items()),
    )


def _environment(
    name: str, settings: EnvironmentSettings, reader: Reader, request: Request[StagingSettings]
) -> EnvironmentFacts:
    allowed = tuple(sorted(settings.allow.email_domains))
    reader = reader.within(name, allowed)
    known, probe = None, None
    if settings.fingerprint:
        known, probe = compared_with(settings.fingerprint, reader.detectors, request)
    key, fault = canary_key(request) if settings.canaries else (None, None)
    reader = replace(reader, production=Production(probe, key))
    stores = tuple(reader.store(index, store) for index, store in enumerate(settings.stores))
    return EnvironmentFacts(name, allowed, tuple(_with_distinct_names(stores)), known, fault)


def _with_distinct_names(stores: Iterable[StoreFacts]) -> Iterator[StoreFacts]:
    """Two databases may have one name; their findings must not."""
    seen: set[str] = set()
    for store in stores:
        name = store.name if store.name not in seen else f"{store.name}-{store.index + 1}"
        seen.add(name)
        yield replace(store, name=name)


def _chosen(declared: Environments, asked: str | None) -> Environments:
    if not declared:
        raise EvidenceError(
            "no environment is declared, so there is nothing to verify",
            "name its stores in the policy: gates: {staging: {environments: {staging: "
            '{stores: [{url: "${STAGING_DATABASE_URL}"}]}}}}',
        )
    return declared if asked is None else {asked: _declared(declared, asked)}


def _declared(environments: Environments, asked: str) -> EnvironmentSettings:
    if asked in environments:
        return environments[asked]
    known = ", ".join(sorted(environments))
    raise UsageError(
        f"the policy declares no environment `{asked}`; it declares: {known}",
        f"{did_you_mean(asked, environments)}; or declare it under gates.staging.environments",
    )


def _refuse_unknown_budgets(environments: Environments, known: Collection[str]) -> None:
    for environment, settings in environments.items():
        for name in settings.budget.keys() - set(known):
            raise UsageError(
                f"environment `{environment}` has a budget for `{name}`, which no detector finds",
                did_you_mean(name, known),
            )


def _countdown(seconds: float) -> Callable[[], float]:
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()
