"""pyproject.toml: PEP 621 and 735, and the tables of uv, pdm, flit and Poetry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gatekeeper.scan.dependencies.declarations.interface import (
    UNKNOWN,
    Need,
    Project,
    listed,
    table,
    toml_of,
    written,
)
from gatekeeper.scan.dependencies.declarations.poetry import of_poetry
from gatekeeper.scan.dependencies.locks.interface import normalised

_DEPENDENCIES = frozenset({"dependencies", "optional-dependencies"})


def read(path: str, text: str) -> Project:
    """Read one file; without a project in it, it only configures tools."""
    document = toml_of(text)
    needs = tuple(_needs(document))
    poetry = "poetry" in table(document, "tool")
    is_project = "project" in document or poetry or needs
    return Project(
        path,
        _name(document),
        needs if is_project else None,
        builds=tuple(written(table(document, "build-system").get("requires", []))),
        computed=_computed(document),
        files=tuple(_files(document)),
    )


def _dynamic(document: Mapping[str, Any]) -> frozenset[str]:
    """Return which of its needs the project leaves to its build tool."""
    return _DEPENDENCIES.intersection(listed(table(document, "project").get("dynamic", [])))


def _computed(document: Mapping[str, Any]) -> str:
    """Say what a build tool computes; not what it reads from a table or a file that is known."""
    tools = table(document, "tool")
    known = {"dependencies", *_DEPENDENCIES} if "poetry" in tools else _read_from(document)
    left = sorted(_dynamic(document) - known)
    return f"leaves {' and '.join(f'`{key}`' for key in left)} to its build tool" if left else ""


def _read_from(document: Mapping[str, Any]) -> set[str]:
    setuptools = table(table(document, "tool"), "setuptools")
    return set(table(setuptools, "dynamic").keys())


def _files(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files that setuptools reads needs from."""
    dynamic = table(table(table(document, "tool"), "setuptools"), "dynamic")
    told = [table(dynamic, "dependencies"), *_extras(table(dynamic, "optional-dependencies"))]
    for one in told:
        files = one.get("file", [])
        yield from [files] if isinstance(files, str) else listed(files)


def _extras(groups: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (table(groups, name) for name in groups)


def _name(document: Mapping[str, Any]) -> str:
    return normalised(table(document, "project").get("name")) or ""


def _needs(document: Mapping[str, Any]) -> Iterator[Need]:
    project, tools = table(document, "project"), table(document, "tool")
    if _DEPENDENCIES.intersection(listed(project.get("dynamic", []))):
        yield UNKNOWN
    if "metadata" in table(tools, "flit"):
        # how flit wrote a project before there was a table for it
        yield UNKNOWN
    yield from written(project.get("dependencies", []))
    yield from written(table(tools, "uv").get("dev-dependencies", []))
    yield from _grouped(table(project, "optional-dependencies"))
    yield from _grouped(table(document, "dependency-groups"))
    yield from _grouped(table(table(tools, "pdm"), "dev-dependencies"))
    yield from of_poetry(table(tools, "poetry"))


def _grouped(groups: Mapping[str, Any]) -> Iterator[Need]:
    for group in groups.values():
        yield from written(list(filter(_is_line, listed(group))))


def _is_line(entry: object) -> bool:
    """False for a table, which includes another group: that one is read anyway."""
    return not isinstance(entry, dict)
