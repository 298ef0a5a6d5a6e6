"""Shows what a command is about to change, as a unified diff."""

from __future__ import annotations

import difflib

from gatekeeper.cli.console import out
from gatekeeper.reports.escape import visible

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show(name: str, before: str, after: str) -> None:
    """Print the difference between two texts of a file; what they hold cannot act on a terminal."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", lineterm=""
    )
    for line in lines:
        style = None if line.startswith(("+++", "---")) else _STYLES.get(line[:1])
        out.print(visible(line), style=style, markup=False, soft_wrap=True)
