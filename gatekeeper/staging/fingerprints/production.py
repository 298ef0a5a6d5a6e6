"""Makes a fingerprint, on the production side: every store read whole, or nothing is written.

A fingerprint with a hole in it would let staging pass with what stands in the hole, so whatever
cannot be read must be excluded by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.core.errors import EvidenceError
from gatekeeper.staging.detectors import Detector
from gatekeeper.staging.engines import local
from gatekeeper.staging.fingerprints.columns import column_print
from gatekeeper.staging.fingerprints.fingerprint import (
    ColumnPrint,
    Fingerprint,
    Origin,
    fingerprint_of,
)
from gatekeeper.staging.fingerprints.keys import Keys
from gatekeeper.staging.fingerprints.tally import Tallies, tally
from gatekeeper.staging.fingerprints.values import reserved_of
from gatekeeper.staging.masking import masked
from gatekeeper.staging.settings import StoreSettings
from gatekeeper.staging.stores import STORES
from gatekeeper.staging.stores.address import parse_address
from gatekeeper.staging.stores.interface import Column, Session, StoreObject
from gatekeeper.staging.variables import resolved

if TYPE_CHECKING:
    import numpy as np

    Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]

_STEP = "let the role read it, or leave it out with --exclude 'OBJECT' or --exclude 'OBJECT/COLUMN'"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Production:
    """How production is read.

    Attributes:
        detectors: what they hold for reserved is left out.
        keys: of the fingerprint.
        root: where relative paths start.
        environment: variables that URLs name. Secrets.
        remaining: seconds that are left.
        progress: tells the user.
    """

    detectors: Sequence[Detector]
    keys: Keys
    root: Path
    environment: Mapping[str, str] = field(repr=False)
    remaining: Callable[[], float]
    progress: Callable[[str], None]

    def fingerprint(self, store: StoreSettings, now: datetime) -> Fingerprint:
        """Read a store and return its fingerprint.

        Args:
            store: its URL, and what is left out on purpose.
            now: UTC, before reading begins.

        Raises:
            GatekeeperError: the store cannot be read whole, or holds nothing that tells.
        """
        address = parse_address(resolved(store.url, self.environment), STORES)
        columns: list[ColumnPrint] = []
        hashes: dict[str, Words] = {}
        with STORES[address.scheme](address, self.root, self.remaining) as session:
            name = store.name or self._masked(address.name)
            for item in _readable(session, store, self._masked):
                for column, run in self._columns(session, item, store, name):
                    columns.append(column)
                    hashes[column.name] = run
        made = fingerprint_of(Origin(now, (self._masked(address.shown),)), columns, hashes)
        if not made.kept:
            raise EvidenceError(
                f"{address.shown} holds no column whose values tell where they come from",
                "look whether this is the right store",
            )
        return made

    def _columns(
        self, session: Session, item: StoreObject, store: StoreSettings, name: str
    ) -> Iterator[tuple[ColumnPrint, Words]]:
        wanted = _wanted(item, store)
        self.progress(f"{name}/{item.name}")
        if not wanted:
            return
        hash_batch = partial(tally, key=self.keys.values, reserved=reserved_of(self.detectors))
        counted = session.count(item)
        found = local.run(session.read(item, wanted), hash_batch, Tallies())
        if found.rows != counted:
            raise EvidenceError(
                f"{found.rows:,} of {counted:,} rows of {item.name} were read",
                "make the fingerprint again when nothing writes to it",
            )
        for column, counts in found.columns.items():
            run = counts.whole()
            place = f"{name}/{item.name}/{self._masked(column)}"
            yield column_print(place, counts, run), run.hashes

    def _masked(self, name: str) -> str:
        return masked(name, self.detectors)


def _readable(
    session: Session, store: StoreSettings, mask: Callable[[str], str]
) -> list[StoreObject]:
    """Return the objects that hold values of their own.

    Raises:
        EvidenceError: one cannot be read and is not left out.
    """
    listed = [item for item in session.objects() if not store.exclusion(mask(item.name))]
    held = [item for item in listed if not item.accounted]
    unread = [*(i.name for i in held if i.unread), *_unread_columns(held, store)]
    if unread:
        more = f" and {len(unread) - _SHOWN} more" if len(unread) > _SHOWN else ""
        names = ", ".join(map(mask, unread[:_SHOWN]))
        raise EvidenceError(f"production cannot be read whole: {names}{more}", _STEP)
    return held


def _unread_columns(items: Sequence[StoreObject], store: StoreSettings) -> Iterator[str]:
    for item in items:
        for column in item.columns:
            if column.unread and not store.exclusion(f"{item.name}/{column.name}"):
                yield f"{item.name}/{column.name}"


def _wanted(item: StoreObject, store: StoreSettings) -> list[Column]:
    return [c for c in item.columns if not store.exclusion(f"{item.name}/{c.name}")]
