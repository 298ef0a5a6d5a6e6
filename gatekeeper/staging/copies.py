"""Does an environment share more with production than chance gives?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatekeeper.core.fields import format_duration
from gatekeeper.core.model import Failure
from gatekeeper.staging.facts import (
    ColumnFacts,
    Comparison,
    EnvironmentFacts,
    FingerprintFacts,
    SharedFacts,
)
from gatekeeper.staging.fingerprints.fingerprint import ColumnPrint
from gatekeeper.staging.fingerprints.overlap import Repeats, expected, is_telling
from gatekeeper.staging.settings import EnvironmentSettings

_AGAIN = "make it again on the production side: gatekeeper staging fingerprint"
_COLLECT = "collect the evidence again under this policy"
_CLOCKS_DIFFER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Copy:
    """Values of production in one column of staging.

    Attributes:
        place: `store/object/column`.
        column: of staging.
        shared: with which column of production, and how many values.
        by_chance: how many two such columns share by chance, at most.
    """

    place: str
    column: ColumnFacts
    shared: SharedFacts
    by_chance: float

    def __str__(self) -> str:
        return (
            f"{self.place} holds {self.shared.values:,} values that stand in production's "
            f"{self.shared.production} (chance gives at most {self.by_chance:.2g})"
        )


def copies(environment: EnvironmentFacts) -> tuple[Copy, ...]:
    """Return the columns that chance does not explain, each with its closest of production."""
    return tuple(max(found, key=_closeness) for found in _copied(environment) if found)


def _closeness(copy: Copy) -> float:
    return copy.shared.values - copy.by_chance


def _copied(environment: EnvironmentFacts) -> Iterator[list[Copy]]:
    production = _production(environment.fingerprint)
    comparable = list(_comparable(environment))
    comparisons = len(comparable) * len(production)
    for place, column, comparison in comparable:
        yield [
            Copy(place, column, shared, by_chance)
            for shared in comparison.shared
            for by_chance in [expected(comparison.repeats, _repeats(production[shared.production]))]
            if is_telling(
                *(shared.values, by_chance, comparisons),
                random=production[shared.production].random,
            )
        ]


def _production(fingerprint: FingerprintFacts | None) -> Mapping[str, ColumnPrint]:
    return {column.name: column for column in fingerprint.columns} if fingerprint else {}


def _comparable(environment: EnvironmentFacts) -> Iterator[tuple[str, ColumnFacts, Comparison]]:
    for place, column in _scanned(environment):
        if column.comparison and column.comparison.repeats.values:
            yield place, column, column.comparison


def _repeats(column: ColumnPrint) -> Repeats:
    return Repeats(column.values, column.distinct, column.pairs, random=column.random)


def failures(
    environment: EnvironmentFacts, settings: EnvironmentSettings, now: datetime
) -> Iterator[Failure]:
    """Yield why the comparison that the policy asks for does not hold."""
    if settings.canaries:
        yield from _of_canaries(environment)
    found = environment.fingerprint
    if (found.path if found else None) != settings.fingerprint:
        yield Failure(f"`{environment.name}` was compared with another fingerprint", _COLLECT)
    elif found:
        yield from _of_fingerprint(environment, found, settings.fingerprint_max_age, now)


def _of_canaries(environment: EnvironmentFacts) -> Iterator[Failure]:
    if fault := environment.no_canaries:
        yield Failure(f"{environment.name}: {fault.reason}", fault.next_step)
        return
    for place, column in _scanned(environment):
        if column.canaries is None:
            yield Failure(f"{place} was read and no canary looked for", _COLLECT)


def _scanned(environment: EnvironmentFacts) -> Iterator[tuple[str, ColumnFacts]]:
    for store, item in ((s, i) for s in environment.stores for i in s.objects):
        for column in item.columns:
            if item.state == "read" and column.was_scanned:
                yield f"{store.name}/{item.name}/{column.name}", column


def _of_fingerprint(
    environment: EnvironmentFacts, found: FingerprintFacts, max_age: timedelta, now: datetime
) -> Iterator[Failure]:
    name = environment.name
    if found.fault:
        yield Failure(f"{name}: {found.fault.reason}", found.fault.next_step)
        return
    if found.created_at is None:
        yield Failure(f"{name}: {found.path} does not say when it was made", _AGAIN)
    elif found.created_at > now + _CLOCKS_DIFFER:
        made = f"{found.created_at:%Y-%m-%d %H:%M} UTC"
        yield Failure(f"{name}: {found.path} says that it was made later than now, {made}", _AGAIN)
    elif now - found.created_at > max_age:
        age, limit = format_duration(now - found.created_at), format_duration(max_age)
        yield Failure(f"{name}: {found.path} is {age} old, and the policy allows {limit}", _AGAIN)
    if not found.columns:
        yield Failure(f"{name}: {found.path} holds no value of production", _AGAIN)
    yield from _not_compared(environment)


def _not_compared(environment: EnvironmentFacts) -> Iterator[Failure]:
    """What was read must have been compared, too."""
    for place, column in _scanned(environment):
        if not column.comparison:
            yield Failure(f"{place} was read and not compared with production", _COLLECT)


def caught(environment: EnvironmentFacts) -> Iterator[tuple[str, int]]:
    """Yield each column that holds canaries, and how many of its cells do."""
    for place, column in _scanned(environment):
        if column.canaries:
            yield place, column.canaries


def account(environment: EnvironmentFacts) -> Iterator[str]:
    """Yield what was compared with what."""
    looked = sum(column.canaries is not None for _, column in _scanned(environment))
    if looked:
        yield f"{environment.name}: {looked} columns searched for canaries of production"
    found = environment.fingerprint
    if found and found.created_at:
        compared = len(list(_comparable(environment)))
        values = sum(column.distinct for column in found.columns)
        yield (
            f"{environment.name}: {compared} columns compared with {values:,} values of "
            f"{len(found.columns)} columns of {', '.join(found.sources)}, read on "
            f"{found.created_at:%Y-%m-%d %H:%M} UTC ({found.left_out} columns that tell nothing "
            "left out)"
        )
