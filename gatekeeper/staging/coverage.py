"""The coverage ledger: listed = read fully + accounted for + excluded by policy + unread.

Unread is a failure. So is evidence that does not fit the policy: an exclusion that the policy
does not make, or a store that it names and nobody read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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
from gatekeeper.staging.settings import EnvironmentSettings, StagingSettings, StoreSettings

_AGAIN = "collect the evidence again under this policy"
_EXCLUDE = "or exclude it in the policy with a reason"


def was_read(facts: StagingEvidence) -> bool:
    """Tell whether a single value was read anywhere."""
    return any(
        column.values and column.state == "read"
        for environment in facts.environments
        for store in environment.stores
        for item in store.objects
        if item.state == "read"
        for column in item.columns
    )


def failures_of(facts: StagingEvidence, settings: StagingSettings) -> Iterator[Failure]:
    """Yield a failure for everything that is not accounted for."""
    if not facts.environments:
        yield Failure("no environment was read", _AGAIN)
    for environment in facts.environments:
        declared = settings.environments.get(environment.name)
        if declared is None:
            yield Failure(f"the policy declares no environment `{environment.name}`", _AGAIN)
        else:
            yield from _environment(environment, declared)


def _environment(facts: EnvironmentFacts, declared: EnvironmentSettings) -> Iterator[Failure]:
    if sorted(facts.allowed_domains) != sorted(declared.allow.email_domains):
        yield Failure(f"`{facts.name}` was scanned with other allowed domains", _AGAIN)
    if [store.index for store in facts.stores] != list(range(len(declared.stores))):
        yield Failure(f"not every store of `{facts.name}` is in the evidence", _AGAIN)
        return
    for store, settings in zip(facts.stores, declared.stores, strict=True):
        yield from _store(f"{facts.name}: {store.name}", store, settings)


def _store(name: str, store: StoreFacts, settings: StoreSettings) -> Iterator[Failure]:
    if store.fault:
        fault = store.fault
        where = f" ({store.url})" if store.url else ""
        yield Failure(f"{name}{where}: {fault.reason}", fault.next_step, fault.unauthorised)
        return
    if not any(item.rows for item in store.objects):
        listed = f"{len(store.objects)} objects and not one row" if store.objects else "nothing"
        yield Failure(
            f"{name} ({store.url}) was read and holds {listed}",
            "look whether this is the right database; where it is, fill it before the release",
        )
    for item in store.objects:
        yield from _object(f"{name}/{item.name}", item, settings)


def _object(name: str, item: ObjectFacts, settings: StoreSettings) -> Iterator[Failure]:
    if item.state == "unread":
        yield _unread(name, item.reason, item.next_step)
    elif item.state == "excluded" and not settings.exclusion(item.name):
        yield Failure(f"{name} was left out, and the policy does not exclude it", _AGAIN)
    elif item.state == "read":
        yield from _rows(name, item)
        for column in item.columns:
            yield from _column(f"{name}/{column.name}", item, column, settings)


def _rows(name: str, item: ObjectFacts) -> Iterator[Failure]:
    """What the server counted must have been read, unless no column was to be read at all."""
    if item.counted != item.rows and any(column.state == "read" for column in item.columns):
        reason = f"{item.rows:,} of {item.counted:,} rows were read"
        yield _unread(name, reason, "scan again when nothing writes to it")


def _column(
    name: str, item: ObjectFacts, column: ColumnFacts, settings: StoreSettings
) -> Iterator[Failure]:
    if column.state == "unread":
        yield _unread(name, column.reason, column.next_step)
    elif column.state == "excluded" and not settings.exclusion(f"{item.name}/{column.name}"):
        yield Failure(f"{name} was left out, and the policy does not exclude it", _AGAIN)
    elif column.undecodable:
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
    words: dict[State, str] = {
        "read": "read fully",
        "accounted": "accounted for",
        "excluded": "excluded by policy",
        "unread": "unread",
    }
    parts = [f"{states[state]} {words[state]}" for state in words if states[state]]
    rows = sum(item.rows for item in store.objects)
    return (
        f"{environment}: {store.url} ({store.server}): {len(store.objects)} objects listed = "
        f"{' + '.join(parts)}; {rows:,} rows"
    )


def _line(item: ObjectFacts) -> str:
    if item.state != "read":
        return f"{item.state}: {item.reason}"
    columns = Counter(column.state for column in item.columns)
    parts = [
        f"{item.rows:,} of {item.counted:,} rows",
        f"{columns['read']} of {len(item.columns)} columns",
        *(f"{c.name} excluded: {c.reason}" for c in item.columns if c.state == "excluded"),
    ]
    if 0 < item.rows == item.counted and not _valid(item):
        bound = leak_rate_bound(item.rows)
        parts.append(f"nothing found: leak rate < {bound:.2g} at 95 %")
    return ", ".join(parts)


def _valid(item: ObjectFacts) -> int:
    return sum(found.valid for column in item.columns for found in column.detections)
