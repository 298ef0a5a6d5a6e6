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


_PASSING = {
    "SQLITE_BUSY": "somebody else is writing: run the command again",
    "SQLITE_LOCKED": "somebody else is writing: run the command again",
    "SQLITE_FULL": "make room on its disk, then run the command again",
    "SQLITE_READONLY": "see that this user may write the file and its folder",
    "SQLITE_CANTOPEN": "see that this user may read and write the file and its folder",
}


def remedy(error: BaseException | None, broken: str) -> str:
    """Return what to do about an error of SQLite.

    Args:
        error: as the driver raised it.
        broken: what to do about a file that is broken: no advice for one that is only busy.
    """
    name = getattr(error, "sqlite_errorname", "")
    return next((step for known, step in _PASSING.items() if name.startswith(known)), broken)


def reused(operation_id: str) -> RevisionConflictError:
    """Return the error for an operation id that names something else already."""
    return RevisionConflictError(
        f"the operation id {operation_id} was used for something else",
        "use a new operation id for a new wish",
    )


class RevisionConflictError(GatekeeperError):
    """The stream has moved on since it was read, or the operation id names something else."""

    exit_code = 1
