"""What this machine offers: environment variables and folders. Read here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gatekeeper.core import references
from gatekeeper.core.gate import AnyGate
from gatekeeper.core.sections import Settings


def variables() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ


def slice_for(gate: AnyGate, settings: Settings) -> dict[str, str]:
    """Return only what this gate declares or its settings name: least privilege."""
    names = {*gate.environment, *references.names(settings.model_dump())}
    return {name: os.environ[name] for name in sorted(names) if os.environ.get(name)}


def secrets_of(values: Mapping[str, str]) -> set[str]:
    """Return what must never be printed: the values, and the passwords of those that are URLs."""
    found = set(values.values())
    for value in values.values():
        if "://" in value:
            password = value.partition("://")[2].rpartition("@")[0].partition(":")[2]
            found |= {password, unquote(password), urlsplit(value).query}
    return found


def cache_folder() -> Path:
    """Return where results that can be computed again are kept; it may not exist yet."""
    named = os.environ.get("GATEKEEPER_CACHE_DIR")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gatekeeper"


def rules_folder() -> Path:
    """Return the folder of rules: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "rules"
    return installed if installed.is_dir() else package.parent / "rules"
