"""Runs bandit through its library, one file after the other; see `gatekeeper.scan.worker`."""

from __future__ import annotations

import ast
import logging
from pathlib import Path
from typing import Any

from gatekeeper.scan.worker import serve


class _Errors(logging.Handler):
    """Keeps what bandit only logs: a test of it that crashed has not looked at the file."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage().splitlines()[0])


def main() -> None:
    """Scan the files of the task."""
    from bandit.core import config

    errors = _Errors()
    logging.getLogger("bandit").handlers = [errors]
    logging.getLogger("bandit").propagate = False
    settings = config.BanditConfig()  # the defaults: no file of the tree is read
    serve(lambda root, name: _scan(root, name, settings, errors.lines))


def _scan(root: Path, name: str, settings: Any, errors: list[str]) -> dict[str, Any]:
    from bandit.core import manager

    errors.clear()
    run = manager.BanditManager(settings, "file", ignore_nosec=True)
    run.files_list = [str(root / name)]
    run.run_tests()
    if run.skipped:
        reason, line = _why(root / name, run.skipped[0][1])
        return {"failed": reason, "line": line}
    if errors:
        return {"failed": "one of its tests crashed", "line": None}
    return {"hits": [_hit(found) for found in run.results]}


def _why(path: Path, reason: str) -> tuple[str, int | None]:
    try:
        ast.parse(path.read_bytes())
    except SyntaxError as error:
        return "could not be parsed", error.lineno
    except (RecursionError, MemoryError, ValueError, OSError) as error:
        return f"could not be parsed: {type(error).__name__}", None
    return reason, None


def _hit(found: Any) -> dict[str, Any]:
    return {
        "test": found.test_id,
        "line": found.lineno,
        "column": max(found.col_offset, 0) + 1,
        "end_line": max([found.lineno, *found.linerange]),
        "severity": found.severity,
        "confidence": found.confidence,
        "message": found.text,
    }
