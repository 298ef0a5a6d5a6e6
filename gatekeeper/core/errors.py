"""Everything that gatekeeper refuses to do, as exceptions.

    GatekeeperError             exit 3   could not evaluate
    ├── UsageError              exit 2   the command line asks for something that cannot be
    ├── PolicyError             exit 2   gatekeeper.yml is wrong: carries every problem at once
    ├── EvidenceError           exit 3   evidence is missing, truncated, changed or unreadable
    │   └── NotAuthorisedError  exit 4   no token, or a token that may not read this
    └── ToolError               exit 3   a scanner, store or service is missing or broke down

Each carries what happened (`reason`) and what to do about it (`next_step`); both are plain text
without a trailing full stop and hold no secrets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GatekeeperError(Exception):
    """Something expected went wrong: `reason` says what, `next_step` says what to do."""

    exit_code = 3

    def __init__(self, reason: str, next_step: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.next_step = next_step


class UsageError(GatekeeperError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class EvidenceError(GatekeeperError):
    """Evidence is missing, truncated, changed or unreadable."""


class NotAuthorisedError(EvidenceError):
    """There is no token, or the token may not read what the gate needs."""

    exit_code = 4


class ToolError(GatekeeperError):
    """A scanner, store or service is missing, crashed, timed out or answered nonsense."""


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One mistake in a policy file.

    Attributes:
        path: the file, as the user named it.
        line: 1-based; 0 when the file as a whole is meant.
        column: 1-based; 0 when the line as a whole is meant.
        message: what is wrong, what was expected and, where it helps, "did you mean".
    """

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class PolicyError(GatekeeperError):
    """A policy that cannot be used, with every problem that was found."""

    exit_code = 2

    def __init__(self, problems: Sequence[PolicyProblem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            "\n".join(str(problem) for problem in self.problems),
            f"mend the {count} problems above" if count > 1 else "mend the line above",
        )
