"""Hits of all scanners → findings: named to survive moved lines, told once when found twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, groupby

from gatekeeper.core.catalog import Catalog, Rule
from gatekeeper.core.model import Finding, Place, Replacement, Severity
from gatekeeper.scan.code.facts import CodeEvidence, Hit
from gatekeeper.scan.occurrences import numbered


@dataclass(slots=True)
class _Graded:
    """A hit, who made it, its finding, and the column where each scanner tells the same."""

    scanner: str
    hit: Hit
    finding: Finding
    twins: dict[str, int] = field(default_factory=dict)

    def told(self) -> Finding:
        others = tuple(name for name in self.twins if name != self.scanner)
        return replace(self.finding, also_found_by=others)

    def tells(self, other: _Graded) -> bool:
        """Two scanners on one line, or two rules of one at one column, with a common CWE.

        What a scanner tells of a second column is a second weakness: accepting the one must not
        accept the other.
        """
        column = self.twins.get(other.scanner, other.hit.column)
        twofold = (self.scanner, self.hit.rule) != (other.scanner, other.hit.rule)
        alike = not set(self.finding.cwe).isdisjoint(other.finding.cwe)
        return twofold and column == other.hit.column and alike


def findings(evidence: CodeEvidence, rules: Catalog, fail_on: Severity) -> tuple[Finding, ...]:
    """Return the findings in the order of the files, each weakness once.

    Hits of rules that the catalog lacks are left to `unknown_rules`.
    """
    graded = sorted(_graded(evidence, rules, fail_on), key=_line)
    lines = (_once(items) for _, items in groupby(graded, key=_line))
    once = sorted(chain.from_iterable(lines), key=_order)
    return tuple(item.told() for item in once)


def every(evidence: CodeEvidence, rules: Catalog, fail_on: Severity) -> tuple[Finding, ...]:
    """Return a finding for every hit, whether another tells the same or not."""
    return tuple(item.finding for item in _graded(evidence, rules, fail_on))


def asked_inline(evidence: CodeEvidence, rules: Catalog, fail_on: Severity) -> dict[str, Hit]:
    """Return, by fingerprint, the hits for whose acceptance a comment in the code asks."""
    graded = _graded(evidence, rules, fail_on)
    return {item.finding.fingerprint: item.hit for item in graded if item.hit.inline}


def unknown_rules(evidence: CodeEvidence, rules: Catalog) -> tuple[str, ...]:
    """Return the ids of rules that were hit and that the catalog does not explain."""
    return tuple(sorted({hit.rule for _, hit in _hits(evidence) if hit.rule not in rules}))


def _hits(evidence: CodeEvidence) -> list[tuple[str, Hit]]:
    """Return scanner and hit, in the order of the files."""
    told = [(run.scanner, hit) for run in evidence.runs for hit in run.hits]
    return sorted(told, key=lambda one: (one[1].path, one[1].line, one[1].column))


def _graded(evidence: CodeEvidence, rules: Catalog, fail_on: Severity) -> Iterator[_Graded]:
    known = (one for one in _hits(evidence) if one[1].rule in rules)
    # a renamed file keeps the names of its findings
    old = {item.new: item.old for item in evidence.change.renamed} if evidence.change else {}
    for (scanner, hit), occurrence in numbered(known, lambda one: _identity(one[1])):
        identity = (old.get(hit.path, hit.path), hit.context, occurrence)
        yield _Graded(scanner, hit, _finding(hit, identity, rules[hit.rule], fail_on))


def _identity(hit: Hit) -> tuple[str, str, str]:
    return hit.rule, hit.path, hit.context


def _finding(hit: Hit, identity: tuple[str, str, int], rule: Rule, fail_on: Severity) -> Finding:
    severity = _severity(hit, rule.severity)
    found = rule.finding(
        hit.message or rule.message,
        Place(path=hit.path, line=hit.line, column=hit.column, end_line=hit.end_line),
        identity,
        blocking=severity >= fail_on,
        severity=severity,
    )
    return replace(found, replacement=_replacement(hit))


def _replacement(hit: Hit) -> Replacement | None:
    mend = hit.mend
    if mend is None:
        return None
    return Replacement(hit.path, mend.start, mend.end, mend.text, mend.digest)


def _severity(hit: Hit, usual: Severity) -> Severity:
    """Return the grade of a hit: one lower when the scanner itself is not sure of it."""
    severity = Severity[hit.severity.upper()] if hit.severity else usual
    return Severity(max(Severity.LOW, severity - 1)) if hit.unsure else severity


def _once(items: Iterable[_Graded]) -> list[_Graded]:
    """Keep the best of the findings that tell the same weakness of one line."""
    kept: list[_Graded] = []
    for item in sorted(items, key=_rank):
        twin = _twin(item, kept)
        if twin is item:
            kept.append(item)
        twin.twins[item.scanner] = item.hit.column
    return kept


def _twin(item: _Graded, kept: Iterable[_Graded]) -> _Graded:
    """Return the one that tells what this one tells; itself when there is none."""
    return next((other for other in kept if other.tells(item)), item)


def _rank(item: _Graded) -> tuple[int, bool, int]:
    """Worst first; then ours, which follow the data, before those that match a call's name."""
    return (-item.finding.severity, item.scanner != "semgrep", item.hit.column)


def _line(item: _Graded) -> tuple[str, int]:
    return item.hit.path, item.hit.line


def _order(item: _Graded) -> tuple[str, int, int, str]:
    hit = item.hit
    return hit.path, hit.line, hit.column, hit.rule
