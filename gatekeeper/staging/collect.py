"""Read every store of the environments that are asked for: the only I/O of this gate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.gate import Request
from gatekeeper.core.hints import did_you_mean
from gatekeeper.staging.detectors import Detector, parse_detectors
from gatekeeper.staging.facts import EnvironmentFacts, StagingEvidence, StoreFacts
from gatekeeper.staging.reader import Reader
from gatekeeper.staging.selftest import self_test
from gatekeeper.staging.settings import EnvironmentSettings, StagingSettings

_TOOLS = ("pyarrow", "adbc-driver-sqlite", "adbc-driver-postgresql", "python-stdnum")


def collect(request: Request[StagingSettings]) -> StagingEvidence:
    """Scan the environment that the command line names, or else every declared one.

    Raises:
        UsageError: the environment is not declared.
        EvidenceError: none is declared, or the detectors cannot be used.
    """
    chosen = _chosen(request.settings.environments, request.options.environment)
    detectors = _detectors(request.rules / "staging" / "detectors")
    for name, environment in chosen.items():
        _refuse_unknown_budgets(name, environment.budget, detectors)
    remaining = _countdown(request.deadline)
    return StagingEvidence(
        tools=tuple(f"{tool} {version(tool)}" for tool in _TOOLS),
        detectors=self_test(detectors),
        environments=tuple(
            _environment(name, environment, detectors, request, remaining)
            for name, environment in chosen.items()
        ),
    )


def _environment(
    name: str,
    settings: EnvironmentSettings,
    detectors: Iterable[Detector],
    request: Request[StagingSettings],
    remaining: Callable[[], float],
) -> EnvironmentFacts:
    allowed = tuple(sorted(settings.allow.email_domains))
    reader = Reader(
        detectors=tuple(d.allowing(allowed) if d.id == "email" else d for d in detectors),
        root=request.root,
        environment=request.environment,
        remaining=remaining,
        progress=lambda text: request.progress(f"{name}: {text}"),
    )
    stores = tuple(reader.store(index, store) for index, store in enumerate(settings.stores))
    return EnvironmentFacts(name, allowed, tuple(_with_distinct_names(stores)))


def _with_distinct_names(stores: Iterable[StoreFacts]) -> Iterator[StoreFacts]:
    """Two databases may have one name; their findings must not."""
    seen: set[str] = set()
    for store in stores:
        name = store.name if store.name not in seen else f"{store.name}-{store.index + 1}"
        seen.add(name)
        yield replace(store, name=name)


def _chosen(
    declared: dict[str, EnvironmentSettings], asked: str | None
) -> dict[str, EnvironmentSettings]:
    if not declared:
        raise EvidenceError(
            "no environment is declared, so there is nothing to verify",
            "name its stores in the policy: gates: {staging: {environments: {staging: "
            '{stores: [{url: "${STAGING_DATABASE_URL}"}]}}}}',
        )
    if asked is None:
        return declared
    if asked not in declared:
        known = ", ".join(sorted(declared))
        raise UsageError(
            f"the policy declares no environment `{asked}`; it declares: {known}",
            f"{did_you_mean(asked, declared)}; or declare it under gates.staging.environments",
        )
    return {asked: declared[asked]}


def _detectors(folder: Path) -> tuple[Detector, ...]:
    return parse_detectors(
        {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yml")}
    )


def _refuse_unknown_budgets(
    environment: str, budget: Iterable[str], detectors: Iterable[Detector]
) -> None:
    known = [detector.id for detector in detectors]
    for name in budget:
        if name not in known:
            raise UsageError(
                f"environment `{environment}` has a budget for `{name}`, which no detector finds",
                did_you_mean(name, known),
            )


def _countdown(seconds: float) -> Callable[[], float]:
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()
