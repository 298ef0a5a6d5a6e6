"""semgrep with our own rules, and nothing of the scanned tree's wishes.

No option of it is left to the tree: files are named one by one (its own file finding leaves out
tests, large files and whatever a `.semgrepignore` names), inline `nosemgrep` is off, and it runs
outside the tree with an empty home.
"""

from __future__ import annotations

import codecs
import math
import os
import re
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.code.facts import Hit, ScannerRun, Unseen
from gatekeeper.scan.scanners.answers import Answer, read
from gatekeeper.scan.scanners.interface import LATE, Contexts, SourceFile, Task, in_words
from gatekeeper.scan.scanners.semgrep_rules import bundle

_FLAGS = (
    *("--metrics", "off", "--disable-version-check", "--disable-nosem", "--no-autofix"),
    *("--no-git-ignore", "--novcs", "--x-ignore-semgrepignore-files"),
    *("--max-target-bytes", "0", "--no-exclude-binary-files", "--scan-unknown-extensions"),
    *("--timeout", "30", "--timeout-threshold", "0", "--jobs", "1"),
    *("--no-rewrite-rule-ids", "--json", "--quiet"),
)
# Its newer front end gives the same answers for a fifth of the time (a test compares them); where
# it breaks down the older one is asked.
_FAST = ("--experimental",)
_ENVIRONMENT = {"SEMGREP_ENABLE_VERSION_CHECK": "0", "SEMGREP_SEND_METRICS": "off"}
_FINISHED = frozenset({0, 1})
_ARGUMENTS = 500_000
_FEWEST, _MOST = 50, 400
_READABLE = frozenset({"utf-8", "utf-8-sig", "iso8859-1", "ascii", "cp1252"})
# with what editors add to them, e.g. `utf-8-unix`, Python takes these for UTF-8 and Latin-1
_EDITORS = ("utf-8-", "latin-1-", "iso-8859-1-", "iso-latin-1-")
_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-.\w]+)")
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_REASONS = {
    "PartialParsing": "could not be parsed wholly",
    "Syntax error": "could not be parsed",
    "Timeout": "took too long",
    "FixpointTimeout": "took too long",
}


class _BrokeDownError(ToolError):
    """A run that cannot be believed."""

    def __init__(self, how: str, status: int, said: str) -> None:
        reason = f"semgrep {how} (exit status {status}): {in_words(said)}"
        super().__init__(reason, "run it by hand on these files to see why")


class _Position(Answer):
    line: int
    col: int


class _Result(Answer):
    check_id: str
    path: str
    start: _Position
    end: _Position


class _Span(Answer):
    start: _Position


class _Error(Answer):
    """An error means that something was not looked at, even where it is called a warning."""

    type: str | list[object]
    path: str = ""
    message: str = ""
    spans: tuple[_Span, ...] = ()

    @property
    def reason(self) -> str:
        kind = self.type if isinstance(self.type, str) else str(self.type[0])
        return _REASONS.get(kind, in_words(kind))

    @property
    def line(self) -> int | None:
        return self.spans[0].start.line if self.spans else None


class _Paths(Answer):
    scanned: list[str]


class _Report(Answer):
    paths: _Paths
    results: list[_Result]
    errors: list[_Error]

    def unplaced(self) -> str:
        """Return what went wrong with the run as a whole; empty for nothing."""
        return next((error.message or "?" for error in self.errors if not error.path), "")


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

    def add(self, report: _Report) -> None:
        self.scanned += map(self._relative, report.paths.scanned)
        self.hits += map(self._hit, report.results)
        self.failed.update(map(self._unseen, report.errors))

    def _hit(self, result: _Result) -> Hit:
        path, line, end_line = self._relative(result.path), result.start.line, result.end.line
        context = self.contexts.digest(path, line, end_line)
        return Hit(result.check_id, path, line, result.start.col, end_line, context)

    def _unseen(self, error: _Error) -> Unseen:
        return Unseen(self._relative(error.path), error.reason, error.line)

    def _relative(self, path: str) -> str:
        return path.removeprefix(f"{self.root}{os.sep}").replace(os.sep, "/")


class Semgrep:
    """See the module."""

    name = "semgrep"

    def wants(self, file: SourceFile) -> bool:
        """True for the languages that we have rules for."""
        return file.language == "python"

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
    rules = bundle(task.rules, task.cache)
    account = _Account(task.root, Contexts(task.root))
    shares = list(_shares(task.root, [*_readable(task.paths, account)]))
    with ThreadPoolExecutor(processes.cores()) as pool:
        reports = pool.map(lambda share: _look(task, rules, share), shares)
        for share, report in zip(shares, reports, strict=True):
            if report:
                account.add(report)
            else:
                account.lost(share, LATE)
    return account


def _readable(paths: Iterable[str], account: _Account) -> Iterator[str]:
    """Yield the files in which semgrep sees what Python runs; the others are lost to it."""
    for path in paths:
        try:
            reason = _misread((account.root / path).read_bytes())
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
        if reason:
            account.lost([path], reason)
        else:
            yield path


def _misread(source: bytes) -> str:
    """Return why semgrep would see other code than Python does; empty when it would not."""
    encodings = filter(None, map(_declared, source.split(b"\n", 2)[:2]))
    for encoding in encodings:
        if encoding not in _READABLE:
            return f"written in {in_words(encoding)}, which it does not read"
    # to Python a new line begins there, to semgrep a comment goes on
    return "ends lines with a carriage return alone" if _LONE_RETURN.search(source) else ""


def _declared(line: bytes) -> str:
    """Return the codec that a line declares as PEP 263 says, or what it names in its stead."""
    found = _CODING.match(line)
    if not found:
        return ""
    name = found[1].decode("ascii").lower().replace("_", "-")
    try:
        return "utf-8" if name.startswith(_EDITORS) else codecs.lookup(name).name
    except LookupError:
        return name


def _shares(root: Path, paths: Sequence[str]) -> Iterator[list[str]]:
    """Cut the files into shares: enough for every core, none too long for a command line."""
    most = min(_MOST, max(_FEWEST, math.ceil(len(paths) / processes.cores())))
    longest = max((len(os.fsencode(path)) for path in paths), default=0)
    most = min(most, max(1, _ARGUMENTS // (longest + len(os.fsencode(root)) + 9)))
    for start in range(0, len(paths), most):
        yield [*paths[start : start + most]]


def _look(task: Task, rules: Path, paths: Sequence[str]) -> _Report | None:
    """Return what semgrep says of the files, or None when the time ended before it did."""
    targets = [f"{task.root}{os.sep}{path}" for path in paths]
    flags = ("--config", str(rules), *_FLAGS, "--", *targets)
    try:
        with suppress(_BrokeDownError):
            return _ask(task, (*_FAST, *flags))
        return _ask(task, flags)
    except processes.OutOfTimeError:
        return None


def _ask(task: Task, arguments: Sequence[str]) -> _Report:
    command = [*_program(), *arguments]
    left = task.seconds_left()
    done = processes.run("semgrep", command, timeout=left, environment=_ENVIRONMENT)
    return _believable(done)


def _program() -> list[str]:
    program = Path(sysconfig.get_path("scripts")) / "semgrep"
    processes.require("semgrep", program.exists())
    return processes.python(str(program), "scan")


def _believable(done: processes.Completed) -> _Report:
    """Return the report of a run that finished.

    Raises:
        _BrokeDownError: it is no report, or says that the run as a whole went wrong.
    """
    report = read(_Report, done.output)
    if report is None:
        raise _BrokeDownError("broke down", done.status, done.said)
    unplaced = report.unplaced()
    if unplaced or done.status not in _FINISHED:
        raise _BrokeDownError("did not finish", done.status, unplaced or done.said)
    return report
