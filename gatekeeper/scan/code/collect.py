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
    chosen = [scanners.load(name) for name in request.settings.scanners]
    tasks = [
        Task(
            root=root,
            paths=tuple(file.path for file in sources if scanner.wants(file)),
            rules=request.rules,
            cache=request.cache,
            deadline=deadline,
        )
        for scanner in chosen
    ]
    request.progress(f"scanning {len(sources)} files with {', '.join(request.settings.scanners)}")
    with ThreadPoolExecutor(len(chosen)) as pool:
        runs = tuple(pool.map(_run, chosen, tasks))
    return CodeEvidence(
        files=len(tree.files),
        runs=runs,
        excluded=(*excluded, *unseen_excluded),
        skipped=tree.skipped,
        failed=tuple(item for item in tree.failed if item.path in not_seen),
    )


def _sources(root: Path, paths: Iterable[str]) -> Iterator[SourceFile]:
    for path in paths:
        if name := language(root, path):
            yield SourceFile(path, name)


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
    from pathspec import GitIgnoreSpec

    specs = [(GitIgnoreSpec.from_lines([item.path]), item.reason) for item in exclusions]
    kept: list[str] = []
    excluded: list[Unseen] = []
    for path in files:
        reason = next((reason for spec, reason in specs if spec.match_file(path)), None)
        if reason is None:
            kept.append(path)
        else:
            excluded.append(Unseen(path, reason))
    return kept, tuple(excluded)
