"""What asks for what, as lock files in TOML tell it: tables, lists of tables, or requirements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from gatekeeper.scan.dependencies.facts import Pin
from gatekeeper.scan.dependencies.locks.interface import normalised, only

_GROUPS = ("optional-dependencies", "dev-dependencies")


def linked(pins: Iterable[Pin], packages: Iterable[Mapping[str, Any]]) -> tuple[Pin, ...]:
    """Return the pins, each with the names of what asks for it."""
    asking: dict[str, set[str]] = defaultdict(set)
    for package in packages:
        name = normalised(package.get("name"))
        for wanted in _wanted(package):
            if name and wanted and wanted != name:
                asking[wanted].add(name)
    return tuple(replace(pin, via=tuple(sorted(asking[pin.name]))) for pin in pins)


def _wanted(package: Mapping[str, Any]) -> Iterator[str | None]:
    yield from _names(package.get("dependencies"))
    for groups in only(dict, map(package.get, _GROUPS)):
        yield from chain.from_iterable(map(_names, groups.values()))


def _names(told: object) -> Iterator[str | None]:
    """Yield names from a table (Poetry), or a list of tables (uv) or of requirements (pdm)."""
    for one in told if isinstance(told, list | dict) else ():
        name = one.get("name") if isinstance(one, dict) else one
        yield normalised(_named(name)) if isinstance(name, str) else None


def _named(text: str) -> str:
    try:
        return Requirement(text).name
    except InvalidRequirement:
        return ""
