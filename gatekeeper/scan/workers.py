"""Shares files out over worker processes; a bad file takes no other along."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Generic, TypeVar

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.interpreters import Interpreter
from gatekeeper.scan.scanners.answers import Answer, read
from gatekeeper.scan.scanners.interface import LATE, Task, last_line
from gatekeeper.scan.shares import dealt

_SMALL = 40
# Seconds for one file.
_PATIENCE = 60
_HUNG = "Timeout ("
_CRASHED = "it crashed on this file"
_SLOW = "took too long"


class FileAnswer(Answer):
    """The line of one file.

    Attributes:
        path: the file.
        failed: why it was not wholly looked at, or empty.
        line: where in the file the reason lies, or None.
    """

    path: str
    failed: str = ""
    line: int | None = None


A = TypeVar("A", bound=FileAnswer)


@dataclass(frozen=True, slots=True)
class Workers(Generic[A]):
    """How a tool is run.

    Attributes:
        tool: its name, for messages.
        module: whose `main` serves (see `worker.py`).
        python: the interpreter.
        schema: of the lines.
        options: what else `main` is told.
    """

    tool: str
    module: str
    python: Interpreter
    schema: type[A]
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Run(Generic[A]):
    """What one process left: its answers, and why it gave no more."""

    answers: list[A]
    ended: str


def looked_at(workers: Workers[A], task: Task) -> list[A]:
    """Return an answer for every file of the task, in the order of their paths.

    Raises:
        ToolError: the tool itself does not run.
    """
    count = processes.cores() if len(task.paths) > _SMALL else 1
    shares = dealt(task.root, task.paths, count)
    with ThreadPoolExecutor(count) as pool:
        parts = list(pool.map(lambda share: _every(workers, task, share), shares))
    return sorted(chain.from_iterable(parts), key=lambda answer: answer.path)


def _every(workers: Workers[A], task: Task, paths: Sequence[str]) -> list[A]:
    """Return an answer for each of these files; after a crash a new process takes the rest."""
    answers: list[A] = []
    left = [*paths]
    while left:
        run = _once(workers, task, left)
        answers += run.answers
        left = _missing(left, run.answers)
        # once the time is over all that is left is late; else only the file that it stopped at
        lost = left if run.ended == LATE else left[:1]
        answers += [workers.schema(path=path, failed=run.ended) for path in lost]
        left = left[len(lost) :]
    return answers


def _missing(paths: Iterable[str], answers: Iterable[FileAnswer]) -> list[str]:
    told = {answer.path for answer in answers}
    return [path for path in paths if path not in told]


def _once(workers: Workers[A], task: Task, paths: Sequence[str]) -> _Run[A]:
    try:
        done = _run(workers, task, paths)
    except processes.OutOfTimeError as late:
        return _Run(_read(workers, late.output), LATE)
    answers = _read(workers, done.output)
    if not answers:
        _require_sound(workers, task)
    return _Run(answers, _SLOW if _HUNG in done.said else _CRASHED)


def _run(workers: Workers[A], task: Task, paths: Sequence[str]) -> processes.Completed:
    given = {
        "root": str(task.root),
        "paths": [*paths],
        "seconds": _PATIENCE,
        "options": {**workers.options},
    }
    return processes.run(
        workers.tool,
        workers.python.command(_program(workers.module)),
        timeout=task.seconds_left(),
        stdin=json.dumps(given).encode(),
    )


def _program(module: str) -> str:
    return f"from {module} import main; main()"


def _require_sound(workers: Workers[A], task: Task) -> None:
    """Refuse a tool that does not even run without any file."""
    done = _run(workers, task, ())
    if done.status or done.output:
        reason = f"{workers.tool} broke down (exit status {done.status}): {last_line(done.said)}"
        raise ToolError(reason, f"run it by hand with {workers.python.program} to see why")


def _read(workers: Workers[A], output: bytes) -> list[A]:
    """Return the answers of whole lines: what ends without a line feed was not finished."""
    lines = output.split(b"\n")[:-1]
    return [*filter(None, (read(workers.schema, line) for line in lines))]
