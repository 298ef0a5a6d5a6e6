"""One store, from its URL to its lines of the coverage ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.core.errors import EvidenceError, GatekeeperError, NotAuthorisedError
from gatekeeper.core.references import resolve
from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.engines import local
from gatekeeper.staging.facts import ColumnFacts, Detection, Fault, ObjectFacts, StoreFacts
from gatekeeper.staging.masking import masked
from gatekeeper.staging.scan import ColumnCounts, scan
from gatekeeper.staging.settings import StoreSettings
from gatekeeper.staging.stores import STORES
from gatekeeper.staging.stores.address import Address, parse_address
from gatekeeper.staging.stores.interface import Column, Session, StoreObject

if TYPE_CHECKING:
    import pyarrow as pa

_DEFINITION = Column("(definition)", "text")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the stores of one environment.

    Attributes:
        detectors: what to look for; what the policy allows counts as reserved.
        root: where relative paths start.
        environment: variables that URLs name. Secrets.
        remaining: seconds that are left.
        progress: tells the user.
    """

    detectors: tuple[Detector, ...]
    root: Path
    environment: Mapping[str, str]
    remaining: Callable[[], float]
    progress: Callable[[str], None]

    def store(self, index: int, settings: StoreSettings) -> StoreFacts:
        """Read one store; whatever goes wrong becomes part of the facts."""
        facts = StoreFacts(index, settings.name or f"store-{index + 1}", "")
        try:
            address = self._address(settings)
        except GatekeeperError as error:
            return replace(facts, fault=_fault(error))
        name = settings.name or masked(address.name, self.detectors)
        facts = replace(facts, name=name, url=masked(address.shown, self.detectors))
        try:
            with STORES[address.scheme](address, self.root, self.remaining) as session:
                facts = replace(facts, server=session.server)
                return replace(facts, objects=tuple(self._objects(session, settings, name)))
        except GatekeeperError as error:
            return replace(facts, fault=_fault(error))

    def _address(self, settings: StoreSettings) -> Address:
        try:
            url = resolve(settings.url, self.environment)
        except KeyError as error:
            variable = error.args[0]
            raise EvidenceError(
                f"the environment variable {variable} is not set", f"set {variable}"
            ) from None
        return parse_address(url, STORES)

    def _objects(
        self, session: Session, settings: StoreSettings, store: str
    ) -> Iterator[ObjectFacts]:
        listed = session.objects()
        for number, item in enumerate(listed, 1):
            known = replace(item, name=masked(item.name, self.detectors))
            self.progress(f"{store}/{known.name} ({number} of {len(listed)})")
            yield self._object(session, known, settings)

    def _object(self, session: Session, item: StoreObject, settings: StoreSettings) -> ObjectFacts:
        facts = ObjectFacts(item.name, item.kind, "read")
        if exclusion := settings.exclusion(item.name):
            return replace(facts, state="excluded", reason=exclusion.reason)
        if item.accounted:
            columns = self._definition(item)
            return replace(facts, state="accounted", reason=item.accounted, columns=columns)
        if item.unread:
            return replace(facts, state="unread", reason=item.unread, next_step=item.next_step)
        try:
            return self._read(session, item, settings, facts)
        except GatekeeperError as error:
            return replace(facts, state="unread", reason=error.reason, next_step=error.next_step)

    def _read(
        self, session: Session, item: StoreObject, settings: StoreSettings, facts: ObjectFacts
    ) -> ObjectFacts:
        columns = {column.name: self._column(item, column, settings) for column in item.columns}
        wanted = [column for column in item.columns if columns[column.name].state == "read"]
        counted = session.count(item)
        if not wanted:
            return replace(facts, counted=counted, columns=tuple(columns.values()))
        batches = self._timely(session.read(item, wanted))
        counts = local.run(batches, partial(scan, detectors=self.detectors))
        for name, found in counts.columns.items():
            columns[name] = self._counted(columns[name], found)
        return replace(facts, counted=counted, rows=counts.rows, columns=tuple(columns.values()))

    def _column(self, item: StoreObject, column: Column, settings: StoreSettings) -> ColumnFacts:
        facts = ColumnFacts(masked(column.name, self.detectors), column.type, "read")
        if exclusion := settings.exclusion(f"{item.name}/{facts.name}"):
            return replace(facts, state="excluded", reason=exclusion.reason)
        if column.unread:
            return replace(facts, state="unread", reason=column.unread, next_step=column.next_step)
        return facts

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
        counts = scan(batch, self.detectors)
        known = ColumnFacts(_DEFINITION.name, _DEFINITION.type, "read")
        return (self._counted(known, counts.columns[_DEFINITION.name]),)

    def _counted(self, facts: ColumnFacts, counts: ColumnCounts) -> ColumnFacts:
        detections = tuple(
            Detection(d.id, h.matches, h.plausible, h.valid, h.reserved, h.previews)
            for d, h in zip(self.detectors, counts.hits, strict=True)
            if h.matches
        )
        return replace(
            facts,
            values=counts.values,
            undecodable=counts.undecodable,
            detections=detections,
        )


def _fault(error: GatekeeperError) -> Fault:
    return Fault(error.reason, error.next_step, isinstance(error, NotAuthorisedError))
