"""gatekeeper.yml → Policy. Every problem is found at once and carries file:line:column.

`${NAME}` is kept as written: it is replaced only when a gate collects, by `resolve`. So a policy
has one digest wherever it is read, recorded evidence can be judged where the variables are not
set, and no secret ever enters a policy value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ValidationInfo

from gatekeeper.core import places
from gatekeeper.core.errors import PolicyError, PolicyProblem
from gatekeeper.core.fields import FromEnvironment
from gatekeeper.core.model import Waiver
from gatekeeper.core.places import Document
from gatekeeper.core.waivers import WaiverEntry

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


M = TypeVar("M", bound=BaseModel)


class Settings(BaseModel):
    """Base of every policy section: strict, frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    @field_validator("*", mode="before")
    @classmethod
    def _references_only_where_allowed(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse `${NAME}` in a setting that is not marked `FromEnvironment`."""
        metadata = cls.model_fields[info.field_name or ""].metadata
        allowed = any(isinstance(mark, FromEnvironment) for mark in metadata)
        if isinstance(value, str) and not allowed and (found := REFERENCE.search(value)):
            raise ValueError(f"`{found[0]}` is not replaced here: write the value itself")
        return value


class PolicyFile(Settings):
    """The frame of gatekeeper.yml; each gate's section has a schema of its own.

    Attributes:
        version: 1.
        stages: for each stage the gates that it runs, in the order of the report.
        gates: settings by gate; a gate that is not named runs with its safe defaults.
        waivers: findings that are accepted for a time.
    """

    version: Annotated[int, Field(ge=1, le=1)]
    stages: dict[str, list[str]] = Field(default_factory=dict)
    gates: dict[str, dict[str, Any] | None] = Field(default_factory=dict)
    waivers: list[WaiverEntry] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that holds.

    Attributes:
        stages: gate names by stage.
        settings: each known gate's settings.
        waivers: as written.
    """

    stages: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Settings]
    waivers: tuple[Waiver, ...] = ()


def parse_policy(text: str, path: str, schemas: Mapping[str, type[Settings]]) -> Policy:
    """Read a policy.

    Args:
        text: the file's content.
        path: its name for messages.
        schemas: for each gate that exists the schema of its section.

    Raises:
        PolicyError: with every problem of the file.
    """
    document = places.parse(text, path)
    if document.problems:
        raise PolicyError(document.problems)
    frame, problems = _validate(PolicyFile, document.value or {}, document, ())
    settings: dict[str, Settings] = {}
    for gate, section in _sections(document.value).items():
        if gate in schemas:
            value, found = _validate(schemas[gate], section or {}, document, ("gates", gate))
            problems += found
            if value is not None:
                settings[gate] = value
    problems += _unknown_gates(document, schemas)
    if frame is None or problems:
        raise PolicyError(sorted(set(problems), key=lambda p: (p.line, p.column, p.message)))
    for gate, schema in schemas.items():
        settings.setdefault(gate, schema())
    stages = {stage: tuple(gates) for stage, gates in frame.stages.items()}
    return Policy(stages, settings, tuple(entry.waiver() for entry in frame.waivers))


def read_section(
    schema: type[M], document: Document, at: places.Path = ()
) -> tuple[M | None, list[PolicyProblem]]:
    """Read a whole document as one section, for files that are policy of their own.

    Args:
        schema: of the document.
        document: as parsed.
        at: where its value stands in the file.

    Returns:
        The section, or None, and every problem.
    """
    if document.problems:
        return None, list(document.problems)
    return _validate(schema, {} if document.value is None else document.value, document, at)


def unset_references(
    text: str, path: str, gates: Collection[str], environment: Collection[str]
) -> list[PolicyProblem]:
    """Return a problem for each `${NAME}` in the sections of `gates` that is not set.

    Sections of gates that do not run are left alone: a merge check from a fork has no secrets.
    """
    document = places.parse(text, path)
    sections = {gate: body for gate, body in _sections(document.value).items() if gate in gates}
    return [
        document.problem(at, f"`${{{name}}}`: this environment variable is not set")
        for at, value in _strings(sections, ("gates",))
        for name in REFERENCE.findall(value)
        if name not in environment
    ]


def references(settings: Settings) -> frozenset[str]:
    """Return the names of the environment variables that these settings refer to."""
    values = _strings(settings.model_dump(), ())
    return frozenset(name for _, value in values for name in REFERENCE.findall(value))


def resolve(template: str, environment: Mapping[str, str]) -> str:
    """Replace each `${NAME}`; the result is a secret. Raises KeyError for one that is not set."""
    return REFERENCE.sub(lambda found: environment[found[1]], template)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known word, or else all of them."""
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known: {', '.join(choices)}" if choices else "none is known here"


def _sections(value: Any) -> dict[str, Any]:
    gates = value.get("gates") if isinstance(value, dict) else None
    return gates if isinstance(gates, dict) else {}


def _validate(
    schema: type[Any], value: Any, document: Document, at: places.Path
) -> tuple[Any | None, list[PolicyProblem]]:
    try:
        return schema.model_validate(value), []
    except ValidationError as error:
        found = [_problem(detail, schema, document, at) for detail in error.errors()]
        return None, found


def _problem(
    detail: ErrorDetails, schema: type[BaseModel], document: Document, at: places.Path
) -> PolicyProblem:
    where = (*at, *detail["loc"])
    if detail["type"] == "extra_forbidden":
        key = str(detail["loc"][-1])
        known = _known_keys(schema, detail["loc"][:-1])
        return document.problem(where, f"unknown key `{key}`; {did_you_mean(key, known)}")
    if detail["type"] == "missing":
        return document.problem(where, f"`{detail['loc'][-1]}` is missing")
    name = str(where[-1]) if where else "the policy"
    message = detail["msg"].removeprefix("Value error, ")
    return document.problem(where, f"`{name}`: {message[:1].lower()}{message[1:]}")


def _known_keys(schema: type[BaseModel], loc: Sequence[str | int]) -> set[str]:
    """Return the keys that the schema knows at `loc`, by walking its JSON Schema."""
    root = schema.model_json_schema()
    nodes = [root]
    for step in loc:
        nodes = [child for node in nodes for child in _children(root, node, step)]
    return {key for node in nodes for key in node.get("properties", {})}


def _children(root: dict[str, Any], node: dict[str, Any], step: str | int) -> Iterator[Any]:
    inner = node.get("properties", {}).get(step)
    candidates = [inner, node.get("items"), node.get("additionalProperties")]
    for candidate in candidates:
        if isinstance(candidate, dict):
            for choice in (candidate, *candidate.get("anyOf", [])):
                ref = choice.get("$ref", "").rpartition("/")[2]
                yield root.get("$defs", {}).get(ref, choice)


def _unknown_gates(document: Document, known: Collection[str]) -> list[PolicyProblem]:
    problems = [
        document.problem(("gates", gate), f"unknown gate `{gate}`; {did_you_mean(gate, known)}")
        for gate in _sections(document.value)
        if gate not in known
    ]
    stages = document.value.get("stages") if isinstance(document.value, dict) else None
    for stage, gates in (stages if isinstance(stages, dict) else {}).items():
        for index, gate in enumerate(gates if isinstance(gates, list) else []):
            if isinstance(gate, str) and gate not in known:
                at = ("stages", stage, index)
                hint = did_you_mean(gate, known)
                problems.append(document.problem(at, f"unknown gate `{gate}`; {hint}"))
    return problems


def _strings(value: Any, at: places.Path) -> Iterator[tuple[places.Path, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(item, (*at, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _strings(item, (*at, index))
