"""Which files drive the pipeline: GitHub's workflows, actions and Dependabot's configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml", re.IGNORECASE)
_DEPENDABOT = re.compile(r"\.github/dependabot\.ya?ml", re.IGNORECASE)
_ACTION = re.compile(r"(?:.*/)?action\.ya?ml", re.IGNORECASE)
# An action says how it runs; another program's `action.yml` does not.
_RUNS = re.compile(rb"""^\s*["']?runs["']?\s*:""", re.MULTILINE)


def of_the_pipeline(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield the files that an audit must see, of those that are listed."""
    for name in names:
        if _WORKFLOW.fullmatch(name) or _DEPENDABOT.fullmatch(name) or _is_action(root, name):
            yield name


def may_be(name: str) -> bool:
    """True for a name that GitHub would read, whatever is behind it."""
    return any(kind.fullmatch(name) for kind in (_WORKFLOW, _DEPENDABOT, _ACTION))


def _is_action(root: Path, name: str) -> bool:
    if not _ACTION.fullmatch(name):
        return False
    if name.startswith(".github/"):
        return True
    try:
        return _RUNS.search((root / name).read_bytes()) is not None
    except OSError:
        return True
