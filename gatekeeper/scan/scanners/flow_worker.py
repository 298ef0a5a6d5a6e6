"""Follows the data of one file after the other; see `gatekeeper.scan.worker`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatekeeper.scan.flow.analysis import Analysis, Found, analyse
from gatekeeper.scan.flow.spec import Spec, parse
from gatekeeper.scan.flow.values import Kind
from gatekeeper.scan.worker import serve

# Of Python's own stack: the walk takes about ten frames for each level of nesting.
_DEEPEST = 6000
_NAMED = 3


@dataclass(slots=True)
class _Prepared:
    spec: Spec | None = None


def main() -> None:
    """Analyse the files of the task."""
    sys.setrecursionlimit(_DEEPEST)
    prepared = _Prepared()

    def prepare(options: dict[str, str]) -> None:
        prepared.spec = read(Path(options["rules"]))

    serve(lambda root, name: _look(root / name, prepared.spec), prepare)


def read(rules: Path) -> Spec:
    """Read the specification from the folder of rules."""
    import yaml

    return parse(yaml.safe_load((rules / "scan" / "flow.yaml").read_bytes()))


def _look(path: Path, spec: Spec | None) -> dict[str, Any]:
    assert spec is not None
    try:
        analysis = analyse(path.read_bytes(), spec)
    except SyntaxError as error:
        return {"failed": "could not be parsed", "line": error.lineno}
    except (RecursionError, MemoryError, ValueError, OSError) as error:
        return {"failed": f"could not be parsed: {type(error).__name__}", "line": None}
    return told(analysis, spec)


def told(analysis: Analysis, spec: Spec) -> dict[str, Any]:
    """Return what the line of a file says."""
    every = [_hit(found, spec) for found in analysis.found if _rule(found, spec)]
    places = {(hit["rule"], hit["line"], hit["column"]): hit for hit in reversed(every)}
    hits = [*reversed(places.values())]
    cleared = [
        {
            "line": clear.line,
            "end_line": clear.end_line,
            "cwe": _cwe(clear.weakness, spec),
            "reason": clear.reason,
        }
        for clear in analysis.cleared
    ]
    return {"hits": hits, "cleared": cleared, "incomplete": analysis.incomplete}


def _rule(found: Found, spec: Spec) -> str:
    """Return the rule that tells it: what only callers choose is a suspicion, or nothing."""
    weakness = spec.weaknesses[found.weakness]
    if found.kind is Kind.REQUEST and weakness.rule:
        return weakness.rule
    if weakness.whole:  # where a visitor's data goes on, the rule for visitors' data tells it
        return weakness.suspect if found.kind is Kind.PARAMETER else ""
    least = Kind.PARAMETER if weakness.suspects == "parameter" else Kind.UNKNOWN
    return weakness.suspect if found.kind >= least and found.built else ""


def _cwe(weakness: str, spec: Spec) -> list[int]:
    """Return the numbers; none for lines that are never run, where no weakness is."""
    if weakness == "*":
        return []
    known = spec.weaknesses.get(weakness)
    return list(known.cwe) if known else []


def _hit(found: Found, spec: Spec) -> dict[str, Any]:
    weakness = spec.weaknesses[found.weakness]
    places = ", ".join(f"{what} in line {line}" for line, what in found.entries[:_NAMED])
    more = f" and {len(found.entries) - _NAMED} more" if len(found.entries) > _NAMED else ""
    return {
        "rule": _rule(found, spec),
        "line": found.line,
        "column": found.column,
        "end_line": found.end_line,
        "message": f"{weakness.message}: it comes from {places}{more}.",
    }
