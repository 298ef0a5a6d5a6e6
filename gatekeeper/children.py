"""The tools that are running: whoever ends gatekeeper early ends them too.

A tool runs in a session of its own, so a signal that ends gatekeeper does not reach it.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress

_groups: set[int] = set()
_lock = threading.Lock()


def adopt(group: int) -> None:
    """Remember a process group (its leader's id) that was started."""
    with _lock:
        _groups.add(group)


def release(group: int) -> None:
    """Forget a process group that has ended."""
    with _lock:
        _groups.discard(group)


def end_all() -> None:
    """Kill every group that is still remembered."""
    with _lock:
        for group in _groups:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        _groups.clear()
