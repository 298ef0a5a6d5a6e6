"""bandit, through its library in worker processes: no configuration, no `nosec`, every file."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import chain
from typing import Any

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.code.facts import Hit, ScannerRun, Unseen
from gatekeeper.scan.scanners.interface import Contexts, SourceFile, Task, in_words

_WORKERS = 2
_SMALL = 40
_QUOTED = re.compile(r"'.*'", re.DOTALL)
_QUOTES_SECRETS = frozenset({"B105", "B106", "B107"})


class Bandit:
    """See the module."""

    name = "bandit"

    def wants(self, file: SourceFile) -> bool:
        """True for Python."""
        return file.language == "python"

    def scan(self, task: Task) -> ScannerRun:
        """Look at the files, shared out over worker processes."""
        answers = _shared_out(task)
        contexts = Contexts(task.root)
        return ScannerRun(
            scanner=self.name,
            version=version("bandit"),
            runtime=f"Python {'.'.join(platform.python_version_tuple()[:2])}",
            wanted=task.paths,
            scanned=tuple(answer["path"] for answer in answers if "hits" in answer),
            failed=tuple(_failed(answer) for answer in answers if "failed" in answer),
            hits=tuple(hit for answer in answers for hit in _hits(answer, contexts)),
        )


SCANNER = Bandit()


def _shared_out(task: Task) -> list[dict[str, Any]]:
    workers = _WORKERS if len(task.paths) > _SMALL else 1
    shards = [task.paths[start::workers] for start in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda shard: _run(task, shard), shards))
    return sorted(chain.from_iterable(parts), key=lambda answer: str(answer["path"]))


def _run(task: Task, paths: tuple[str, ...]) -> list[dict[str, Any]]:
    done = processes.run(
        "bandit",
        processes.python("-m", "gatekeeper.scan.scanners.bandit_worker"),
        timeout=task.seconds_left(),
        stdin=json.dumps({"root": str(task.root), "paths": paths}).encode(),
    )
    try:
        answers: list[dict[str, Any]] = [json.loads(line) for line in done.output.splitlines()]
    except ValueError:
        reason = f"bandit broke down (exit status {done.status}): {in_words(done.said)}"
        raise ToolError(reason, "run it by hand on these files to see why") from None
    if done.status and not answers:
        raise ToolError(f"bandit broke down (exit status {done.status}): {in_words(done.said)}")
    return answers + _unanswered(paths, answers)


def _unanswered(paths: Iterable[str], answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Account for the files that no line speaks of: the first of them ended the worker."""
    told = {answer["path"] for answer in answers}
    missing = [path for path in paths if path not in told]
    reasons = ["it crashed on this file", *["it had crashed before this file"] * len(missing)]
    return [
        {"path": path, "failed": reason} for path, reason in zip(missing, reasons, strict=False)
    ]


def _failed(answer: dict[str, Any]) -> Unseen:
    return Unseen(answer["path"], in_words(answer["failed"]), answer.get("line"))


def _hits(answer: dict[str, Any], contexts: Contexts) -> Iterable[Hit]:
    for found in answer.get("hits", []):
        message = found["message"]
        if found["test"] in _QUOTES_SECRETS:
            message = _QUOTED.sub("'…'", message)
        yield Hit(
            rule=f"bandit-{found['test']}",
            path=answer["path"],
            line=found["line"],
            column=found["column"],
            end_line=found["end_line"],
            context=contexts.digest(answer["path"], found["line"], found["end_line"]),
            message=in_words(message),
            severity=found["severity"].lower(),
            unsure=found["confidence"] == "LOW",
        )
