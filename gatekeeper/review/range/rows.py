"""One line for each commit of a release, as an auditor reads it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.core.model import Failure, Finding, Verdict
from gatekeeper.review.range.origins import How


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one commit.

    Attributes:
        commit: 40 hex digits.
        subject: the first line of its message.
        author: as the commit says.
        pull_request: that brought it; None when none is proven.
        how: it came: `merge`, `squash`, `rebase`, `queue`, `commit`, or empty.
        opener: of the pull request.
        reviewers: whose approvals count.
        contributors: everybody with a part in the pull request.
        merged_by: who pressed the button.
        bypassed_by: who was let past the host's own rules for it.
        findings: that are about it; those that block decide.
        failures: what could not be judged.
        reason: in one line, why it stands or falls.
    """

    commit: str
    subject: str
    author: str
    pull_request: int | None = None
    how: How = ""
    opener: str = ""
    reviewers: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    merged_by: str = ""
    bypassed_by: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    failures: tuple[Failure, ...] = ()
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """The commit's own, before any waiver."""
        if self.failures:
            return Verdict.ERROR
        blocked = any(finding.blocking for finding in self.findings)
        return Verdict.FAIL if blocked or self.pull_request is None else Verdict.PASS
