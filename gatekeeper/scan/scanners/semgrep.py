"""semgrep with our own rules, and nothing of the scanned tree's wishes.

No option of it is left to the tree: files are named one by one (its own file finding leaves out
tests, large files and whatever a `.semgrepignore` names), inline `nosemgrep` is off, and it runs
outside the tree with an empty home.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from gatekeeper.scan import processes
from gatekeeper.scan.code.facts import Hit, Mend, ScannerRun, Unseen
from gatekeeper.scan.code.mending import mend
from gatekeeper.scan.encodings import misread
from gatekeeper.scan.files import language
from gatekeeper.scan.scanners.interface import Contexts, Engine, SourceFile, Task
from gatekeeper.scan.scanners.semgrep_answers import Error, Report, Result
from gatekeeper.scan.scanners.semgrep_rules import bundle, digest
from gatekeeper.scan.scanners.semgrep_runs import FLAGS, Outcome, Share, outcomes, require
from gatekeeper.scan.shares import dealt

_LANGUAGES = frozenset({"python", "javascript", "typescript"})
_ARGUMENTS = 500_000
_FEWEST, _MOST = 50, 400


@dataclass(slots=True)
class _Account:
    """What was seen, found and lost; grows by one share of the files after the other."""

    root: Path
    contexts: Contexts
    scanned: list[str] = field(default_factory=list)
    failed: set[Unseen] = field(default_factory=set)
    hits: list[Hit] = field(default_factory=list)

    def lost(self, paths: Iterable[str], reason: str) -> None:
        self.failed.update(Unseen(path, reason) for path in paths)

    def add(self, outcome: Outcome) -> None:
        if outcome.report is None:
            self.lost(outcome.paths, outcome.lost)
        else:
            self._add(outcome.report)

    def _add(self, report: Report) -> None:
        self.scanned += map(self._relative, report.paths.scanned)
        self.hits += map(self._hit, report.results)
        self.failed.update(map(self._unseen, report.errors))

    def _hit(self, result: Result) -> Hit:
        path, line, end_line = self._relative(result.path), result.start.line, result.end.line
        context = self.contexts.digest(path, line, end_line)
        mends = self._mend(path, result)
        return Hit(result.check_id, path, line, result.start.col, end_line, context, mend=mends)

    def _mend(self, path: str, result: Result) -> Mend | None:
        if result.extra.fix is None:
            return None
        start, end = (result.start.line, result.start.col), (result.end.line, result.end.col)
        return mend((self.root / path).read_bytes(), start, end, result.extra.fix)

    def _unseen(self, error: Error) -> Unseen:
        return Unseen(self._relative(error.path), error.reason, error.line)

    def _relative(self, path: str) -> str:
        return path.removeprefix(f"{self.root}{os.sep}").replace(os.sep, "/")


class Semgrep:
    """See the module."""

    name = "semgrep"

    def wants(self, file: SourceFile) -> bool:
        """True for the languages that we have rules for."""
        return file.language in _LANGUAGES

    def engine(self, task: Task) -> Engine:
        """Return semgrep's version, and the digest of our rules."""
        require()
        told = version("semgrep")
        return Engine(told, "", f"semgrep {told} {digest(task.rules)} {' '.join(FLAGS)}")

    def scan(self, task: Task) -> ScannerRun:
        """Look at the files, shared out over the cores: each is judged for itself."""
        account = _account(task)
        return ScannerRun(
            scanner=self.name,
            version=version("semgrep"),
            runtime="",
            wanted=task.paths,
            scanned=tuple(sorted(account.scanned)),
            failed=tuple(sorted(account.failed, key=lambda f: (f.path, f.line or 0, f.reason))),
            hits=tuple(sorted(account.hits, key=lambda h: (h.path, h.line, h.column, h.rule))),
        )


SCANNER = Semgrep()


def _account(task: Task) -> _Account:
    account = _Account(task.root, Contexts(task.root))
    shares = list(_shares(task, account))
    with ThreadPoolExecutor(processes.cores()) as pool:
        for found in pool.map(lambda share: [*outcomes(task, share)], shares):
            for outcome in found:
                account.add(outcome)
    return account


def _shares(task: Task, account: _Account) -> Iterator[Share]:
    """Cut the files into shares of one language, the largest set of them first."""
    for named, paths in _readable(task, account).items():
        rules = bundle(task.rules, task.cache, named)
        for share in _cut(task.root, paths):
            yield Share(rules, tuple(share))


def _readable(task: Task, account: _Account) -> dict[str, list[str]]:
    """Return, by language, the files in which semgrep sees what is run; it loses the others."""
    kept: dict[str, list[str]] = defaultdict(list)
    for path in task.paths:
        named = language(task.root, path) or ""
        try:
            reason = misread((task.root / path).read_bytes(), named)
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
        if reason:
            account.lost([path], reason)
        else:
            kept[named].append(path)
    return kept


def _cut(root: Path, paths: list[str]) -> Iterator[list[str]]:
    """Cut files into shares: enough for every core, none too long for a command line."""
    most = min(_MOST, max(_FEWEST, math.ceil(len(paths) / processes.cores())))
    longest = max((len(os.fsencode(path)) for path in paths), default=0)
    fit = max(1, _ARGUMENTS // (longest + len(os.fsencode(root)) + 9))
    for share in dealt(root, paths, math.ceil(len(paths) / most)):
        yield from (share[start : start + fit] for start in range(0, len(share), fit))
