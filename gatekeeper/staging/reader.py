"""One store, from its URL to its lines of the coverage ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gatekeeper.core.errors import EvidenceError, GatekeeperError, NotAuthorisedError
from gatekeeper.staging.counts import ColumnCounts, Counts
from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.engines import local
from gatekeeper.staging.facts import (
    ColumnFacts,
    Comparison,
    Detection,
    Fault,
    ObjectFacts,
    StoreFacts,
)
from gatekeeper.staging.fingerprints.match import Shared
from gatekeeper.staging.fingerprints.opened import compared
from gatekeeper.staging.masking import masked
from gatekeeper.staging.provenance import refuse_file_of_change
from gatekeeper.staging.scan import UNKNOWN, Production, scan
from gatekeeper.staging.settings import Exclusion, StoreSettings
from gatekeeper.staging.stores import STORES
from gatekeeper.staging.stores.address import Address, parse_address
from gatekeeper.staging.stores.interface import Column, Session, StoreObject
from gatekeeper.staging.variables import resolved

if TYPE_CHECKING:
    import pyarrow as pa

_DEFINITION = ColumnFacts("(definition)", "text", "read")

F = TypeVar("F", ObjectFacts, ColumnFacts)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the stores of one environment.

    Attributes:
        detectors: what to look for; what the policy allows counts as reserved.
        root: where relative paths start.
        of_change: the files under the root are those of a change that somebody proposes.
        environment: variables that URLs name. Secrets.
        remaining: seconds that are left.
        progress: tells the user.
        production: what to compare with.
    """

    detectors: tuple[Detector, ...]
    root: Path
    of_change: bool
    environment: Mapping[str, str]
    remaining: Callable[[], float]
    progress: Callable[[str], None]
    production: Production = UNKNOWN

    def within(self, environment: str, domains: Iterable[str]) -> Reader:
        """Return the reader of one environment, to which these e-mail domains belong."""
        own = tuple(d.allowing(domains) if d.id == "email" else d for d in self.detectors)
        return replace(
            self, detectors=own, progress=lambda text: self.progress(f"{environment}: {text}")
        )

    def store(self, index: int, settings: StoreSettings) -> StoreFacts:
        """Read one store; whatever goes wrong becomes part of the facts."""
        facts = StoreFacts(index, settings.name or f"store-{index + 1}", "")
        try:
            address = self._address(settings)
        except GatekeeperError as error:
            return replace(facts, fault=_fault(error))
        name = settings.name or self._masked(address.name)
        return self._opened(
            replace(facts, name=name, url=self._masked(address.shown)), address, settings
        )

    def _opened(self, facts: StoreFacts, address: Address, settings: StoreSettings) -> StoreFacts:
        try:
            if self.of_change:
                refuse_file_of_change(address, self.root)
            with STORES[address.scheme](address, self.root, self.remaining) as session:
                facts = replace(facts, server=session.server)
                return replace(facts, objects=tuple(self._objects(session, settings, facts.name)))
        except GatekeeperError as error:
            return replace(facts, fault=_fault(error))

    def _address(self, settings: StoreSettings) -> Address:
        return parse_address(resolved(settings.url, self.environment), STORES)

    def _objects(
        self, session: Session, settings: StoreSettings, store: str
    ) -> Iterator[ObjectFacts]:
        listed = session.objects()
        for number, item in enumerate(listed, 1):
            known = replace(item, name=self._masked(item.name))
            self.progress(f"{store}/{known.name} ({number} of {len(listed)})")
            yield self._object(session, known, settings)

    def _object(self, session: Session, item: StoreObject, settings: StoreSettings) -> ObjectFacts:
        facts = ObjectFacts(item.name, item.kind, "read")
        facts = _settled(facts, item, settings.exclusion(item.name))
        if facts.state != "read":
            return facts
        if item.accounted:
            columns = self._definition(item)
            return replace(facts, state="accounted", reason=item.accounted, columns=columns)
        try:
            return self._read(session, item, settings, facts)
        except GatekeeperError as error:
            return replace(facts, state="unread", reason=error.reason, next_step=error.next_step)

    def _read(
        self, session: Session, item: StoreObject, settings: StoreSettings, facts: ObjectFacts
    ) -> ObjectFacts:
        known = {column.name: self._column(item, column, settings) for column in item.columns}
        wanted = _wanted(item.columns, known)
        facts = replace(facts, counted=session.count(item))
        if wanted:
            batches = self._timely(session.read(item, wanted))
            look = partial(scan, detectors=self.detectors, production=self.production)
            counts = local.run(batches, look, Counts())
            facts = replace(facts, rows=counts.rows)
            known |= self._counted(known, counts)
        return replace(facts, columns=tuple(known.values()))

    def _column(self, item: StoreObject, column: Column, settings: StoreSettings) -> ColumnFacts:
        # the name of a type can be anything too, and a reason may quote it
        column = replace(column, unread=self._masked(column.unread))
        facts = ColumnFacts(self._masked(column.name), self._masked(column.type), "read")
        return _settled(facts, column, settings.exclusion(f"{item.name}/{facts.name}"))

    def _timely(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if self.remaining() <= 0:
                raise EvidenceError(
                    "the gate's time was up before it was read to its end",
                    "give the gate a longer deadline",
                )
            yield batch

    def _definition(self, item: StoreObject) -> tuple[ColumnFacts, ...]:
        import pyarrow as pa

        if not item.definition:
            return ()
        batch = pa.RecordBatch.from_pydict({_DEFINITION.name: [item.definition]})
        counted = self._counted({_DEFINITION.name: _DEFINITION}, scan(batch, self.detectors))
        return tuple(counted.values())

    def _counted(self, known: Mapping[str, ColumnFacts], counts: Counts) -> dict[str, ColumnFacts]:
        return {
            name: replace(
                known[name],
                values=column.values,
                undecodable=column.undecodable,
                detections=tuple(self._detections(column)),
                comparison=self._comparison(counts.shared.get(name)),
                canaries=counts.canaries.get(name),
            )
            for name, column in counts.columns.items()
        }

    def _comparison(self, shared: Shared | None) -> Comparison | None:
        probe = self.production.probe
        return compared(shared, probe.fingerprint) if shared and probe else None

    def _detections(self, counts: ColumnCounts) -> Iterator[Detection]:
        for detector, hits in zip(self.detectors, counts.hits, strict=True):
            if hits.matches:
                yield Detection(detector.id, **asdict(hits))

    def _masked(self, name: str) -> str:
        return masked(name, self.detectors)


def _settled(facts: F, listed: StoreObject | Column, exclusion: Exclusion | None) -> F:
    """Return the facts with the reason why this is not to be read, if there is one."""
    if exclusion:
        return replace(facts, state="excluded", reason=exclusion.reason)
    if listed.unread:
        return replace(facts, state="unread", reason=listed.unread, next_step=listed.next_step)
    return facts


def _wanted(columns: Iterable[Column], known: Mapping[str, ColumnFacts]) -> list[Column]:
    return [column for column in columns if known[column.name].state == "read"]


def _fault(error: GatekeeperError) -> Fault:
    return Fault(error.reason, error.next_step, isinstance(error, NotAuthorisedError))
