"""A section of a policy: strictly read, and every mistake explained at its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ValidationInfo

from gatekeeper.core.errors import PolicyProblem
from gatekeeper.core.fields import FromEnvironment
from gatekeeper.core.hints import did_you_mean
from gatekeeper.core.places import Document, Path
from gatekeeper.core.references import REFERENCE

M = TypeVar("M", bound=BaseModel)


class Settings(BaseModel):
    """Base of every policy section: strict, frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    @field_validator("*", mode="before")
    @classmethod
    def _references_only_where_allowed(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse `${NAME}` in a setting that is not marked `FromEnvironment`."""
        found = REFERENCE.search(value) if isinstance(value, str) else None
        if found and not _may_refer(cls, info.field_name or ""):
            raise ValueError(f"`{found[0]}` is not replaced here: write the value itself")
        return value


def _may_refer(schema: type[BaseModel], field: str) -> bool:
    marks = schema.model_fields[field].metadata
    return any(isinstance(mark, FromEnvironment) for mark in marks)


def read_section(
    schema: type[M], document: Document, value: Any, at: Path = ()
) -> tuple[M | None, list[PolicyProblem]]:
    """Read a part of a document.

    Args:
        schema: of the part.
        document: as parsed.
        value: the part; None stands for an empty mapping.
        at: where it stands in the document.

    Returns:
        The section, or None, and every problem: the document's own where it could not be parsed.
    """
    if document.problems:
        return None, list(document.problems)
    try:
        return schema.model_validate({} if value is None else value), []
    except ValidationError as error:
        return None, [_problem(detail, schema, document, at) for detail in error.errors()]


def _problem(
    detail: ErrorDetails, schema: type[BaseModel], document: Document, at: Path
) -> PolicyProblem:
    where = (*at, *detail["loc"])
    name = str(where[-1] if where else "the policy")
    if detail["type"] == "extra_forbidden":
        hint = did_you_mean(name, _known_keys(schema, detail["loc"][:-1]))
        return document.problem(where, f"unknown key `{name}`; {hint}")
    if detail["type"] == "missing":
        return document.problem(where, f"`{name}` is missing")
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
    candidates = (
        node.get("properties", {}).get(step),
        node.get("items"),
        node.get("additionalProperties"),
    )
    for candidate in filter(lambda found: isinstance(found, dict), candidates):
        for choice in (candidate, *candidate.get("anyOf", [])):
            ref = choice.get("$ref", "").rpartition("/")[2]
            yield root.get("$defs", {}).get(ref, choice)
