"""Asks what is known of every version: the service, or the folder of advisories."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import filterfalse

from gatekeeper.core.errors import GatekeeperError
from gatekeeper.core.gate import Request
from gatekeeper.scan.dependencies.facts import Database, Problem, Skipped, Vulnerability
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.dependencies.source import Source, opened, worst
from gatekeeper.scan.scanners import pip_audit
from gatekeeper.scan.scanners.interface import in_words
from gatekeeper.scan.scanners.pip_audit import Known, Matched


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking; `problems` say why nothing did."""

    tool: str = ""
    judged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()
    database: Database | None = None
    problems: tuple[Problem, ...] = ()


def ask(
    request: Request[DependencySettings], versions: list[tuple[str, str]], deadline: float
) -> Asked:
    """Ask for each version, as a name and a version; a source that cannot answer is a problem."""
    if not versions:
        return Asked()
    many = "s" * (len(versions) != 1)
    request.progress(f"asking for advisories on {len(versions)} version{many}")
    try:
        return _answered(request, versions, deadline)
    except GatekeeperError as error:
        return Asked(problems=(Problem(error.reason, error.next_step),))


def _answered(
    request: Request[DependencySettings], versions: list[tuple[str, str]], deadline: float
) -> Asked:
    with opened(request, deadline) as source:
        answers = pip_audit.audit(
            versions,
            osv_url=source.url,
            environment=request.environment,
            seconds=deadline - time.monotonic(),
        )
    judged = filterfalse(_is_skipped, answers)
    skipped = filter(_is_skipped, answers)
    return Asked(
        tool=pip_audit.tool(),
        judged=tuple(sorted(f"{answer.name}=={answer.version}" for answer in judged)),
        skipped=tuple(Skipped(answer.name, answer.skipped) for answer in skipped),
        vulnerabilities=tuple(_vulnerabilities(answers, source)),
        database=source.database,
    )


def _is_skipped(answer: Matched) -> bool:
    return bool(answer.skipped)


def _vulnerabilities(answers: Iterable[Matched], source: Source) -> Iterator[Vulnerability]:
    for answer in answers:
        for known in answer.advisories:
            yield _vulnerability(answer, known, source)


def _vulnerability(answer: Matched, known: Known, source: Source) -> Vulnerability:
    return Vulnerability(
        name=answer.name,
        version=answer.version,
        id=known.id,
        aliases=tuple(sorted(known.aliases)),
        fixed_in=known.fix_versions,
        severity=worst(map(source.severities.get, (known.id, *known.aliases))),
        summary=in_words(known.description)[:200],
    )
