"""`gatekeeper rules`."""

from __future__ import annotations

import dataclasses
import json

import rich_click as click
from rich.table import Table

from gatekeeper.cli.console import out
from gatekeeper.cli.options import TEXT
from gatekeeper.core.catalog import Rule
from gatekeeper.core.errors import UsageError
from gatekeeper.core.hints import did_you_mean
from gatekeeper.wiring.catalog import catalog
from gatekeeper.wiring.gates import registry


@click.command()
@click.option("--gate", type=TEXT, help="Only this gate's rules.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def rules(gate: str | None, form: str) -> int:
    """The catalog: every rule that a finding can cite."""
    chosen = _of_gate(gate)
    if form == "json":
        click.echo(_json(chosen))
    else:
        out.print(_table(chosen))
        out.print(f"{len(chosen)} rules; `gatekeeper explain RULE` says more", style="dim")
    return 0


def _of_gate(gate: str | None) -> list[Rule]:
    if gate and gate not in registry():
        raise UsageError(f"unknown gate `{gate}`", did_you_mean(gate, registry()))
    return [rule for rule in catalog() if gate in (None, rule.gate)]


def _json(chosen: list[Rule]) -> str:
    listed = [{**dataclasses.asdict(rule), "severity": rule.severity.label} for rule in chosen]
    return json.dumps(listed, indent=2, ensure_ascii=False)


def _table(chosen: list[Rule]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("gate", "rule", "severity", "OWASP", "title"):
        table.add_column(heading, overflow="fold")
    for rule in chosen:
        newest = rule.owasp[0] if rule.owasp else ""
        table.add_row(rule.gate, rule.id, rule.severity.label, newest, rule.title)
    return table
