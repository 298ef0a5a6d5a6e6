"""Needs as Poetry and Pipenv write them: a table from names to versions, or to more tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import starmap
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from gatekeeper.scan.dependencies.declarations.interface import Need, table
from gatekeeper.scan.dependencies.versions import parsed

_SOURCES = frozenset({"git", "url", "path", "file", "hg", "svn", "bzr"})
_MARKERS = frozenset({"markers", "python", "platform"})


def of_poetry(poetry: Mapping[str, Any]) -> Iterator[Need]:
    """Yield what the `tool.poetry` table of a project asks for, but for Python itself."""
    yield from _packages(table(poetry, "dependencies"))
    yield from _packages(table(poetry, "dev-dependencies"))
    for group in table(poetry, "group").values():
        yield from _packages(table(group, "dependencies"))


def _packages(told: Mapping[str, Any]) -> Iterator[Need]:
    return (need for need in named(told) if need.name != "python")


def named(told: Mapping[str, Any]) -> Iterator[Need]:
    """Yield the need under each name of a table."""
    return starmap(_need, told.items())


def _need(name: str, told: object) -> Need:
    """Return a need that is told by a version, or by a table that may hold one."""
    keys: Mapping[str, Any] = told if isinstance(told, dict) else {"version": told}
    always, sourced = _MARKERS.isdisjoint(keys), not _SOURCES.isdisjoint(keys)
    return Need(canonicalize_name(name), _allowed(keys.get("version")), always, sourced)


def _allowed(text: object) -> SpecifierSet:
    """Return the versions that a text allows; any where it is not written as in PEP 440."""
    try:
        return SpecifierSet(_specifier(text) if isinstance(text, str) else "")
    except ValueError:
        return SpecifierSet()


def _specifier(text: str) -> str:
    return f"=={text}" if parsed(text) else text
