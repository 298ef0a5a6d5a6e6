"""Lists the files of the pipeline and has each audited by itself, so that none is lost silently."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from gatekeeper.core.errors import ToolError
from gatekeeper.core.gate import Request
from gatekeeper.scan.code.facts import Unseen
from gatekeeper.scan.excluding import split
from gatekeeper.scan.files import listing
from gatekeeper.scan.scanners import zizmor
from gatekeeper.scan.workflows.facts import WorkflowEvidence
from gatekeeper.scan.workflows.files import may_be, of_the_pipeline
from gatekeeper.scan.workflows.settings import WorkflowSettings


def collect(request: Request[WorkflowSettings]) -> WorkflowEvidence:
    """Audit the tree's workflows.

    Raises:
        ToolError: the files cannot be listed.
    """
    deadline = time.monotonic() + request.deadline
    root = request.root.resolve()
    tree = listing(root)
    wanted, excluded = split([*of_the_pipeline(root, tree.files)], request.settings.exclude)
    # a link in this place is read by GitHub, too, and what it leads to may be called otherwise
    missed = (item for item in (*tree.failed, *tree.skipped) if may_be(item.path))
    hidden = [item for item in missed if os.path.lexists(root / item.path)]
    unseen, more = split([item.path for item in hidden], request.settings.exclude)
    failed = [item for item in hidden if item.path in unseen]
    if not wanted:
        return WorkflowEvidence("", (), (), tuple(failed), excluded=(*excluded, *more))
    request.progress(f"auditing {len(wanted)} workflow{'s' * (len(wanted) != 1)} with zizmor")
    return _audited(root, wanted, failed, (*excluded, *more), deadline)


def _audited(
    root: Path,
    wanted: Sequence[str],
    failed: Sequence[Unseen],
    excluded: tuple[Unseen, ...],
    deadline: float,
) -> WorkflowEvidence:
    try:
        account = zizmor.audit(root, wanted, deadline)
    except ToolError as error:
        return WorkflowEvidence(
            *("", tuple(wanted), (), tuple(failed), (), excluded),
            problem=error.reason,
            next_step=error.next_step,
        )
    return WorkflowEvidence(
        version=account.version,
        wanted=tuple(wanted),
        scanned=account.scanned,
        failed=(*failed, *account.failed),
        hits=account.hits,
        excluded=excluded,
    )
