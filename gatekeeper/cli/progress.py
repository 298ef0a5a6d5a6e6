"""What the gates are doing, on standard error: a live line each on a terminal, else plain lines."""

from __future__ import annotations

import threading
from types import TracebackType

from rich.live import Live
from rich.table import Table
from rich.text import Text

from gatekeeper.cli.console import err
from gatekeeper.reports.escape import one_line


class Progress:
    """Callable with (gate, what it does), from any thread."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._doing: dict[str, str] = {}
        self._lock = threading.Lock()
        self._live = Live(console=err, transient=True) if err.is_terminal and not quiet else None

    def __enter__(self) -> Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, gate: str, doing: str) -> None:
        """Show what a gate does now."""
        if self._quiet:
            return
        text = one_line(doing, 200)
        with self._lock:
            self._doing[gate] = text
            if self._live:
                self._live.update(self._table(), refresh=True)
            else:
                err.print(f"{gate}: {text}", markup=False, soft_wrap=True)

    def _table(self) -> Table:
        grid = Table.grid(padding=(0, 2))
        for gate, doing in self._doing.items():
            grid.add_row(Text(gate, style="bold"), Text(doing))
        return grid
