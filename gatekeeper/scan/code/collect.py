"""Lists the files, hands them to the scanners, and keeps account of every one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gatekeeper.core.errors import ToolError
from gatekeeper.core.gate import Request
from gatekeeper.scan import scanners
from gatekeeper.scan.code.facts import CodeEvidence, ScannerRun, Unseen
from gatekeeper.scan.code.settings import CodeSettings, Exclusion
from gatekeeper.scan.files import language, listing
from gatekeeper.scan.scanners.interface import Scanner, SourceFile, Task


def collect(request: Request[CodeSettings]) -> CodeEvidence:
    """Scan the tree.

    Raises:
        ToolError: the files cannot be listed.
    """
    deadline = time.monotonic() + request.deadline
    root = request.root.resolve()
    tree = listing(root)
    kept, excluded = _split(tree.files, request.settings.exclude)
    not_seen, unseen_excluded = _split(
        [item.path for item in tree.failed], request.settings.exclude
    )
    sources = list(_sources(root, kept))
    count = f"{len(sources)} file{'s' * (len(sources) != 1)}"
    request.progress(f"scanning {count} with {', '.join(request.settings.scanners)}")
    return CodeEvidence(
        files=len(tree.files),
        runs=_runs(request, sources, deadline),
        excluded=(*excluded, *unseen_excluded),
        skipped=tree.skipped,
        failed=(*(item for item in tree.failed if item.path in not_seen), *_notebooks(kept)),
    )


def _sources(root: Path, paths: Iterable[str]) -> Iterator[SourceFile]:
    for path in paths:
        if name := language(root, path):
            yield SourceFile(path, name)


def _notebooks(paths: Iterable[str]) -> Iterator[Unseen]:
    """Yield the files that hold Python in a form that no scanner reads."""
    for path in paths:
        if path.lower().endswith(".ipynb"):
            yield Unseen(path, "a notebook, whose code no scanner reads")


def _runs(
    request: Request[CodeSettings], sources: Sequence[SourceFile], deadline: float
) -> tuple[ScannerRun, ...]:
    """Run all scanners at once."""
    chosen = [scanners.load(name) for name in request.settings.scanners]

    def run(scanner: Scanner) -> ScannerRun:
        paths = tuple(file.path for file in sources if scanner.wants(file))
        task = Task(request.root.resolve(), paths, request.rules, request.cache, deadline)
        return _run(scanner, task)

    with ThreadPoolExecutor(len(chosen)) as pool:
        return tuple(pool.map(run, chosen))


def _run(scanner: Scanner, task: Task) -> ScannerRun:
    """Run one scanner; when it breaks down, what the others found is still told."""
    if not task.paths:
        return ScannerRun(scanner.name, "", "", (), ())
    try:
        return scanner.scan(task)
    except ToolError as error:
        return ScannerRun(
            *(scanner.name, "", "", task.paths, ()),
            problem=error.reason,
            next_step=error.next_step,
        )


def _split(
    files: Sequence[str], exclusions: Sequence[Exclusion]
) -> tuple[list[str], tuple[Unseen, ...]]:
    """Split off the files that the policy excludes, each with the reason of the first pattern."""
    reasons = dict(_excluded(files, exclusions))
    kept = [path for path in files if path not in reasons]
    return kept, tuple(Unseen(path, reasons[path]) for path in files if path in reasons)


def _excluded(files: Sequence[str], exclusions: Sequence[Exclusion]) -> Iterator[tuple[str, str]]:
    """Yield path and reason; of several reasons the first pattern's comes last, so that it wins."""
    from pathspec import GitIgnoreSpec

    for item in reversed(exclusions):
        matched = GitIgnoreSpec.from_lines([item.path]).match_files(files)
        yield from ((path, item.reason) for path in matched)
