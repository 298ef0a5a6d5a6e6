"""`${NAME}` in a policy: where it stands, whether it is set, and what it is replaced by.

It is kept as written until a gate collects. So a policy has one digest wherever it is read,
recorded evidence can be judged where the variables are not set, and no secret ever enters a
policy value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gatekeeper.core.errors import PolicyProblem
from gatekeeper.core.places import Document, Path

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def names(value: Any) -> frozenset[str]:
    """Return the names of the variables that a value (nested dicts, lists, strings) refers to."""
    return frozenset(name for _, text in _strings(value, ()) for name in REFERENCE.findall(text))


def resolve(template: str, environment: Mapping[str, str]) -> str:
    """Replace each `${NAME}`; the result is a secret. Raises KeyError for one that is not set."""
    return REFERENCE.sub(lambda found: environment[found[1]], template)


def unset(
    document: Document, value: Any, at: Path, environment: Collection[str]
) -> list[PolicyProblem]:
    """Return a problem for each `${NAME}` below `at` in the document that is not set."""
    return [
        document.problem(where, f"`${{{name}}}`: this environment variable is not set")
        for where, text in _strings(value, at)
        for name in REFERENCE.findall(text)
        if name not in environment
    ]


def _strings(value: Any, at: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield at, value
    for key, item in _items(value):
        yield from _strings(item, (*at, key))


def _items(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    if isinstance(value, list | tuple):
        yield from enumerate(value)
