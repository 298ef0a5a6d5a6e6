"""The rules of a SARIF run: what findings cite, explained from the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gatekeeper.core.catalog import Catalog, Rule
from gatekeeper.core.model import Finding, Severity
from gatekeeper.reports.escape import one_line

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
# The middle of the band that hosts show under the same name.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
_MAX_TAGS = 20  # hosts keep no more


def descriptors(findings: Iterable[Finding], catalog: Catalog) -> list[dict[str, Any]]:
    """Return one descriptor for each rule that is cited, by id."""
    worst: dict[str, Finding] = {}
    for finding in findings:
        known = worst.setdefault(finding.rule, finding)
        if finding.severity > known.severity:
            worst[finding.rule] = finding
    return [_descriptor(worst[rule], catalog) for rule in sorted(worst)]


def tags(owasp: Iterable[str], cwe: Iterable[int], controls: Iterable[str] = ()) -> list[str]:
    """Return what hosts group by: `external/cwe/cwe-089`, `OWASP-A05:2025`, controls."""
    weaknesses = [f"external/cwe/cwe-{number:03}" for number in cwe]
    categories = [name if name.startswith("CICD") else f"OWASP-{name}" for name in owasp]
    return ["security", *weaknesses, *categories, *controls][:_MAX_TAGS]


def _descriptor(finding: Finding, catalog: Catalog) -> dict[str, Any]:
    rule = catalog.rules.get(finding.rule)
    return {
        "id": finding.rule,
        "shortDescription": {"text": one_line(finding.title)},
        "fullDescription": {"text": rule.message if rule else one_line(finding.title)},
        "help": _help(rule, finding),
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {
            "tags": tags(finding.owasp, finding.cwe, rule.controls if rule else ()),
            "security-severity": _SCORES[finding.severity],
        },
    }


def _help(rule: Rule | None, finding: Finding) -> dict[str, str]:
    """Return the help text; only the catalog, which is ours, may use markdown."""
    if rule is None:
        return {"text": one_line(finding.fix or finding.title)}
    controls = f"\n\nStandards: {', '.join(rule.controls)}" if rule.controls else ""
    return {
        "text": f"{rule.why}\n\nFix: {rule.fix}{controls}",
        "markdown": f"{rule.why}\n\n**Fix:** {rule.fix}{controls}",
    }
