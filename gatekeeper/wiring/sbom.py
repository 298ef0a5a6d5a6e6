"""Builds a bill of materials of a tree, by its policy and on this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Request
from gatekeeper.core.model import Subject
from gatekeeper.scan.dependencies import asking, sbom
from gatekeeper.scan.dependencies.facts import Vulnerability
from gatekeeper.scan.dependencies.settings import DependencySettings
from gatekeeper.scan.dependencies.tree import Needed, surveyed
from gatekeeper.scan.gate import DEPENDENCIES
from gatekeeper.wiring import environment, policies, subjects

# Seconds for a service, where there is no database.
_ASKING = 300.0


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill, and what is missing from it."""

    text: str
    gaps: tuple[str, ...]


def bill(root: Path, at: datetime, *, vulnerabilities: bool) -> Bill:
    """Return the bill of a tree.

    Raises:
        EvidenceError: there is nothing to list, or the advisories cannot be asked.
    """
    subject = subjects.resolve(root, None, None)
    settings = policies.load(root, None, None).policy.settings[DEPENDENCIES.name]
    if not isinstance(settings, DependencySettings):
        raise TypeError(settings)
    needed = surveyed(root, settings.exclude)
    if needed.is_empty:
        reason = "there is no lock file and no project file, so there is nothing to list"
        raise EvidenceError(reason, "make a lock file with `uv lock` or `poetry lock`")
    flaws = _known(root, subject, settings, needed) if vulnerabilities else ()
    material = sbom.Material(needed, flaws, subject.repository, subject.commit, at)
    return Bill(sbom.write(material), tuple(dict.fromkeys(sbom.gaps(needed))))


def _known(
    root: Path, subject: Subject, settings: DependencySettings, needed: Needed
) -> tuple[Vulnerability, ...]:
    request = Request(
        subject=subject,
        settings=settings,
        root=root,
        rules=environment.rules_folder(),
        cache=environment.cache_folder(),
        environment=environment.slice_for(DEPENDENCIES, settings),
        deadline=_ASKING,
        progress=lambda _: None,
        cache_key=environment.cache_key(),
    )
    asked = asking.joined(asking.ask(request, needed.pins, time.monotonic() + _ASKING))
    if problem := next(iter(asked.problems), None):
        raise EvidenceError(problem.reason, problem.next_step)
    return asked.vulnerabilities
