"""Which hits are left to a rule that judges the same more precisely. Pure.

The evidence keeps them all. One is left out only where our own rules saw the whole file: where
they did not, a coarse answer is better than none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gatekeeper.core.catalog import Catalog
from gatekeeper.scan.code import coverage
from gatekeeper.scan.code.facts import CodeEvidence, Hit, ScannerRun

_OURS = frozenset({"semgrep", "flow"})
_ALWAYS = "semgrep"


def standing(evidence: CodeEvidence, rules: Catalog) -> CodeEvidence:
    """Return the evidence without the hits that are left to our own rules."""
    left = set(left_out(evidence, rules))
    runs = (replace(run, hits=tuple(h for h in run.hits if h not in left)) for run in evidence.runs)
    return replace(evidence, runs=tuple(runs)) if left else evidence


def left_out(evidence: CodeEvidence, rules: Catalog) -> tuple[Hit, ...]:
    """Return the hits that are left to our own rules."""
    seen = _seen(evidence.runs)
    hits = (hit for run in evidence.runs for hit in run.hits if hit.rule in rules)
    return tuple(hit for hit in hits if rules[hit.rule].superseded_by and hit.path in seen)


def counts(evidence: CodeEvidence, rules: Catalog) -> tuple[str, ...]:
    """Return a line that says how much was left out, or nothing."""
    left = left_out(evidence, rules)
    if not left:
        return ()
    told = f"{len(left)} hit{'s' * (len(left) > 1)} left to more precise rules: "
    return (told + ", ".join(sorted({hit.rule for hit in left})),)


def _seen(runs: Iterable[ScannerRun]) -> frozenset[str]:
    """Return the files that every scanner with our rules saw wholly; the first of them must run."""
    ours = {run.scanner: _wholly(run) for run in runs if run.scanner in _OURS}
    return frozenset.intersection(*ours.values()) if _ALWAYS in ours else frozenset()


def _wholly(run: ScannerRun) -> frozenset[str]:
    lost = {item.path for item in coverage.unseen(run)}
    return frozenset() if run.problem else frozenset(run.wanted) - lost
