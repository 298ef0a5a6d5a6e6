"""The two consoles: results on `out`, everything else on `err`. Rich honours NO_COLOR for both."""

from __future__ import annotations

from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
