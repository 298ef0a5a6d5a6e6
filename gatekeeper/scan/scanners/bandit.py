"""bandit, through its library in worker processes: no configuration, no `nosec`, every file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain

from gatekeeper.scan import processes
from gatekeeper.scan.code.facts import Hit, ScannerRun, Unseen
from gatekeeper.scan.interpreters import OWN
from gatekeeper.scan.scanners.answers import Answer
from gatekeeper.scan.scanners.interface import Contexts, Engine, SourceFile, Task, in_words
from gatekeeper.scan.workers import FileAnswer, Workers, looked_at

_QUOTED = re.compile(r"'.*'", re.DOTALL)
_QUOTES_SECRETS = frozenset({"B105", "B106", "B107"})
_MODULE = "gatekeeper.scan.scanners.bandit_worker"


class _Found(Answer):
    test: str
    line: int
    column: int
    end_line: int
    severity: str
    confidence: str
    message: str


class _File(FileAnswer):
    hits: tuple[_Found, ...] | None = None


class Bandit:
    """See the module."""

    name = "bandit"

    def wants(self, file: SourceFile) -> bool:
        """True for Python."""
        return file.language == "python"

    def engine(self, task: Task) -> Engine:
        """Return bandit's version and the Python that it runs on."""
        processes.require("bandit", find_spec("bandit"))
        python = task.python or OWN
        return Engine(
            version("bandit"), python.runtime, f"bandit {version('bandit')} on {python.version}"
        )

    def scan(self, task: Task) -> ScannerRun:
        """Look at the files, shared out over worker processes."""
        engine = self.engine(task)
        workers = Workers(self.name, _MODULE, task.python or OWN, _File)
        answers = looked_at(workers, task)
        return ScannerRun(
            scanner=self.name,
            version=engine.version,
            runtime=engine.runtime,
            wanted=task.paths,
            scanned=tuple(answer.path for answer in answers if answer.hits is not None),
            failed=tuple(chain.from_iterable(map(_failed, answers))),
            hits=tuple(_all_hits(answers, Contexts(task.root))),
        )


SCANNER = Bandit()


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
