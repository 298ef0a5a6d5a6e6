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


def reused(operation_id: str) -> RevisionConflictError:
    """Return the error for an operation id that names something else already."""
    return RevisionConflictError(
        f"the operation id {operation_id} was used for something else",
        "use a new operation id for a new wish",
    )


class RevisionConflictError(GatekeeperError):
    """The stream has moved on since it was read, or the operation id names something else."""

    exit_code = 1
