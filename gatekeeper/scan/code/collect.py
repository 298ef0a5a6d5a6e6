"""Lists the files, hands them to the scanners, and keeps account of every one."""

from __future__ import annotations

import time

from gatekeeper.core.gate import Request
from gatekeeper.scan.code.content import sources
from gatekeeper.scan.code.facts import CodeEvidence
from gatekeeper.scan.code.scanning import Scanning
from gatekeeper.scan.code.settings import CodeSettings
from gatekeeper.scan.excluding import split
from gatekeeper.scan.files import listing


def collect(request: Request[CodeSettings]) -> CodeEvidence:
    """Scan the tree.

    Raises:
        ToolError: the files cannot be listed.
    """
    scanning = Scanning.of(request, time.monotonic() + request.deadline)
    tree = listing(scanning.root)
    kept, excluded = split(tree.files, request.settings.exclude)
    not_seen, unseen_excluded = split(
        [item.path for item in tree.failed], request.settings.exclude
    )
    found = sources(scanning.root, kept)
    count = f"{len(found.files)} file{'s' * (len(found.files) != 1)}"
    request.progress(f"scanning {count} with {', '.join(request.settings.scanners)}")
    return CodeEvidence(
        files=len(tree.files),
        runs=scanning.runs(found.files),
        excluded=(*excluded, *unseen_excluded),
        skipped=tree.skipped,
        failed=(*(item for item in tree.failed if item.path in not_seen), *found.failed),
    )
