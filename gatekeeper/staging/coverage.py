"""The coverage ledger: listed = read fully + accounted for + excluded by policy + unread.

Unread is a failure. So is evidence that does not fit the policy: an exclusion that the policy
does not make, or a store that it names and nobody read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gatekeeper.core.model import Failure
from gatekeeper.staging.chance import leak_rate_bound
from gatekeeper.staging.facts import (
    ColumnFacts,
    EnvironmentFacts,
    ObjectFacts,
    StagingEvidence,
    State,
    StoreFacts,
)
from gatekeeper.staging.settings import (
    EnvironmentSettings,
    Exclusion,
    StagingSettings,
    StoreSettings,
)

_AGAIN = "collect the evidence again under this policy"
_EXCLUDE = "or exclude it in the policy with a reason"
_WORDS: Mapping[State, str] = {
    "read": "read fully",
    "accounted": "accounted for",
    "excluded": "excluded by policy",
    "unread": "unread",
}


def failures_of(facts: StagingEvidence, settings: StagingSettings) -> Iterator[Failure]:
    """Yield a failure for everything that is not accounted for."""
    if not facts.environments:
        yield Failure("no environment was read", _AGAIN)
    for environment in facts.environments:
        yield from _environment(environment, settings.environments.get(environment.name))


def _environment(
    facts: EnvironmentFacts, declared: EnvironmentSettings | None
) -> Iterator[Failure]:
    if declared is None:
        yield Failure(f"the policy declares no environment `{facts.name}`", _AGAIN)
    else:
        yield from _stores(facts, declared)


def _stores(facts: EnvironmentFacts, declared: EnvironmentSettings) -> Iterator[Failure]:
    if sorted(facts.allowed_domains) != sorted(declared.allow.email_domains):
        yield Failure(f"`{facts.name}` was scanned with other allowed domains", _AGAIN)
    if [store.index for store in facts.stores] != list(range(len(declared.stores))):
        yield Failure(f"not every store of `{facts.name}` is in the evidence", _AGAIN)
        return
    for store, settings in zip(facts.stores, declared.stores, strict=True):
        yield from _store(f"{facts.name}: {store.name}", store, settings)


def _store(name: str, store: StoreFacts, settings: StoreSettings) -> Iterator[Failure]:
    where = f" ({store.url})" if store.url else ""
    if fault := store.fault:
        yield Failure(f"{name}{where}: {fault.reason}", fault.next_step, fault.unauthorised)
        return
    if not store.rows:
        yield _empty(f"{name}{where}", store.objects)
    for item in store.objects:
        yield from _object(f"{name}/{item.name}", item, settings)


def _empty(name: str, objects: Sequence[ObjectFacts]) -> Failure:
    if objects and all(item.state == "excluded" for item in objects):
        return Failure(
            f"{name} was not read: the policy excludes everything in it",
            "exclude only what cannot hold personal data, or leave the store out",
        )
    many = "s" * (len(objects) != 1)
    listed = f"{len(objects)} object{many} and not one row" if objects else "nothing"
    return Failure(
        f"{name} was read and holds {listed}",
        "look whether this is the right database; where it is, fill it before the release",
    )


def _object(name: str, item: ObjectFacts, settings: StoreSettings) -> Iterator[Failure]:
    yield from _left_out(name, item, settings.exclusion(item.name))
    if item.state == "read":
        yield from _rows(name, item)
        yield from _columns(name, item, settings)


def _columns(name: str, item: ObjectFacts, settings: StoreSettings) -> Iterator[Failure]:
    for column in item.columns:
        exclusion = settings.exclusion(f"{item.name}/{column.name}")
        yield from _left_out(f"{name}/{column.name}", column, exclusion)
        yield from _undecoded(f"{name}/{column.name}", column)


def _left_out(
    name: str, part: ObjectFacts | ColumnFacts, exclusion: Exclusion | None
) -> Iterator[Failure]:
    """What was not read must be excluded by the policy."""
    if part.state == "unread":
        yield _unread(name, part.reason, part.next_step)
    if part.state == "excluded" and not exclusion:
        yield Failure(f"{name} was left out, and the policy does not exclude it", _AGAIN)


def _rows(name: str, item: ObjectFacts) -> Iterator[Failure]:
    """What the server counted must have been read, unless no column was to be read at all."""
    if item.counted != item.rows and item.of_state("read"):
        reason = f"{item.rows:,} of {item.counted:,} rows were read"
        yield _unread(name, reason, "scan again when nothing writes to it")


def _undecoded(name: str, column: ColumnFacts) -> Iterator[Failure]:
    if column.undecodable:
        reason = f"{column.undecodable:,} of {column.values:,} values are no text"
        yield _unread(name, reason, "store them as text where they are text")


def _unread(name: str, reason: str, next_step: str) -> Failure:
    step = next_step if "exclude" in next_step else f"{next_step}, {_EXCLUDE}"
    return Failure(f"{name} was not read in full: {reason}", f"{name}: {step}")


def ledger(environment: EnvironmentFacts) -> Iterator[str]:
    """Yield a line for each store, and one for each object in it."""
    for store in environment.stores:
        if not store.fault:
            yield _balance(environment.name, store)
            for item in store.objects:
                yield f"{store.name}/{item.name}: {_line(item)}"


def _balance(environment: str, store: StoreFacts) -> str:
    states = Counter(item.state for item in store.objects)
    parts = (f"{states[state]} {word}" for state, word in _WORDS.items() if states[state])
    return (
        f"{environment}: {store.url} ({store.server}): {len(store.objects)} objects listed = "
        f"{' + '.join(parts)}; {store.rows:,} rows"
    )


def _line(item: ObjectFacts) -> str:
    return ", ".join(_account(item)) if item.state == "read" else f"{item.state}: {item.reason}"


def _account(item: ObjectFacts) -> Iterator[str]:
    yield f"{item.rows:,} of {item.counted:,} rows"
    yield f"{len(item.of_state('read'))} of {len(item.columns)} columns"
    yield from (f"{c.name} excluded: {c.reason}" for c in item.of_state("excluded"))
    if item.was_found_clean:
        yield f"nothing found: leak rate < {leak_rate_bound(item.rows):.2g} at 95 %"
