"""Where synchronised databases are kept."""

from __future__ import annotations

from pathlib import Path

from gatekeeper.scan.dependencies.database.ecosystems import Ecosystem


def databases_folder(cache: Path) -> Path:
    """Return the folder of databases below the user's cache."""
    return cache / "advisories"


def database_file(cache: Path, ecosystem: Ecosystem) -> Path:
    """Return the file of one ecosystem; it may not exist yet."""
    return databases_folder(cache) / f"{ecosystem.key}.sqlite"
