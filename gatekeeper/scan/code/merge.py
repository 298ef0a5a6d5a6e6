"""Hits of all scanners → findings: named to survive moved lines, told once when found twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, groupby

from gatekeeper.core.catalog import Catalog, Rule
from gatekeeper.core.model import Finding, Place, Severity
from gatekeeper.scan.code.facts import CodeEvidence, Hit
from gatekeeper.scan.occurrences import numbered


@dataclass(slots=True)
class _Graded:
    """A finding, who made it, and the column where each scanner tells the same weakness."""

    scanner: str
    finding: Finding
    twins: dict[str, int | None] = field(default_factory=dict)

    def told(self) -> Finding:
        others = tuple(name for name in self.twins if name != self.scanner)
        return replace(self.finding, also_found_by=others)

    def tells(self, other: _Graded) -> bool:
        """Two scanners on one line, or two rules of one at one column, with a common CWE.

        What a scanner tells of a second column is a second weakness: accepting the one must not
        accept the other.
        """
        here, there = self.finding, other.finding
        column = self.twins.get(other.scanner, there.where.column)
        twofold = self.scanner != other.scanner or here.rule != there.rule
        return twofold and column == there.where.column and not set(here.cwe).isdisjoint(there.cwe)


def findings(evidence: CodeEvidence, rules: Catalog, fail_on: Severity) -> tuple[Finding, ...]:
    """Return the findings in the order of the files, each weakness once.

    Hits of rules that the catalog lacks are left to `unknown_rules`.
    """
    graded = sorted(_graded(evidence, rules, fail_on), key=_line)
    lines = (_once(items) for _, items in groupby(graded, key=_line))
    return tuple(sorted(chain.from_iterable(lines), key=_order))


def unknown_rules(evidence: CodeEvidence, rules: Catalog) -> tuple[str, ...]:
    """Return the ids of rules that were hit and that the catalog does not explain."""
    return tuple(sorted({hit.rule for _, hit in _hits(evidence) if hit.rule not in rules}))


def _hits(evidence: CodeEvidence) -> list[tuple[str, Hit]]:
    """Return scanner and hit, in the order of the files."""
    told = [(run.scanner, hit) for run in evidence.runs for hit in run.hits]
    return sorted(told, key=lambda one: (one[1].path, one[1].line, one[1].column))


def _graded(evidence: CodeEvidence, rules: Catalog, fail_on: Severity) -> Iterator[_Graded]:
    known = (one for one in _hits(evidence) if one[1].rule in rules)
    for (scanner, hit), occurrence in numbered(known, lambda one: _identity(one[1])):
        yield _Graded(scanner, _finding(hit, occurrence, rules[hit.rule], fail_on))


def _identity(hit: Hit) -> tuple[str, str, str]:
    return hit.rule, hit.path, hit.context


def _finding(hit: Hit, occurrence: int, rule: Rule, fail_on: Severity) -> Finding:
    severity = _severity(hit, rule.severity)
    return rule.finding(
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


def _once(items: Iterable[_Graded]) -> list[Finding]:
    """Keep the best of the findings that tell the same weakness of one line."""
    kept: list[_Graded] = []
    for item in sorted(items, key=_rank):
        twin = next((other for other in kept if other.tells(item)), item)
        if twin is item:
            kept.append(item)
        twin.twins[item.scanner] = item.finding.where.column
    return [item.told() for item in kept]


def _rank(item: _Graded) -> tuple[int, bool, int]:
    """Worst first; then ours, which follow the data, before those that match a call's name."""
    return (-item.finding.severity, item.scanner != "semgrep", item.finding.where.column or 0)


def _line(item: _Graded) -> tuple[str, int]:
    return _order(item.finding)[:2]


def _order(finding: Finding) -> tuple[str, int, int, str]:
    where = finding.where
    return (str(where.path), where.line or 0, where.column or 0, finding.rule)
