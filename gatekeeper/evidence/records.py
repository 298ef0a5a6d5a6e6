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


def freeze(gate: AnyGate, facts: Any) -> Any:
    """Return the gate's evidence as a JSON value. Raises ValueError for what JSON cannot hold."""
    return adapter(gate.evidence).dump_python(facts, mode="json")


def write(gate: str, seconds: float, frozen: Any, redact: Callable[[str], str]) -> Record:
    """Write a record.

    Args:
        gate: its name.
        seconds: wall time that collecting took.
        frozen: what `freeze` returned, or the `Failure` that came instead.
        redact: takes secrets out of every text, the net under the gates' own masking.
    """
    failed = isinstance(frozen, Failure)
    body = adapter(Failure).dump_python(frozen, mode="json") if failed else frozen
    kind = "failure" if failed else "facts"
    envelope = {"version": _VERSION, "gate": gate, "seconds": seconds, kind: _each(body, redact)}
    return Record(gate, dump(envelope))


def _each(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {redact(key): _each(item, redact) for key, item in value.items()}
    return [_each(item, redact) for item in value] if isinstance(value, list) else value


def read(gate: AnyGate, record: Record) -> Opened:
    """Read a record. Raises EvidenceError naming the first field that does not fit."""
    try:
        return _open(gate, json.loads(record.text))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(step) for step in first["loc"])
        reason = f"does not fit: {field}: {first['msg']}"
    except (ValueError, KeyError, TypeError) as error:
        reason = f"cannot be read: {error}"
    raise EvidenceError(
        f"the evidence of `{gate.name}` {reason}", "record it anew with `check --record`"
    )


def _open(gate: AnyGate, envelope: Any) -> Opened:
    if (envelope["version"], envelope["gate"]) != (_VERSION, gate.name):
        raise ValueError("it is of another gate or version")
    kind = "failure" if "failure" in envelope else "facts"
    form = adapter(Failure if kind == "failure" else gate.evidence)
    # JSON has no tuples and no dates: the lax JSON mode restores both
    return Opened(float(envelope["seconds"]), form.validate_json(json.dumps(envelope[kind])))


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
