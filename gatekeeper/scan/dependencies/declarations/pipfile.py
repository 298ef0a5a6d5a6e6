"""Pipfile: a table of packages for each category, beside a few settings."""

from __future__ import annotations

from gatekeeper.scan.dependencies.declarations.interface import Project, table, toml_of
from gatekeeper.scan.dependencies.declarations.poetry import named

_SETTINGS = frozenset({"source", "requires", "scripts", "pipenv"})


def read(path: str, text: str) -> Project:
    """Read one file; whatever it says, it is a project."""
    document = toml_of(text)
    categories = [table(document, key) for key in sorted(document.keys() - _SETTINGS)]
    return Project(path, needs=tuple(need for told in categories for need in named(told)))
