"""semgrep with our own rules, and nothing of the scanned tree's wishes.

No option of it is left to the tree: files are named one by one (its own file finding leaves out
tests, large files and whatever a `.semgrepignore` names), inline `nosemgrep` is off, and it runs
outside the tree with an empty home.
"""

from __future__ import annotations

import json
import os
import sysconfig
import tokenize
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes
from gatekeeper.scan.code.facts import Hit, ScannerRun, Unseen
from gatekeeper.scan.scanners.interface import Contexts, SourceFile, Task, in_words
from gatekeeper.scan.scanners.semgrep_rules import bundle

_FLAGS = (
    *("--metrics", "off", "--disable-version-check", "--disable-nosem", "--no-autofix"),
    *("--no-git-ignore", "--novcs", "--x-ignore-semgrepignore-files"),
    *("--max-target-bytes", "0", "--no-exclude-binary-files", "--scan-unknown-extensions"),
    *("--timeout", "30", "--timeout-threshold", "0", "--jobs", "2"),
    *("--no-rewrite-rule-ids", "--json", "--quiet"),
)
_ENVIRONMENT = {"SEMGREP_ENABLE_VERSION_CHECK": "0", "SEMGREP_SEND_METRICS": "off"}
_ARGUMENTS = 500_000
_READABLE = frozenset({"utf-8", "utf-8-sig", "iso-8859-1", "ascii", "us-ascii", "cp1252"})


class Semgrep:
    """See the module."""

    name = "semgrep"

    def wants(self, file: SourceFile) -> bool:
        """True for the languages that we have rules for."""
        return file.language == "python"

    def scan(self, task: Task) -> ScannerRun:
        """Look at the files, in as few runs as the length of a command line allows."""
        rules = bundle(task.rules, task.cache)
        readable, failed = _readable(task)
        contexts = Contexts(task.root)
        scanned: list[str] = []
        hits: list[Hit] = []
        for batch in _batches(task.root, readable):
            answer = _run(task, rules, batch)
            relative = _Relative(task.root)
            scanned += [relative(path) for path in answer["paths"]["scanned"]]
            hits += [_hit(result, relative, contexts) for result in answer["results"]]
            failed += _failures(answer["errors"], relative)
        return ScannerRun(
            scanner=self.name,
            version=version("semgrep"),
            runtime="",
            wanted=task.paths,
            scanned=tuple(sorted(scanned)),
            failed=tuple(sorted(set(failed), key=lambda f: (f.path, f.line or 0, f.reason))),
            hits=tuple(sorted(hits, key=lambda hit: (hit.path, hit.line, hit.column, hit.rule))),
        )


SCANNER = Semgrep()


class _Relative:
    def __init__(self, root: Path) -> None:
        self._prefix = f"{root}{os.sep}"

    def __call__(self, path: str) -> str:
        return path.removeprefix(self._prefix).replace(os.sep, "/")


def _readable(task: Task) -> tuple[list[str], list[Unseen]]:
    """Split off the files in an encoding that semgrep does not decode, so that it sees no code."""
    readable, failed = [], []
    for path in task.paths:
        with (task.root / path).open("rb") as file:
            try:
                encoding = tokenize.detect_encoding(file.readline)[0]
            except SyntaxError:
                encoding = "utf-8"  # semgrep replaces what is no UTF-8 and reads on
        if encoding in _READABLE:
            readable.append(path)
        else:
            failed.append(Unseen(path, f"written in {in_words(encoding)}, which it does not read"))
    return readable, failed


def _batches(root: Path, paths: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for path in paths:
        target = f"{root}{os.sep}{path}"
        if batch and size + len(target.encode()) > _ARGUMENTS:
            yield batch
            batch, size = [], 0
        batch.append(target)
        size += len(target.encode()) + 9
    if batch:
        yield batch


def _run(task: Task, rules: Path, targets: list[str]) -> dict[str, Any]:
    program = Path(sysconfig.get_path("scripts")) / "semgrep"
    if not program.exists():
        raise ToolError("semgrep is not installed", "install gatekeeper again: it brings semgrep")
    command = processes.python(str(program), "scan", "--config", str(rules), *_FLAGS, "--")
    done = processes.run(
        "semgrep", [*command, *targets], timeout=task.seconds_left(), environment=_ENVIRONMENT
    )
    try:
        answer: dict[str, Any] = json.loads(done.output)
    except ValueError:
        reason = f"semgrep broke down (exit status {done.status}): {in_words(done.said)}"
        raise ToolError(reason, "run it by hand on these files to see why") from None
    unplaced = [error for error in answer["errors"] if not error.get("path")]
    if done.status not in {0, 1} or unplaced:
        words = unplaced[0].get("message", "") if unplaced else done.said
        raise ToolError(f"semgrep did not finish (exit status {done.status}): {in_words(words)}")
    return answer


def _hit(result: dict[str, Any], relative: _Relative, contexts: Contexts) -> Hit:
    path = relative(result["path"])
    line, end_line = result["start"]["line"], result["end"]["line"]
    return Hit(
        rule=result["check_id"],
        path=path,
        line=line,
        column=result["start"]["col"],
        end_line=end_line,
        context=contexts.digest(path, line, end_line),
    )


def _failures(errors: Iterable[dict[str, Any]], relative: _Relative) -> Iterator[Unseen]:
    """Every error means that something of the file was not looked at, even a warning."""
    for error in errors:
        kind = error["type"] if isinstance(error["type"], str) else error["type"][0]
        spans = error.get("spans") or [{}]
        line = spans[0].get("start", {}).get("line")
        yield Unseen(relative(error["path"]), _REASONS.get(kind, in_words(kind)), line)


_REASONS = {
    "PartialParsing": "could not be parsed wholly",
    "Syntax error": "could not be parsed",
    "Timeout": "took too long",
    "FixpointTimeout": "took too long",
}
