"""Lists the files, hands them to the scanners, and keeps account of every one."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gatekeeper.core.gate import Request
from gatekeeper.scan.code import baseline
from gatekeeper.scan.code.comparing import Compared, change, compare, start_of
from gatekeeper.scan.code.content import sources
from gatekeeper.scan.code.facts import Change, CodeEvidence, ScannerRun
from gatekeeper.scan.code.scanning import Scanning
from gatekeeper.scan.code.settings import CodeSettings
from gatekeeper.scan.excluding import split
from gatekeeper.scan.files import listing
from gatekeeper.scan.scanners.interface import SourceFile

# So few unchanged files are looked at again, although nothing in them can be new: it takes seconds.
_FEW = 100


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the scanners say of the code, and what it differs in from its base."""

    runs: tuple[ScannerRun, ...]
    change: Change | None


def collect(request: Request[CodeSettings]) -> CodeEvidence:
    """Scan the tree.

    Raises:
        ToolError: the files cannot be listed, or the base cannot be read.
        EvidenceError: the change is empty, or the baseline is missing or is none.
    """
    deadline = time.monotonic() + request.deadline
    accepted = baseline.read(request)
    scanning = Scanning.of(request, deadline)
    tree = listing(scanning.root)
    kept, excluded = split(tree.files, request.settings.exclude)
    not_seen, unseen_excluded = split([item.path for item in tree.failed], request.settings.exclude)
    found = sources(scanning.root, kept)
    seen = _seen(request, scanning, found.files, tree.files)
    return CodeEvidence(
        files=len(tree.files),
        runs=seen.runs,
        excluded=(*excluded, *unseen_excluded),
        skipped=tree.skipped,
        failed=(*(item for item in tree.failed if item.path in not_seen), *found.failed),
        change=seen.change,
        baseline=accepted,
    )


def _seen(
    request: Request[CodeSettings],
    scanning: Scanning,
    files: Sequence[SourceFile],
    present: Collection[str],
) -> _Seen:
    """Scan the code; where only new findings count, what is as it was at the base can be spared."""
    since = start_of(request)
    if since is None:
        _tell(request, len(files))
        return _Seen(scanning.runs(files), None)
    compared = compare(scanning.root, since, files, present, request.settings)
    spared = _spared(files, compared, request.settings)
    _tell(request, len(files) - len(spared))
    runs = scanning.runs(files, optional=spared)
    left = scanning.left(files, runs)
    return _Seen(runs, change(scanning, compared, runs, len(files), left))


def _spared(
    files: Sequence[SourceFile], compared: Compared, settings: CodeSettings
) -> frozenset[str]:
    same = frozenset(file.path for file in files) - frozenset(compared.changed)
    return same if settings.only_new_fails and len(same) > _FEW else frozenset()


def _tell(request: Request[CodeSettings], count: int) -> None:
    files = f"{count} file{'s' * (count != 1)}"
    request.progress(f"scanning {files} with {', '.join(request.settings.scanners)}")
