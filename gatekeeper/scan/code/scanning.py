"""Runs the scanners of the policy on files of a folder, all at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gatekeeper.core.errors import ToolError
from gatekeeper.core.gate import Request
from gatekeeper.scan import scanners
from gatekeeper.scan.code import reuse
from gatekeeper.scan.code.facts import ScannerRun
from gatekeeper.scan.code.settings import CodeSettings
from gatekeeper.scan.interpreters import Interpreter, newest
from gatekeeper.scan.results import Results
from gatekeeper.scan.scanners.interface import Scanner, SourceFile, Task

_OWN = ("semgrep", "flow")


@dataclass(frozen=True, slots=True)
class Scanning:
    """What every run of a scanner needs.

    Attributes:
        root: absolute; the tree under judgement.
        scanners: those of the policy.
        rules: the folder of rules that gatekeeper ships.
        cache: a folder for what can be computed again.
        kept: what was answered before.
        python: the one that reads Python code.
        deadline: on the monotonic clock, seconds.
    """

    root: Path
    scanners: tuple[Scanner, ...]
    rules: Path
    cache: Path
    kept: Results
    python: Interpreter
    deadline: float

    @classmethod
    def of(cls, request: Request[CodeSettings], deadline: float) -> Scanning:
        """Return what this request asks for."""
        root = request.root.resolve()
        kept = Results(request.cache, request.cache_key)
        return cls(
            root=root,
            scanners=tuple(map(scanners.load, _with_own(request.settings.scanners))),
            rules=request.rules,
            cache=request.cache,
            kept=kept,
            python=newest(request.programs, root, kept),
            deadline=deadline,
        )

    def runs(
        self,
        files: Sequence[SourceFile],
        root: Path | None = None,
        optional: Collection[str] = (),
    ) -> tuple[ScannerRun, ...]:
        """Run all scanners, each on the files that it wants.

        Args:
            files: relative to the root.
            root: another folder than the tree under judgement, or None.
            optional: those of the files that are told of when that is known, and not looked at
                else.
        """
        run = partial(self._run, files=files, root=root or self.root, optional=optional)
        with ThreadPoolExecutor(len(self.scanners)) as pool:
            return tuple(pool.map(run, self.scanners))

    def _run(
        self,
        scanner: Scanner,
        files: Sequence[SourceFile],
        root: Path,
        optional: Collection[str],
    ) -> ScannerRun:
        """Run one scanner; when it breaks down, what the others found is still told."""
        wanted = [file for file in files if scanner.wants(file)]
        paths = tuple(file.path for file in wanted)
        if not wanted:
            return ScannerRun(scanner.name, "", "", (), ())
        task = Task(root, paths, self.rules, self.cache, self.deadline, self.python)
        try:
            return reuse.run(scanner, task, wanted, self.kept, optional)
        except ToolError as error:
            return ScannerRun(
                *(scanner.name, "", "", paths, ()),
                problem=error.reason,
                next_step=error.next_step,
            )

    def left(self, files: Sequence[SourceFile], runs: Sequence[ScannerRun]) -> int:
        """Return how many files some scanner wants, and does not tell of."""
        lost: set[str] = set()
        for scanner, run in zip(self.scanners, runs, strict=True):
            wanted = {file.path for file in files if scanner.wants(file)}
            lost |= wanted.difference(run.wanted)
        return len(lost)


def _with_own(names: Sequence[str]) -> tuple[str, ...]:
    """Return the scanners to run: our rules are semgrep's and the data flow's, never one alone."""
    own = [*_OWN] if set(_OWN) & set(names) else []
    return tuple(dict.fromkeys((*names, *(name for name in own if name in scanners.SCANNERS))))
