"""What a flag vendor has to offer, and nothing of how it does it.

ToolError
└── BackendError                exit 3   the backend is missing, broken or answers nonsense
    ├── ConflictError           the flag is not at the version that the plan was made for
    ├── ApprovalRequiredError   the vendor wants an approval of its own first
    ├── RateLimitedError        too many requests; `wait` says how long to hold off
    └── OutcomeUnknownError     no answer came: read before trying again
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from gatekeeper.core.errors import ToolError
from gatekeeper.experimental.configuration import Configuration, Counts, Fared, Observed


class BackendError(ToolError):
    """The backend is missing, broken or answers nonsense."""


class ConflictError(BackendError):
    """The flag is not at the version that the plan was made for; nothing was written."""


class ApprovalRequiredError(BackendError):
    """The vendor wants an approval of its own first; nothing was written."""


class RateLimitedError(BackendError):
    """Too many requests; nothing was written."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason, "wait, then run the command again")
        self.wait = wait


class OutcomeUnknownError(BackendError):
    """No answer came: it may have been written or not. Read before trying again."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a vendor can do.

    Attributes:
        compare_and_set: a write can be bound to the version that was read.
        dry_run: the vendor itself can say what a write would do.
        approvals: the vendor may ask for approvals of its own.
        prerequisites: a flag can depend on another.
        exposure: distinct contexts are counted.
        audit: the vendor keeps a history of its own.
    """

    compare_and_set: bool
    dry_run: bool = False
    approvals: bool = False
    prerequisites: bool = False
    exposure: bool = False
    audit: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A write that has not been made.

    Attributes:
        observed: what was there when it was made.
        desired: what should be there.
        changes: in words; empty when nothing has to be written.
        warnings: what the vendor cannot guarantee.
    """

    observed: Observed
    desired: Configuration
    changes: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, without its first instant: that still belongs to what was before.

    Attributes:
        since: UTC.
        until: UTC; None for no end.
    """

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The part of an experiment that is counted, without its first instant.

    Attributes:
        settled: UTC; since when the experiment is what it is. Who failed between then and `since`
            is no news any more and is left out.
        since: UTC.
        until: UTC; None for no end.
    """

    settled: datetime
    since: datetime
    until: datetime | None = None


class FlagBackend(Protocol):
    """A vendor's flags. Every method may raise `BackendError`."""

    @property
    def name(self) -> str:
        """The vendor's name, without secrets."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    @property
    def file(self) -> Path | None:
        """The local file that holds the flags; None when a server does."""

    def exists(self) -> bool:
        """Return False when there is nothing that could be read."""

    def prepare(self) -> None:
        """Make it ready for a first write; does nothing where that was done."""

    def flags(self, environment: str) -> tuple[Observed, ...]:
        """Return every flag of an environment, by key."""

    def read(self, flag: str, environment: str) -> Observed:
        """Return one flag; version 0 when there is none."""

    def plan(self, observed: Observed, desired: Configuration) -> Plan:
        """Say what would be written. Pure."""

    def apply(self, plan: Plan, operation_id: str) -> Observed:
        """Write a plan where the flag still is as observed; doing so twice changes nothing.

        Raises:
            ConflictError: it has changed since.
        """

    def kill(self, flag: str, environment: str, operation_id: str) -> Observed:
        """Turn a flag off in one minimal write, whatever its version and whatever it says.

        Returns:
            What is there now; one that nobody can tell the meaning of serves callers' defaults.
        """

    def exposure(self, flag: str, environment: str, window: Window) -> Counts | None:
        """Return the distinct contexts of each arm; None when nobody counted."""

    def fared(self, flag: str, environment: str, span: Span) -> Fared | None:
        """Return how the distinct contexts of each arm fared; None when nobody was told of."""
