"""One finding for one weakness: databases write it down several times, under several ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from gatekeeper.core.model import Severity
from gatekeeper.scan.dependencies.database.ecosystems import Ecosystem
from gatekeeper.scan.dependencies.database.entry import Entry
from gatekeeper.scan.dependencies.facts import Vulnerability
from gatekeeper.scan.dependencies.versions import later

# What people search for first.
_KINDS = ("CVE-", "GHSA-", "PYSEC-", "MAL-")


def grouped(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Join the entries that share an id, directly or by way of others."""
    groups: list[list[Entry]] = []
    for entry in entries:
        ids = {entry.id, *entry.aliases}
        akin = [group for group in groups if not ids.isdisjoint(_ids(group))]
        groups = [group for group in groups if group not in akin]
        groups.append([*chain.from_iterable(akin), entry])
    return groups


def _ids(group: Iterable[Entry]) -> set[str]:
    return {name for entry in group for name in (entry.id, *entry.aliases)}


def named(ids: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Return the id that findings and waivers go by, and the others: the same from any source."""
    first, *others = sorted(set(ids), key=_rank)
    return first, tuple(sorted(others))


def _rank(name: str) -> tuple[int, str]:
    known = (place for place, kind in enumerate(_KINDS) if name.startswith(kind))
    return next(known, len(_KINDS)), name


def merged(name: str, version: str, group: Sequence[Entry], ecosystem: Ecosystem) -> Vulnerability:
    """Return one weakness of a version: the worst of what its records say."""
    first, others = named(_ids(group))
    fixes = chain.from_iterable(entry.fixed for entry in group)
    return Vulnerability(
        name=name,
        version=version,
        id=first,
        aliases=others,
        fixed_in=tuple(later(version, fixes, ecosystem.version)),
        severity=worst(entry.severity for entry in group),
        summary=next((entry.summary for entry in group if entry.summary), ""),
        ecosystem=ecosystem.key,
        score=highest(entry.score for entry in group),
        epss=highest(entry.epss for entry in group),
        exploited=any(entry.exploited for entry in group),
    )


def highest(numbers: Iterable[float | None]) -> float | None:
    """Return the highest number, or None when there is none."""
    return max((number for number in numbers if number is not None), default=None)


def worst(grades: Iterable[str | None]) -> str | None:
    """Return the worst grade, or None when there is none."""
    return max(filter(None, grades), key=lambda grade: Severity[grade.upper()], default=None)
