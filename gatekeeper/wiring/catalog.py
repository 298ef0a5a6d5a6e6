"""Reads the rules that gatekeeper ships into the catalog.

Parsing hundreds of files strictly takes seconds, so what came of it is kept, sealed, under the
name of everything that it was made of.
"""

from __future__ import annotations

import functools
from pathlib import Path

from pydantic import TypeAdapter

from gatekeeper import core
from gatekeeper.core.catalog import Catalog, Rule, parse_catalog
from gatekeeper.core.errors import ToolError
from gatekeeper.scan.results import Results, named
from gatekeeper.wiring import environment
from gatekeeper.wiring.environment import rules_folder

# Folders below `rules/` that hold something else than rules.
_OTHER = {"fixtures", "detectors"}


@functools.cache
def catalog() -> Catalog:
    """Return the catalog. Raises ToolError when the rules are not installed."""
    files = _texts(rules_folder(), "*.yml")
    if not files:
        raise ToolError("gatekeeper's rules are not installed", "install gatekeeper again")
    kept = Results(environment.cache_folder(), environment.cache_key())
    code = _texts(Path(core.__file__).parent, "*.py")
    name = named(
        "catalog", *(part for texts in (files, code) for one in texts.items() for part in one)
    )
    rules = TypeAdapter(tuple[Rule, ...])
    if known := kept.get([name]).get(name):
        return Catalog({rule.id: rule for rule in rules.validate_json(known)})
    parsed = parse_catalog(files)
    kept.put({name: rules.dump_json(tuple(parsed))})
    return parsed


def _texts(folder: Path, pattern: str) -> dict[str, str]:
    """Return the text of every file, by its path relative to the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob(pattern))
        if not _OTHER & set(path.relative_to(folder).parts)
    }
