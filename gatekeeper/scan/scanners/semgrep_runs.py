"""Runs semgrep on shares of the files, and cuts a share that fails until only the culprit is lost.

A file can take semgrep down, or hold it up in a place where its own time-out does not reach. One
run holds hundreds of files, so one that does not come back is run again in pieces.
"""

from __future__ import annotations

import os
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from gatekeeper.scan import processes
from gatekeeper.scan.scanners.interface import LATE, Task
from gatekeeper.scan.scanners.semgrep_answers import BrokeDownError, Report, believable
from gatekeeper.scan.shares import dealt, weight

FLAGS = (
    *("--metrics", "off", "--disable-version-check", "--disable-nosem", "--no-autofix"),
    *("--no-git-ignore", "--novcs", "--x-ignore-semgrepignore-files"),
    *("--max-target-bytes", "0", "--no-exclude-binary-files", "--scan-unknown-extensions"),
    *("--timeout", "30", "--timeout-threshold", "1", "--jobs", "1"),
    *("--no-rewrite-rule-ids", "--json", "--quiet"),
)
# Its newer front end gives the same answers for a fifth of the time (a test compares them); where
# it breaks down the older one is asked.
_FAST = ("--experimental",)
_ENVIRONMENT = {"SEMGREP_ENABLE_VERSION_CHECK": "0", "SEMGREP_SEND_METRICS": "off"}
_CRASHED = "it crashed on this file"
_SLOW = "took too long"
_PIECES = 8
# Seconds that a run may take, besides one for so many bytes: several times what it needs.
_PATIENCE = 60.0
_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Share:
    """Files of one language, and the compiled rules for it."""

    rules: Path
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of some files: a report on them, or why there is none."""

    paths: tuple[str, ...]
    report: Report | None
    lost: str = ""


def outcomes(task: Task, share: Share) -> Iterator[Outcome]:
    """Yield what came of a share: in one piece, or in as many as it takes.

    Raises:
        ToolError: semgrep does not run at all.
    """
    try:
        yield Outcome(share.paths, _look(task, share))
    except processes.OutOfTimeError:
        yield from _again(task, share, _SLOW)
    except BrokeDownError:
        _require_sound(task, share)
        yield from _again(task, share, _CRASHED)


def _again(task: Task, share: Share, reason: str) -> Iterator[Outcome]:
    if task.seconds_left() <= 0:
        return iter((Outcome(share.paths, None, LATE),))
    if len(share.paths) == 1:
        return iter((Outcome(share.paths, None, reason),))
    pieces = dealt(task.root, share.paths, _PIECES)
    return chain.from_iterable(
        outcomes(task, replace(share, paths=tuple(piece))) for piece in pieces
    )


def _look(task: Task, share: Share) -> Report:
    targets = [f"{task.root}{os.sep}{path}" for path in share.paths]
    arguments = ("--config", str(share.rules), *FLAGS, "--", *targets)
    patience = _PATIENCE + sum(weight(task.root / path) for path in share.paths) / _BYTES
    with suppress(BrokeDownError):
        return _ask(task, (*_FAST, *arguments), patience)
    return _ask(task, arguments, patience)


def _require_sound(task: Task, share: Share) -> None:
    """Refuse a semgrep that breaks down on an empty file, too. Raises BrokeDownError."""
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        (Path(folder) / "empty").touch()
        _look(replace(task, root=Path(folder)), replace(share, paths=("empty",)))


def _ask(task: Task, arguments: Sequence[str], patience: float) -> Report:
    command = [*_program(), *arguments]
    seconds = min(task.seconds_left(), patience)
    return believable(processes.run("semgrep", command, timeout=seconds, environment=_ENVIRONMENT))


def _program() -> list[str]:
    program = require()
    return processes.python(str(program), "scan")


def require() -> Path:
    """Return the program. Raises ToolError when it is not installed."""
    program = Path(sysconfig.get_path("scripts")) / "semgrep"
    processes.require("semgrep", program.exists())
    return program
