"""gatekeeper's own data flow: follows what a visitor sends through a file, in worker processes.

It finds what semgrep's and bandit's eyes miss, and it clears calls that it proves harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from gatekeeper.core.errors import ToolError
from gatekeeper.scan.code.facts import Cleared, Hit, ScannerRun, Unseen
from gatekeeper.scan.interpreters import OWN
from gatekeeper.scan.scanners.answers import Answer
from gatekeeper.scan.scanners.interface import Contexts, Engine, SourceFile, Task, in_words
from gatekeeper.scan.workers import FileAnswer, Workers, looked_at

_MODULE = "gatekeeper.scan.scanners.flow_worker"
_VERSION = "1"


class _Found(Answer):
    rule: str
    line: int
    column: int
    end_line: int
    message: str


class _Clear(Answer):
    line: int
    end_line: int
    cwe: tuple[int, ...]
    reason: str


class _File(FileAnswer):
    hits: tuple[_Found, ...] | None = None
    cleared: tuple[_Clear, ...] = ()
    incomplete: str = ""


class Flow:
    """See the module."""

    name = "flow"

    def wants(self, file: SourceFile) -> bool:
        """True for Python."""
        return file.language == "python"

    def engine(self, task: Task) -> Engine:
        """Return the Python that it runs on and the digest of its rules."""
        python = task.python or OWN
        digest = hashlib.sha256(_rules(task.rules)).hexdigest()
        return Engine(_VERSION, python.runtime, f"flow {digest} on {python.version}")

    def scan(self, task: Task) -> ScannerRun:
        """Look at the files, shared out over worker processes."""
        engine = self.engine(task)
        options = {"rules": str(task.rules.resolve())}
        workers = Workers(self.name, _MODULE, task.python or OWN, _File, options)
        answers = looked_at(workers, task)
        return ScannerRun(
            scanner=self.name,
            version=engine.version,
            runtime=engine.runtime,
            wanted=task.paths,
            scanned=tuple(answer.path for answer in answers if answer.hits is not None),
            failed=tuple(chain.from_iterable(map(_failed, answers))),
            hits=tuple(_all_hits(answers, Contexts(task.root))),
            cleared=tuple(chain.from_iterable(map(_cleared, answers))),
            partly=tuple(Unseen(a.path, in_words(a.incomplete)) for a in answers if a.incomplete),
        )


SCANNER = Flow()


def _rules(rules: Path) -> bytes:
    try:
        return (rules / "scan" / "flow.yaml").read_bytes()
    except OSError as error:
        reason = f"the rules of the data flow cannot be read: {error.strerror}"
        raise ToolError(reason, "install gatekeeper again") from None


def _failed(answer: _File) -> Iterator[Unseen]:
    if answer.failed:
        yield Unseen(answer.path, in_words(answer.failed), answer.line)


def _all_hits(answers: Iterable[_File], contexts: Contexts) -> Iterator[Hit]:
    return chain.from_iterable(_hits(answer, contexts) for answer in answers)


def _hits(answer: _File, contexts: Contexts) -> Iterator[Hit]:
    for found in answer.hits or ():
        yield Hit(
            rule=found.rule,
            path=answer.path,
            line=found.line,
            column=found.column,
            end_line=found.end_line,
            context=contexts.digest(answer.path, found.line, found.end_line),
            message=in_words(found.message),
        )


def _cleared(answer: _File) -> Iterator[Cleared]:
    for clear in answer.cleared:
        yield Cleared(answer.path, clear.line, clear.end_line, clear.cwe, in_words(clear.reason))
