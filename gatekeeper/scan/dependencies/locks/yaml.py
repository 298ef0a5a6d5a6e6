"""YAML documents of lock files, read safely."""

from __future__ import annotations

from typing import Any

from gatekeeper.scan.dependencies.locks.interface import UnreadableError


def document(text: str) -> dict[str, Any]:
    """Return a document that is a mapping.

    Raises:
        UnreadableError: it is none.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders, one in C
    except (yaml.YAMLError, ValueError, RecursionError):
        raise UnreadableError("is not valid YAML") from None
    if not isinstance(found, dict):
        raise UnreadableError("is not a mapping")
    return found


def tables(value: object, key: str) -> list[dict[str, Any]]:
    """Return a list of mappings.

    Raises:
        UnreadableError: it is none.
    """
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise UnreadableError(f"has a `{key}` that is not a list of mappings")
    return value
