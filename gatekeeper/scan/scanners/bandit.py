"""bandit, through its library in worker processes: no configuration, no `nosec`, every file."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain, zip_longest

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.code.facts import Hit, ScannerRun, Unseen
from gatekeeper.scan.scanners.answers import Answer, read
from gatekeeper.scan.scanners.interface import LATE, Contexts, SourceFile, Task, in_words, last_line

_SMALL = 40
_QUOTED = re.compile(r"'.*'", re.DOTALL)
_QUOTES_SECRETS = frozenset({"B105", "B106", "B107"})
_CRASHED = ("it crashed on this file", "it had crashed before this file")


class _Found(Answer):
    test: str
    line: int
    column: int
    end_line: int
    severity: str
    confidence: str
    message: str


class _File(Answer):
    """The line of one file: what was found, or why it was not wholly looked at."""

    path: str
    hits: tuple[_Found, ...] | None = None
    failed: str = ""
    line: int | None = None


class Bandit:
    """See the module."""

    name = "bandit"

    def wants(self, file: SourceFile) -> bool:
        """True for Python."""
        return file.language == "python"

    def scan(self, task: Task) -> ScannerRun:
        """Look at the files, shared out over worker processes."""
        answers = _shared_out(task)
        return ScannerRun(
            scanner=self.name,
            version=version("bandit"),
            runtime=f"Python {'.'.join(platform.python_version_tuple()[:2])}",
            wanted=task.paths,
            scanned=tuple(_scanned(answers)),
            failed=tuple(chain.from_iterable(map(_failed, answers))),
            hits=tuple(_all_hits(answers, Contexts(task.root))),
        )


SCANNER = Bandit()


def _shared_out(task: Task) -> list[_File]:
    processes.require("bandit", find_spec("bandit"))
    workers = processes.cores() if len(task.paths) > _SMALL else 1
    shards = [task.paths[start::workers] for start in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda shard: _run(task, shard), shards))
    return sorted(chain.from_iterable(parts), key=lambda answer: answer.path)


def _run(task: Task, paths: tuple[str, ...]) -> list[_File]:
    try:
        done = processes.run(
            "bandit",
            processes.python("-m", "gatekeeper.scan.scanners.bandit_worker"),
            timeout=task.seconds_left(),
            stdin=json.dumps({"root": str(task.root), "paths": paths}).encode(),
        )
    except processes.OutOfTimeError as late:
        # the last line may be half of one: only what ends with a line feed was finished
        answers = _read(late.output.rpartition(b"\n")[0]) or []
        return answers + _unanswered(paths, answers, (LATE,))
    answers = _believable(done)
    return answers + _unanswered(paths, answers, _CRASHED)


def _believable(done: processes.Completed) -> list[_File]:
    answers = _read(done.output)
    if answers is None or (done.status and not answers):
        reason = f"bandit broke down (exit status {done.status}): {last_line(done.said)}"
        raise ToolError(reason, "run it by hand on these files to see why")
    return answers


def _read(output: bytes) -> list[_File] | None:
    """Return the answers of all lines, or None when one of them is none."""
    lines = output.splitlines()
    answers = list(filter(None, (read(_File, line) for line in lines)))
    return answers if len(answers) == len(lines) else None


def _unanswered(
    paths: Iterable[str], answers: Iterable[_File], reasons: Sequence[str]
) -> list[_File]:
    """Account for the files that no line speaks of; the last reason stands for all the rest."""
    told = {answer.path for answer in answers}
    missing = [path for path in paths if path not in told]
    named = zip_longest(missing, reasons[: len(missing)], fillvalue=reasons[-1])
    return [_File(path=path, failed=reason) for path, reason in named]


def _scanned(answers: Iterable[_File]) -> Iterator[str]:
    return (answer.path for answer in answers if answer.hits is not None)


def _failed(answer: _File) -> Iterator[Unseen]:
    if answer.failed:
        yield Unseen(answer.path, in_words(answer.failed), answer.line)


def _all_hits(answers: Iterable[_File], contexts: Contexts) -> Iterator[Hit]:
    return chain.from_iterable(_hits(answer, contexts) for answer in answers)


def _hits(answer: _File, contexts: Contexts) -> Iterator[Hit]:
    for found in answer.hits or ():
        yield Hit(
            rule=f"bandit-{found.test}",
            path=answer.path,
            line=found.line,
            column=found.column,
            end_line=found.end_line,
            context=contexts.digest(answer.path, found.line, found.end_line),
            message=in_words(_without_secrets(found)),
            severity=found.severity.lower(),
            unsure=found.confidence == "LOW",
        )


def _without_secrets(found: _Found) -> str:
    return _QUOTED.sub("'…'", found.message) if found.test in _QUOTES_SECRETS else found.message
