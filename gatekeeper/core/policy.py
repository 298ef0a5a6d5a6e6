"""gatekeeper.yml → Policy. Every problem is found at once and carries file:line:column."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from gatekeeper.core import places, references
from gatekeeper.core.errors import PolicyError, PolicyProblem
from gatekeeper.core.fields import Duration
from gatekeeper.core.hints import did_you_mean
from gatekeeper.core.model import Waiver
from gatekeeper.core.places import Document
from gatekeeper.core.sections import Settings, read_section
from gatekeeper.core.waivers import WaiverEntry

Schemas = Mapping[str, type[Settings]]


class PolicyFile(Settings):
    """The frame of gatekeeper.yml; each gate's section has a schema of its own.

    Attributes:
        version: 1.
        stages: for each stage the gates that it runs, in the order of the report.
        gates: settings by gate; a gate that is not named runs with its safe defaults.
        waivers: findings that are accepted for a time.
        max_waiver: how far ahead a waiver may expire, e.g. 90d; one that reaches further does not
            count. Without it any date will do.
    """

    version: Annotated[int, Field(ge=1, le=1)]
    stages: dict[str, list[str]] = Field(default_factory=dict)
    gates: dict[str, dict[str, Any] | None] = Field(default_factory=dict)
    waivers: list[WaiverEntry] = Field(default_factory=list)
    max_waiver: Duration | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that holds.

    Attributes:
        stages: gate names by stage.
        settings: each known gate's settings.
        waivers: as written.
        longest_waiver: how far ahead a waiver may expire, or None.
    """

    stages: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Settings]
    waivers: tuple[Waiver, ...] = ()
    longest_waiver: timedelta | None = None


def parse_policy(text: str, path: str, schemas: Schemas) -> Policy:
    """Read a policy.

    Args:
        text: the file's content.
        path: its name for messages.
        schemas: for each gate that exists the schema of its section.

    Raises:
        PolicyError: with every problem of the file.
    """
    document = places.parse(text, path)
    frame, problems = read_section(PolicyFile, document, document.value)
    settings, more = _settings(document, schemas)
    problems += [*more, *_unknown_gates(document, schemas)]
    if frame is None or problems:
        raise PolicyError(sorted(set(problems), key=lambda p: (p.line, p.column, p.message)))
    stages = {stage: tuple(gates) for stage, gates in frame.stages.items()}
    accepted = tuple(entry.waiver() for entry in frame.waivers)
    return Policy(stages, settings, accepted, frame.max_waiver)


def unset_references(
    text: str, path: str, gates: Collection[str], environment: Collection[str]
) -> list[PolicyProblem]:
    """Return a problem for each `${NAME}` in the sections of `gates` that is not set.

    Sections of gates that do not run are left alone: a merge check from a fork has no secrets.
    """
    document = places.parse(text, path)
    problems: list[PolicyProblem] = []
    for gate, section in _mapping(document.value, "gates").items():
        if gate in gates:
            problems += references.unset(document, section, ("gates", gate), environment)
    return problems


def _settings(
    document: Document, schemas: Schemas
) -> tuple[dict[str, Settings], list[PolicyProblem]]:
    """Return each gate's settings; a gate without a section has its safe defaults."""
    sections = _mapping(document.value, "gates")
    settings: dict[str, Settings] = {}
    problems: list[PolicyProblem] = []
    for gate, schema in schemas.items():
        value, found = read_section(schema, document, sections.get(gate), ("gates", gate))
        problems += found
        settings[gate] = value or schema()
    return settings, problems


def _unknown_gates(document: Document, known: Collection[str]) -> Iterator[PolicyProblem]:
    for at, name in _gate_names(document.value):
        if isinstance(name, str) and name not in known:
            hint = did_you_mean(name, known)
            yield document.problem(at, f"unknown gate `{name}`; {hint}")


def _gate_names(value: Any) -> Iterator[tuple[places.Path, Any]]:
    for gate in _mapping(value, "gates"):
        yield ("gates", gate), gate
    for stage, gates in _mapping(value, "stages").items():
        for index, gate in enumerate(gates if isinstance(gates, list) else ()):
            yield ("stages", stage, index), gate


def _mapping(value: Any, key: str) -> dict[str, Any]:
    """Return the mapping at `key`, or an empty one: what is wrong there is reported elsewhere."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
