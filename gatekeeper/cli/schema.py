"""`gatekeeper schema`."""

from __future__ import annotations

import json
from typing import Any

import rich_click as click

from gatekeeper.core.errors import UsageError
from gatekeeper.core.hints import did_you_mean
from gatekeeper.core.policy import PolicyFile
from gatekeeper.evidence import records
from gatekeeper.reports import json as json_report
from gatekeeper.wiring.gates import registry


@click.command()
@click.argument("name")
def schema(name: str) -> int:
    """JSON Schema of NAME: `policy`, `report` or `evidence.GATE`."""
    known = {"policy": _policy, "report": json_report.schema}
    known |= {f"evidence.{gate.name}": records.schema_of(gate) for gate in registry().values()}
    if name not in known:
        raise UsageError(f"there is no schema `{name}`", did_you_mean(name, known))
    click.echo(json.dumps(known[name](), indent=2, ensure_ascii=False))
    return 0


def _policy() -> dict[str, Any]:
    """The frame of gatekeeper.yml with each gate's section in its place."""
    described = PolicyFile.model_json_schema()
    sections = {name: gate.settings.model_json_schema() for name, gate in registry().items()}
    definitions = described.setdefault("$defs", {})
    for section in sections.values():
        definitions |= section.pop("$defs", {})
    described["properties"]["gates"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": sections,
    }
    return described
