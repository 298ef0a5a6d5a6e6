"""`gatekeeper explain`."""

from __future__ import annotations

import rich_click as click

from gatekeeper.cli.console import out
from gatekeeper.cli.options import TEXT
from gatekeeper.core.errors import UsageError
from gatekeeper.core.hints import did_you_mean
from gatekeeper.wiring import examples
from gatekeeper.wiring.catalog import catalog


@click.command()
@click.argument("rule", type=TEXT)
def explain(rule: str) -> int:
    """What RULE means, why it matters and how to mend what it finds."""
    rules = catalog()
    if rule not in rules:
        hint = f"{did_you_mean(rule, rules.rules)}; `gatekeeper rules` lists them all"
        raise UsageError(f"unknown rule `{rule}`", hint)
    found = rules[rule]
    weaknesses = [f"CWE-{number}" for number in found.cwe]
    example = examples.of(found)
    out.print(f"[bold]{found.title}[/]  [dim]{found.id}[/]")
    grade = f"severity {found.severity.label} · confidence {found.confidence}"
    out.print(f"gate {found.gate} · {grade}", style="dim")
    for heading, text in (
        ("What", found.message),
        ("Why", found.why),
        ("Fix", found.fix),
        ("Found", example.bad),
        ("Left alone", example.good),
        ("Standards", " · ".join((*found.owasp, *weaknesses, *found.controls))),
        ("Superseded by", ", ".join(found.superseded_by)),
        ("Because", found.superseded_because),
        ("Source", f"rules/{found.source}"),
    ):
        if text:
            out.print(f"\n[bold]{heading}[/]")
            out.print(text, markup=False)
    return 0
