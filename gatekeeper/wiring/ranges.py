"""What exactly is judged when a range of commits is named."""

from __future__ import annotations

from pathlib import Path

from gatekeeper import git
from gatekeeper.core.errors import UsageError
from gatekeeper.core.model import Subject
from gatekeeper.review.range.collect import ends_of


def subject_of(root: Path, span: str) -> Subject:
    """Return the subject of a range: its newer end, judged by the policy of its older one.

    Raises:
        UsageError: it is no range, or this clone does not have one of its ends.
    """
    if not root.is_dir() or not git.is_repository(root):
        raise UsageError(f"{root} is not a git repository", "run this in a clone")
    base, head = (_commit(root, name) for name in ends_of(span))
    return Subject(repository=git.repository_name(root), commit=head, base=base)


def _commit(root: Path, name: str) -> str:
    found = git.commit(root, name)
    if found is None:
        raise UsageError(
            f"this clone knows no revision `{name}`",
            "run `git fetch --tags origin`, or name an existing one",
        )
    return found
