"""Findings at places that were proven harmless: they stay visible, with the proof. Pure.

A scanner that goes by names, or loses sight of the data, reports safe twins of weaknesses, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from gatekeeper.core.model import Finding, Waiver
from gatekeeper.scan.code.facts import Cleared, CodeEvidence

SOURCE = "data flow"


def waivers(evidence: CodeEvidence, findings: Iterable[Finding]) -> tuple[Waiver, ...]:
    """Return a waiver for each finding that the data flow disproves."""
    cleared = _by_path(evidence)
    hits = {(h.path, h.line) for r in evidence.runs if r.scanner == "flow" for h in r.hits}
    found = ((finding, _proof(finding, cleared)) for finding in findings)
    return tuple(
        Waiver(finding.fingerprint, f"proven harmless: {proof.reason}", "gatekeeper", None, SOURCE)
        for finding, proof in found
        if proof is not None and (finding.where.path, finding.where.line) not in hits
    )


def _by_path(evidence: CodeEvidence) -> dict[str, list[Cleared]]:
    found: dict[str, list[Cleared]] = defaultdict(list)
    for run in evidence.runs:
        for item in run.cleared if not run.problem else ():
            found[item.path].append(item)
    return found


def _proof(finding: Finding, cleared: dict[str, list[Cleared]]) -> Cleared | None:
    """Return what clears the first of the finding's weaknesses, on all of its lines."""
    line, end = finding.where.line, finding.where.end_line
    if line is None or finding.where.path is None:
        return None
    places = cleared.get(finding.where.path, ())
    return next((c for c in places if _covers(c, line, end or line, finding.cwe)), None)


def _covers(clear: Cleared, line: int, end: int, cwe: Sequence[int]) -> bool:
    weaknesses = not clear.cwe or (bool(cwe) and cwe[0] in clear.cwe)
    return weaknesses and clear.line <= line and end <= clear.end_line
