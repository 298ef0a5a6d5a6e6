"""One file a tool. A new one is a module with a `SCANNER` and a line in this registry."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from gatekeeper.scan.scanners.interface import Scanner

SCANNERS: Mapping[str, str] = {
    "semgrep": "gatekeeper.scan.scanners.semgrep",
    "flow": "gatekeeper.scan.scanners.flow",
    "bandit": "gatekeeper.scan.scanners.bandit",
}


def load(name: str) -> Scanner:
    """Return the scanner of that name."""
    scanner: Scanner = import_module(SCANNERS[name]).SCANNER
    return scanner
