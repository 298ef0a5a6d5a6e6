"""How bad an advisory is: CVSS vectors, the database's own grade, and what is known of attacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gatekeeper.core.model import Severity
from gatekeeper.scan.dependencies.database.record import Affected, Grade, Record

_GRADES = {
    "LOW": Severity.LOW,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}
# Reports of packages that were published to do harm: nobody grades them.
_MALICIOUS = "MAL-"
# The lowest score of each grade, as CVSS 3 and 4 say it; CVSS 2 is read by the same scale.
_SCALE = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))
_EXPLOITED = ("kev", "cisa_kev", "known_exploited", "exploited")
_PROBABILITY = ("score", "percentage", "probability", "epss")


@dataclass(frozen=True, slots=True)
class Danger:
    """What a record says of how bad it is.

    Attributes:
        severity: `low` … `critical`, or None when nobody has graded it.
        score: of CVSS, 0–10, the highest that is told, or None.
        epss: the probability that it is exploited within 30 days, 0–1, or None.
        exploited: True when it is known to be exploited.
    """

    severity: str | None = None
    score: float | None = None
    epss: float | None = None
    exploited: bool = False


def danger(record: Record, affected: Iterable[Affected]) -> Danger:
    """Return the worst of what the record says, of the whole or of one package."""
    parts = list(affected)
    vectors = (*record.severity, *(grade for part in parts for grade in part.severity))
    scores = list(filter(None, map(score_of, vectors)))
    told = [record.database_specific or {}, *(part.database_specific or {} for part in parts)]
    grades = [*map(graded, scores), *_named(told), *_malicious(record.id)]
    return Danger(
        severity=max(grades).label if grades else None,
        score=max(scores, default=None),
        epss=max(filter(None, map(_epss, told)), default=None),
        exploited=any(one.get(key) for one in told for key in _EXPLOITED),
    )


def score_of(grade: Grade) -> float | None:
    """Return the base score of a CVSS vector of any version; None for what is none."""
    import cvss  # type: ignore[import-untyped]

    vector = grade.score.strip()
    kinds = {"CVSS:3": cvss.CVSS3, "CVSS:4": cvss.CVSS4}
    kind = kinds.get(vector[:6], cvss.CVSS2)
    try:
        return float(kind(vector).base_score)
    except (cvss.exceptions.CVSSError, ValueError, ArithmeticError):
        return None


def graded(score: float) -> Severity:
    """Return the grade of a score."""
    return next((grade for least, grade in _SCALE if score >= least), Severity.LOW)


def _named(told: Iterable[Mapping[str, Any]]) -> Iterator[Severity]:
    for one in told:
        name = one.get("severity")
        if isinstance(name, str) and name.upper() in _GRADES:
            yield _GRADES[name.upper()]


def _malicious(name: str) -> list[Severity]:
    return [Severity.CRITICAL] if name.startswith(_MALICIOUS) else []


def _epss(told: Mapping[str, Any]) -> float | None:
    """Return the probability, written as a number or in a table, also as a text."""
    value = told.get("epss")
    if isinstance(value, dict):
        value = next((value[key] for key in _PROBABILITY if key in value), None)
    try:
        number = float(value) if isinstance(value, int | float | str) else -1.0
    except ValueError:
        return None
    return number if 0 <= number <= 1 else None
