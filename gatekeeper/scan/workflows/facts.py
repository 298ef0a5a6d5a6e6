"""Which workflows were audited, and what was found in them."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.scan.code.facts import Unseen


@dataclass(frozen=True, slots=True)
class AuditHit:
    """What an audit says of one place. Holds no text of the file.

    Attributes:
        audit: zizmor's name for the audit, e.g. `template-injection`.
        words: zizmor's own description of the audit.
        path: relative, with `/`.
        line: 1-based.
        column: 1-based.
        end_line: 1-based, inclusive.
        context: 16 hex digits of the lines, white space normalised.
        severity: `low`, `medium` or `high`.
        unsure: True when the audit has little confidence in it.
        persona: the least demanding reader that it is meant for: `regular`, `pedantic`, `auditor`.
        ignored: True where a comment of the file asks for it to be left out.
    """

    audit: str
    words: str
    path: str
    line: int
    column: int
    end_line: int
    context: str
    severity: str
    unsure: bool
    persona: str
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class WorkflowEvidence:
    """The files that drive the pipeline, and what the audits say of them.

    Attributes:
        version: of zizmor; empty when there was nothing to audit.
        wanted: the files to audit.
        scanned: those that were audited.
        failed: those that could not be, and why.
        hits: for the most demanding reader; the policy's persona chooses among them.
        excluded: files that the policy leaves out, with its reason.
        problem: why the run as a whole cannot be trusted; empty when it can.
        next_step: what to do about the problem.
    """

    version: str
    wanted: tuple[str, ...]
    scanned: tuple[str, ...]
    failed: tuple[Unseen, ...] = ()
    hits: tuple[AuditHit, ...] = ()
    excluded: tuple[Unseen, ...] = ()
    problem: str = ""
    next_step: str = ""
