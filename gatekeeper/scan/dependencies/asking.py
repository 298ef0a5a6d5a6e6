"""Asks what is known of every version: a database on this machine, or the service."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import chain, filterfalse
from operator import attrgetter
from typing import Any

from gatekeeper import __version__
from gatekeeper.core.errors import GatekeeperError
from gatekeeper.core.gate import Request
from gatekeeper.scan.dependencies.database.ecosystems import ECOSYSTEMS, NPM, Ecosystem
from gatekeeper.scan.dependencies.facts import (
    Database,
    Pin,
    Problem,
    Remedy,
    Skipped,
    Unjudged,
    Vulnerability,
    exact,
)
from gatekeeper.scan.dependencies.merging import grouped, merged, named
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.dependencies.source import Source, opened
from gatekeeper.scan.dependencies.versions import later
from gatekeeper.scan.scanners import pip_audit
from gatekeeper.scan.scanners.interface import in_words
from gatekeeper.scan.scanners.pip_audit import Known, Matched

_ALL = tuple(ECOSYSTEMS.values())
_NPM_SYNC = "run `gatekeeper advisories sync --ecosystem npm`, or say under `unjudged` why not"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking; `problems` say why nothing did."""

    tool: str = ""
    judged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    databases: tuple[Database, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    problems: tuple[Problem, ...] = ()


def ask(
    request: Request[DependencySettings], pins: Iterable[Pin], deadline: float
) -> tuple[Asked, ...]:
    """Ask for each version, one ecosystem after the other; what cannot answer is a problem."""
    known = list(pins)
    parts = ((one, [pin for pin in known if pin.ecosystem == one.key]) for one in _ALL)
    return tuple(_attempt(request, one, pins, deadline) for one, pins in parts if pins)


def joined(answers: Sequence[Asked]) -> Asked:
    """Return the answers of all ecosystems as one."""

    def every(name: str) -> tuple[Any, ...]:
        return tuple(chain.from_iterable(map(attrgetter(name), answers)))

    tools = dict.fromkeys(answer.tool for answer in answers if answer.tool)
    names = [field.name for field in fields(Asked) if field.name != "tool"]
    return Asked(tool=" and ".join(tools), **{name: every(name) for name in names})


def _attempt(
    request: Request[DependencySettings],
    ecosystem: Ecosystem,
    pins: Sequence[Pin],
    deadline: float,
) -> Asked:
    versions = sorted({(pin.name, pin.version) for pin in pins})
    many = "s" * (len(versions) != 1)
    request.progress(f"asking for advisories on {len(versions)} version{many}")
    try:
        with opened(request, ecosystem, deadline) as source:
            if source:
                return _matched(source, versions)
            if ecosystem is NPM:
                return Asked(unjudged=tuple(_without_database(pins)))
            return _served(request, versions, deadline)
    except GatekeeperError as error:
        return Asked(problems=(Problem(error.reason, error.next_step),))


def _without_database(pins: Iterable[Pin]) -> Iterator[Unjudged]:
    for path in dict.fromkeys(pin.path for pin in pins):
        yield Unjudged(path, NPM.key, "no database of npm advisories is on this machine", _NPM_SYNC)


def _matched(source: Source, versions: Sequence[tuple[str, str]]) -> Asked:
    """Match every version against a database on this machine."""
    flaws: list[Vulnerability] = []
    remedies: list[Remedy] = []
    for name, version in versions:
        found = [*_flaws(source, name, version)]
        flaws += found
        remedies += _remedy(source, name, version, found)
    return Asked(
        tool=f"gatekeeper {__version__}",
        judged=tuple(exact(source.index.ecosystem.key, *one) for one in versions),
        vulnerabilities=tuple(flaws),
        remedies=tuple(remedies),
        databases=(source.database,),
    )


def _flaws(source: Source, name: str, version: str) -> Iterator[Vulnerability]:
    for group in grouped(source.index.affecting(name, version)):
        yield merged(name, version, group, source.index.ecosystem)


def _remedy(
    source: Source, name: str, version: str, flaws: Iterable[Vulnerability]
) -> Iterator[Remedy]:
    """Yield the first version that mends something and falls under nothing itself."""
    fixes = (text for flaw in flaws for text in flaw.fixed_in)
    for candidate in later(version, fixes, source.index.ecosystem.version):
        if not source.index.affecting(name, candidate):
            yield Remedy(f"{name}@{version}", candidate)
            return


def _served(
    request: Request[DependencySettings], versions: Sequence[tuple[str, str]], deadline: float
) -> Asked:
    """Let pip-audit ask the service."""
    answers = pip_audit.audit(
        versions,
        osv_url=None,
        environment=request.environment,
        seconds=deadline - time.monotonic(),
    )
    judged = filterfalse(_is_skipped, answers)
    skipped = filter(_is_skipped, answers)
    return Asked(
        tool=pip_audit.tool(),
        judged=tuple(sorted(f"{answer.name}=={answer.version}" for answer in judged)),
        skipped=tuple(Skipped(answer.name, answer.skipped) for answer in skipped),
        vulnerabilities=tuple(_vulnerabilities(answers)),
    )


def _is_skipped(answer: Matched) -> bool:
    return bool(answer.skipped)


def _vulnerabilities(answers: Iterable[Matched]) -> Iterator[Vulnerability]:
    for answer in answers:
        for known in answer.advisories:
            yield _vulnerability(answer, known)


def _vulnerability(answer: Matched, known: Known) -> Vulnerability:
    first, others = named((known.id, *known.aliases))
    return Vulnerability(
        name=answer.name,
        version=answer.version,
        id=first,
        aliases=others,
        fixed_in=known.fix_versions,
        severity=None,
        summary=in_words(known.description)[:200],
    )
