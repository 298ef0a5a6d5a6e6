"""The evidence: what each store lists, how much of it was read, and what the values look like.

Counts and masked previews only. No value that was read, no password and no absolute path of a
machine is ever written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gatekeeper.staging.fingerprints.fingerprint import ColumnPrint
from gatekeeper.staging.fingerprints.overlap import Repeats

State = Literal["read", "accounted", "excluded", "unread"]


@dataclass(frozen=True, slots=True)
class Detection:
    """What one detector saw in one column.

    Attributes:
        detector: its id, e.g. `payment-card`.
        matches: strings of the right form, reserved ones included.
        plausible: of these, the ones that could be real but for their checksum (a known card
            prefix of the right length, a country's IBAN length), reserved ones left out.
        valid: plausible ones whose checksum holds too.
        reserved: published test values, reserved names, and what the policy allows.
        previews: up to three masked valid values, sorted.
    """

    detector: str
    matches: int
    plausible: int
    valid: int
    reserved: int
    previews: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """What a column shares with one column of production.

    Attributes:
        production: that column, as `store/object/column`.
        values: different values that stand in both.
    """

    production: str
    values: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a column compares with production.

    Attributes:
        repeats: how the column repeats itself; only values that tell whose they are count.
        shared: the columns of production with which it shares a value.
    """

    repeats: Repeats
    shared: tuple[SharedFacts, ...]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of an object.

    Attributes:
        name: as the server spells it; personal data in it is masked.
        type: as the server spells it; masked likewise.
        state: `read`, `excluded` by policy, or `unread`.
        reason: why it was not read; empty when it was.
        next_step: what to do about an unread one.
        values: values that are neither null nor empty.
        undecodable: of these, the ones that are not UTF-8 text.
        detections: of the detectors that matched anything.
        comparison: with the fingerprint of production; None where there was none to compare with.
        canaries: cells that hold a canary of production; None where none was looked for.
    """

    name: str
    type: str
    state: State
    reason: str = ""
    next_step: str = ""
    values: int = 0
    undecodable: int = 0
    detections: tuple[Detection, ...] = ()
    comparison: Comparison | None = None
    canaries: int | None = None

    @property
    def valid(self) -> int:
        """How many validated, non-reserved values there are, of whatever kind."""
        return sum(found.valid for found in self.detections)

    @property
    def was_scanned(self) -> bool:
        """Whether a single value of it was read."""
        return self.state == "read" and self.values > 0


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """One line of the coverage ledger: a table, view or whatever else the server lists.

    Attributes:
        name: as a policy names it, e.g. `public.orders`; personal data in it is masked.
        kind: `table`, `view`, `materialized view`, `partition`, …
        state: `read` fully; `accounted` for, because it holds no values of its own; `excluded`
            by policy; or `unread`, which is a failure.
        reason: why it was not read; empty when it was.
        next_step: what to do about an unread one.
        counted: rows by the server's own count, in the same snapshot.
        rows: rows that were read.
        columns: in the server's order.
    """

    name: str
    kind: str
    state: State
    reason: str = ""
    next_step: str = ""
    counted: int = 0
    rows: int = 0
    columns: tuple[ColumnFacts, ...] = ()

    def of_state(self, state: State) -> tuple[ColumnFacts, ...]:
        """Return the columns of this state."""
        return tuple(column for column in self.columns if column.state == state)

    @property
    def was_found_clean(self) -> bool:
        """Whether every row was read, and no validated value that is not reserved was found."""
        whole = 0 < self.rows == self.counted
        return whole and not any(column.valid for column in self.columns)

    @property
    def was_scanned(self) -> bool:
        """Whether a single value of its own was read."""
        return self.state == "read" and any(column.was_scanned for column in self.columns)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a store could not be opened or listed.

    Attributes:
        reason: what happened; never a driver's own words, which can hold data or secrets.
        next_step: what to do about it.
        unauthorised: True when the credentials were refused.
    """

    reason: str
    next_step: str
    unauthorised: bool = False


@dataclass(frozen=True, slots=True)
class FingerprintFacts:
    """The fingerprint of production that an environment was held against.

    Attributes:
        path: as the policy names it.
        created_at: UTC, when production was read; None when the file could not be used.
        sources: the stores of production, with passwords masked.
        columns: the ones whose values it holds.
        left_out: how many columns of production it holds nothing of.
        fault: why it could not be used.
    """

    path: str
    created_at: datetime | None = None
    sources: tuple[str, ...] = ()
    columns: tuple[ColumnPrint, ...] = ()
    left_out: int = 0
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """One store of an environment.

    Attributes:
        index: its position in the policy, from 0.
        name: its label, or else the name of the database or file.
        url: with the password masked and without parameters.
        server: product and version, empty when it was not reached.
        fault: set when the store could not be opened or listed.
        objects: everything the server lists, in the order of its names.
    """

    index: int
    name: str
    url: str
    server: str = ""
    fault: Fault | None = None
    objects: tuple[ObjectFacts, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return sum(item.rows for item in self.objects)

    @property
    def was_scanned(self) -> bool:
        """Whether a single value in it was read."""
        return any(item.was_scanned for item in self.objects)


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """One environment.

    Attributes:
        name: as the policy names it.
        allowed_domains: the e-mail domains that counted as the company's own during the scan.
        stores: in the policy's order.
        fingerprint: what it was compared with; None when the policy names none.
        no_canaries: why no canary could be looked for though the policy asks for it.
    """

    name: str
    allowed_domains: tuple[str, ...]
    stores: tuple[StoreFacts, ...]
    fingerprint: FingerprintFacts | None = None
    no_canaries: Fault | None = None

    @property
    def was_scanned(self) -> bool:
        """Whether a single value in any of its stores was read."""
        return any(store.was_scanned for store in self.stores)


@dataclass(frozen=True, slots=True)
class DetectorFacts:
    """One detector and how it did on the values that are planted before every scan.

    Attributes:
        id: e.g. `payment-card`.
        rule: of the findings it gives rise to.
        noun: what it finds, in the plural.
        chance: the share of random strings of the right form that pass the checksum, or None
            when a match alone is telling.
        planted: values it was given.
        mistaken: of these, the ones it took for something else. More than 0 is a failure.
        budget: how many an environment may hold where its policy does not say; None for any.
    """

    id: str
    rule: str
    noun: str
    chance: float | None
    planted: int
    mistaken: int
    budget: int | None = 0

    @property
    def passed(self) -> bool:
        """Whether it was given values and took none for something else."""
        return self.planted > 0 and not self.mistaken


@dataclass(frozen=True, slots=True)
class StagingEvidence:
    """Everything the judge sees.

    Attributes:
        tools: names and versions of what read and scanned.
        detectors: in the order of their ids.
        environments: the ones that were asked for.
    """

    tools: tuple[str, ...]
    detectors: tuple[DetectorFacts, ...]
    environments: tuple[EnvironmentFacts, ...]

    @property
    def was_scanned(self) -> bool:
        """Whether a single value was read anywhere."""
        return any(environment.was_scanned for environment in self.environments)
