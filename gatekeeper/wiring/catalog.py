"""Reads the rules that gatekeeper ships into the catalog."""

from __future__ import annotations

import functools

from gatekeeper.core.catalog import Catalog, parse_catalog
from gatekeeper.core.errors import ToolError
from gatekeeper.wiring.environment import rules_folder

# Folders below `rules/` that hold something else than rules.
_OTHER = {"fixtures", "detectors"}


@functools.cache
def catalog() -> Catalog:
    """Return the catalog. Raises ToolError when the rules are not installed."""
    folder = rules_folder()
    files = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.yml")
        if not _OTHER & set(path.relative_to(folder).parts)
    }
    if not files:
        raise ToolError("gatekeeper's rules are not installed", "install gatekeeper again")
    return parse_catalog(files)
