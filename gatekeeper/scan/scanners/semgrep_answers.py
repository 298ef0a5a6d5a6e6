"""What semgrep answers, and when it is believed."""

from __future__ import annotations

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.scanners.answers import Answer, read
from gatekeeper.scan.scanners.interface import in_words

_FINISHED = frozenset({0, 1})
_REASONS = {
    "PartialParsing": "could not be parsed wholly",
    "Syntax error": "could not be parsed",
    "Timeout": "took too long",
    "FixpointTimeout": "took too long",
}


class BrokeDownError(ToolError):
    """A run that cannot be believed."""

    def __init__(self, how: str, status: int, said: str) -> None:
        reason = f"semgrep {how} (exit status {status}): {in_words(said)}"
        super().__init__(reason, "run it by hand on these files to see why")


class _Position(Answer):
    line: int
    col: int


class _Extra(Answer):
    fix: str | None = None


class Result(Answer):
    """A match of a rule; `end` is exclusive."""

    check_id: str
    path: str
    start: _Position
    end: _Position
    extra: _Extra = _Extra()


class _Span(Answer):
    start: _Position


class Error(Answer):
    """An error means that something was not looked at, even where it is called a warning."""

    type: str | list[object]
    path: str = ""
    message: str = ""
    spans: tuple[_Span, ...] = ()

    @property
    def reason(self) -> str:
        """Return it in words."""
        kind = self.type if isinstance(self.type, str) else str(self.type[0])
        return _REASONS.get(kind, in_words(kind))

    @property
    def line(self) -> int | None:
        """Return the line where it begins, or None."""
        return self.spans[0].start.line if self.spans else None


class _Paths(Answer):
    scanned: list[str]


class Report(Answer):
    """One run's answer."""

    paths: _Paths
    results: list[Result]
    errors: list[Error]

    def unplaced(self) -> str:
        """Return what went wrong with the run as a whole; empty for nothing."""
        return next((error.message or "?" for error in self.errors if not error.path), "")


def believable(done: processes.Completed) -> Report:
    """Return the report of a run that finished.

    Raises:
        BrokeDownError: it is no report, or says that the run as a whole went wrong.
    """
    report = read(Report, done.output)
    if report is None:
        raise BrokeDownError("broke down", done.status, done.said)
    unplaced = report.unplaced()
    if unplaced or done.status not in _FINISHED:
        raise BrokeDownError("did not finish", done.status, unplaced or done.said)
    return report
