"""The scanners for secrets, the better one first. A new one is a module with `scan` and a line."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from gatekeeper.scan.secrets.sighting import Look, Scan, Seen

SCANNERS: Mapping[str, str] = {
    "kingfisher": "gatekeeper.scan.scanners.kingfisher",
    "detect-secrets": "gatekeeper.scan.scanners.detect_secrets",
}


def installed(name: str) -> bool:
    """True when the scanner of that name is here."""
    return bool(import_module(SCANNERS[name]).installed())


def version(name: str) -> str:
    """Return the version of the scanner of that name."""
    return str(import_module(SCANNERS[name]).version_here())


def identity(name: str) -> str:
    """Return name and version; where it is not installed, what no answer was ever kept under."""
    return f"{name} {version(name)}" if installed(name) else f"no {name}"


def scan(name: str, look: Look) -> Seen:
    """Look with the scanner of that name. Raises ToolError."""
    run: Scan = import_module(SCANNERS[name]).scan
    return run(look)
