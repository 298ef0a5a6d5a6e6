"""`gatekeeper feature list`: for people, for documentation and changelogs, for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from gatekeeper.cli.console import out
from gatekeeper.cli.features import standing
from gatekeeper.reports.escape import visible

if TYPE_CHECKING:
    from gatekeeper.experimental.outcome import Standing

Listing = Callable[[Sequence["Standing"]], int]


def experimental(one: Standing) -> bool:
    """Return True for a feature that is Experimental, held or not."""
    return one.state is not None and one.state.experimenting


def text(standings: Sequence[Standing]) -> int:
    """Print a line for each feature."""
    if not standings:
        out.print("no feature is declared; `gatekeeper feature start KEY` begins one", markup=False)
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("feature", "phase", "standing"):
        table.add_column(heading, overflow="fold")
    for one in standings:
        table.add_row(*(Text(visible(cell)) for cell in (one.key, _phase(one), standing(one))))
    out.print(table)
    return 0


def markdown(standings: Sequence[Standing]) -> int:
    """Print a table that can be pasted into documentation or a changelog."""
    print_plain("| Feature | What it gives | Phase | Until |\n|---|---|---|---|")
    for one in standings:
        title = one.feature.title if one.feature else ""
        cells = map(_cell, (f"`{one.key}`", title, _phase(one), _until(one)))
        print_plain(f"| {' | '.join(cells)} |")
    return 0


def as_json(standings: Sequence[Standing]) -> int:
    """Print a list of objects."""
    print_plain(json.dumps([_object(one) for one in standings], indent=2))
    return 0


def print_plain(line: str) -> None:
    """Print a line as it is, for programs: not wrapped, not coloured."""
    out.print(Text(line), soft_wrap=True)


def _cell(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return visible(escaped)


def _phase(one: Standing) -> str:
    return one.state.phase.label if one.state else "not started"


def _until(one: Standing) -> str:
    from gatekeeper.experimental.guards import deadline

    if one.feature is None or one.state is None or not one.state.experimenting:
        return ""
    return deadline(one.feature, one.state)


def _object(one: Standing) -> dict[str, Any]:
    feature, state = one.feature, one.state
    return {
        "key": one.key,
        "title": feature.title if feature else None,
        "owner": feature.owner if feature else None,
        "phase": state.phase.value if state else None,
        "stage": state.stage + 1 if state and state.stage >= 0 else None,
        "since": state.since.isoformat() if state else None,
        "artifact": state.artifact if state else None,
        "expires": _until(one) or None,
        "standing": standing(one),
    }


FORMATS: Mapping[str, Listing] = {"text": text, "markdown": markdown, "json": as_json}
