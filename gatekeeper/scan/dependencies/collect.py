"""Reads what the tree needs and asks what is known of every version in it."""

from __future__ import annotations

import time

from gatekeeper.core.gate import Request
from gatekeeper.scan.dependencies.facts import DependencyEvidence, Problem
from gatekeeper.scan.dependencies.settings import DependencySettings

_NOTHING = Problem(
    "no lock file and no project file was found that says what is needed",
    "commit a lock file, or leave `dependencies` out of the stage's gates when the project has "
    "none",
)


def collect(request: Request[DependencySettings]) -> DependencyEvidence:
    """Gather the pins of the tree and what is known of them.

    Raises:
        ToolError: the files cannot be listed.
    """
    from gatekeeper.scan.dependencies.asking import ask, joined
    from gatekeeper.scan.dependencies.tree import surveyed
    from gatekeeper.scan.dependencies.vex import read_all

    deadline = time.monotonic() + request.deadline
    needed = surveyed(request.root, request.settings.exclude)
    asked = joined(ask(request, needed.pins, deadline))
    vex = read_all(request)
    problems = (*needed.problems, *asked.problems, *vex.problems)
    return DependencyEvidence(
        files=needed.files,
        projects=needed.projects,
        pins=needed.pins,
        unpinned=needed.unpinned,
        # say what is missing from a tree in which nothing was found, not even a problem
        problems=problems or ((_NOTHING,) if needed.is_empty else ()),
        tool=asked.tool,
        databases=asked.databases,
        judged=asked.judged,
        skipped=asked.skipped,
        vulnerabilities=asked.vulnerabilities,
        remedies=asked.remedies,
        own=(*needed.own, request.subject.repository),
        unjudged=(*needed.unjudged, *asked.unjudged),
        excluded=needed.excluded,
        statements=vex.statements,
    )
