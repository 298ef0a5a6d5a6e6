"""kingfisher, on files that were copied for it: no network, no configuration, no limits.

Whatever of a file's name, folder or comments makes it leave a file out has been taken away before
(see `secrets/material.py`), and it is told to obey no inline directive. Nothing that it writes is
shown: its answers and its complaints hold secrets.
"""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.scanners.answers import Answer, read
from gatekeeper.scan.secrets.kinds import short
from gatekeeper.scan.secrets.sighting import Look, Seen, Sighting

NAME = "kingfisher"
_FLAGS = (
    *("--no-validate", "--no-update-check", "--quiet", "--format", "json"),
    *("--git-history", "none", "--no-ignore", "--no-dedup", "--no-limits", "--no-extract-archives"),
)
# nothing found, and something found: every file has a mark, so the first is an empty folder
_FINISHED = frozenset({0, 200})
_LOOKED = "looked"


class _Rule(Answer):
    id: str


class _Where(Answer):
    path: str
    line: int
    column_start: int
    snippet: str


class _Found(Answer):
    rule: _Rule
    finding: _Where


class _Scans(Answer):
    scan_partial: int
    scan_failed: int
    pending: int

    @property
    def lost(self) -> int:
        return self.scan_partial + self.scan_failed + self.pending


class _Audit(Answer):
    summary: _Scans


class _Report(Answer):
    findings: tuple[_Found, ...]
    audit: _Audit


def installed() -> bool:
    """True when there is a kingfisher for this machine."""
    return _program() is not None


def version_here() -> str:
    """Return its version."""
    return version("kingfisher-bin")


def scan(look: Look) -> Seen:
    """Look at every file of the folder.

    Raises:
        ToolError: it is missing, broke down, or did not finish.
    """
    report = _ask(look)
    found = [_sighting(one, look.folder) for one in report.findings]
    marks = {one.file for one in found if (one.detector, one.value) == (_LOOKED, look.mark)}
    rest = tuple(one for one in found if one.detector != _LOOKED)
    return Seen(version_here(), frozenset(marks), rest)


def _ask(look: Look) -> _Report:
    cache = ("--rule-cache-dir", str(look.cache))
    patterns = ("--rules-path", str(look.patterns))
    program = _program()
    processes.require(NAME, program)
    command = [str(program), "scan", *_FLAGS, *cache, *patterns, "--", str(look.folder)]
    done = processes.run(NAME, command, timeout=look.seconds)
    report = read(_Report, done.output.partition(b"\n")[0])
    if report is None or done.status not in _FINISHED or report.audit.summary.lost:
        reason = f"{NAME} did not finish (exit status {done.status})"
        raise ToolError(reason, "run it by hand on these files to see why")
    return report


def _program() -> Path | None:
    """Return the program itself, without the launcher that Python would start for it."""
    found = find_spec("kingfisher")
    program = Path(found.origin).parent / "bin" / NAME if found and found.origin else None
    return program if program and program.is_file() else None


def _sighting(found: _Found, folder: Path) -> Sighting:
    where = found.finding
    name = Path(where.path).relative_to(folder).as_posix()
    # it counts columns from 0
    column = where.column_start + 1
    return Sighting(name, short(found.rule.id), max(1, where.line), column, where.snippet)
