"""Evidence as bytes: what a gate collected, written so that judging it again gives the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import AnyGate
from gatekeeper.core.model import Failure

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One gate's evidence, frozen as text.

    Attributes:
        gate: its name.
        text: JSON: `{version, gate, seconds, facts}` or `{version, gate, seconds, failure}`.
    """

    gate: str
    text: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that has been read.

    Attributes:
        seconds: wall time that collecting took.
        facts: the gate's evidence, or the failure that stopped its collection.
    """

    seconds: float
    facts: Any


def adapter(evidence: Any) -> TypeAdapter[Any]:
    """Return the reader and writer of a gate's evidence; also gives its JSON Schema."""
    return TypeAdapter(evidence)


def write(gate: AnyGate, seconds: float, facts: Any, redact: Callable[[str], str]) -> Record:
    """Freeze what was collected (the gate's evidence, or a `Failure`) as text."""
    kind, form = ("failure", Failure) if isinstance(facts, Failure) else ("facts", gate.evidence)
    body = adapter(form).dump_python(facts, mode="json")
    envelope = {"version": _VERSION, "gate": gate.name, "seconds": seconds, kind: body}
    return Record(gate.name, redact(dump(envelope)))


def read(gate: AnyGate, record: Record) -> Opened:
    """Read a record. Raises EvidenceError naming the first field that does not fit."""
    try:
        envelope = json.loads(record.text)
        if envelope["version"] != _VERSION or envelope["gate"] != gate.name:
            raise EvidenceError(f"the evidence of `{gate.name}` is of another kind or version")
        kind = "failure" if "failure" in envelope else "facts"
        form = Failure if kind == "failure" else gate.evidence
        # JSON has no tuples and no dates: the lax JSON mode restores both
        facts = adapter(form).validate_json(json.dumps(envelope[kind]))
        return Opened(float(envelope["seconds"]), facts)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"])
        reason = f"the evidence of `{gate.name}` does not fit: {field}: {first['msg']}"
        raise EvidenceError(reason, "record it anew with `check --record`") from None
    except (ValueError, KeyError, TypeError) as error:
        reason = f"the evidence of `{gate.name}` cannot be read: {error}"
        raise EvidenceError(reason, "record it anew with `check --record`") from None


def dump(value: Any) -> str:
    """Return JSON that a person can read and that is the same for the same value."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"


def schema_of(gate: AnyGate) -> Callable[[], dict[str, Any]]:
    """Return a function that gives the JSON Schema of this gate's records."""

    def schema() -> dict[str, Any]:
        facts, failure = adapter(gate.evidence).json_schema(), adapter(Failure).json_schema()
        definitions = facts.pop("$defs", {}) | failure.pop("$defs", {})
        frame = {"version": {"const": _VERSION}, "gate": {"const": gate.name}}
        frame["seconds"] = {"type": "number"}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {**frame, "facts": facts, "failure": failure},
            "required": list(frame),
            "oneOf": [{"required": ["facts"]}, {"required": ["failure"]}],
            "additionalProperties": False,
            "$defs": definitions,
        }

    return schema
