"""Hits of all scanners → findings: named to survive moved lines, told once when found twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.model import Finding, Place, Severity
from gatekeeper.scan.code.facts import CodeEvidence, Hit


@dataclass(frozen=True, slots=True)
class _Graded:
    scanner: str
    finding: Finding


def findings(evidence: CodeEvidence, rules: Catalog, fail_on: Severity) -> tuple[Finding, ...]:
    """Return the findings in the order of the files, each weakness once.

    Hits of rules that the catalog lacks are left to `unknown_rules`.
    """
    graded = [
        _Graded(run.scanner, finding)
        for run in evidence.runs
        for finding in _findings(run.hits, rules, fail_on)
    ]
    by_line: dict[tuple[str | None, int | None], list[_Graded]] = defaultdict(list)
    for item in graded:
        by_line[item.finding.where.path, item.finding.where.line].append(item)
    kept = [finding for items in by_line.values() for finding in _once(items)]
    return tuple(sorted(kept, key=_order))


def unknown_rules(evidence: CodeEvidence, rules: Catalog) -> tuple[str, ...]:
    """Return the ids of rules that were hit and that the catalog does not explain."""
    hit = {hit.rule for run in evidence.runs for hit in run.hits}
    return tuple(sorted(rule for rule in hit if rule not in rules))


def _findings(hits: Sequence[Hit], rules: Catalog, fail_on: Severity) -> Iterable[Finding]:
    seen: Counter[tuple[str, str, str]] = Counter()
    for hit in sorted(hits, key=lambda hit: (hit.path, hit.line, hit.column)):
        if hit.rule not in rules:
            continue
        rule = rules[hit.rule]
        name = (hit.rule, hit.path, hit.context)
        occurrence = seen[name]
        seen[name] += 1
        severity = _severity(hit, rule.severity)
        yield rule.finding(
            hit.message or rule.message,
            Place(path=hit.path, line=hit.line, column=hit.column, end_line=hit.end_line),
            (hit.path, hit.context, occurrence),
            blocking=severity >= fail_on,
            severity=severity,
        )


def _severity(hit: Hit, usual: Severity) -> Severity:
    """Return the grade of a hit: one lower when the scanner itself is not sure of it."""
    severity = Severity[hit.severity.upper()] if hit.severity else usual
    return max(Severity.LOW, Severity(severity - 1)) if hit.unsure else severity


def _once(items: list[_Graded]) -> Iterable[Finding]:
    """Keep the best of the findings that tell the same weakness of one line."""
    kept: list[_Graded] = []
    for item in sorted(items, key=_rank):
        twin = next((other for other in kept if _same(other, item)), None)
        if twin is None:
            kept.append(item)
        else:
            others = (*twin.finding.also_found_by, item.scanner)
            also = tuple(dict.fromkeys(name for name in others if name != twin.scanner))
            merged = _Graded(twin.scanner, replace(twin.finding, also_found_by=also))
            kept[kept.index(twin)] = merged
    return [item.finding for item in kept]


def _same(one: _Graded, other: _Graded) -> bool:
    """Two scanners on one line, or two rules of one scanner at one column, with a common CWE."""
    here, there = one.finding, other.finding
    twofold = here.rule != there.rule and here.where.column == there.where.column
    return bool(set(here.cwe) & set(there.cwe)) and (one.scanner != other.scanner or twofold)


def _rank(item: _Graded) -> tuple[int, bool, int]:
    """Worst first; then ours, which follow the data, before those that match a call's name."""
    return (-item.finding.severity, item.scanner != "semgrep", item.finding.where.column or 0)


def _order(finding: Finding) -> tuple[str, int, int, str]:
    where = finding.where
    return (where.path or "", where.line or 0, where.column or 0, finding.rule)
