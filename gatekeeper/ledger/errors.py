"""What can go wrong with the ledger.

EvidenceError
└── LedgerError            exit 3   missing, not readable, or no ledger at all
GatekeeperError
└── RevisionConflictError  exit 1   somebody else was faster; nothing was recorded
"""

from __future__ import annotations

from gatekeeper.core.errors import EvidenceError, GatekeeperError


class LedgerError(EvidenceError):
    """The ledger is missing, cannot be read or written, or is something else."""


class RevisionConflictError(GatekeeperError):
    """The stream has moved on since it was read, or the operation id names something else."""

    exit_code = 1
