"""Reads CODEOWNERS from the base revision: the change's own copy decides nothing."""

from __future__ import annotations

from gatekeeper.core.errors import EvidenceError, ToolError
from gatekeeper.review.content.collect import base_of
from gatekeeper.review.content.store import File, Store
from gatekeeper.review.facts import OwnersFile, PullRequest
from gatekeeper.review.owners.codeowners import MAX_BYTES, PLACES


def owners_from(store: Store, pull: PullRequest) -> OwnersFile:
    """Return the owners file that holds for a pull request, or why it is not known."""
    try:
        return _read(store, base_of(store, pull))
    except (EvidenceError, ToolError) as error:
        return unknown_owners(pull, error)


def unknown_owners(pull: PullRequest, error: EvidenceError | ToolError) -> OwnersFile:
    """Return that nobody knows who owns what, and why."""
    return OwnersFile(pull.base_oid, problem=error.reason, mend=error.next_step)


def _read(store: Store, revision: str) -> OwnersFile:
    """Return the first of the files that GitHub looks for: it heeds no other."""
    for path in PLACES:
        found = store.file(revision, path)
        if found is not None:
            return _checked(revision, path, found)
    return OwnersFile(revision)


def _checked(revision: str, path: str, found: File) -> OwnersFile:
    # must be a file: GitHub follows no link
    if found.is_link:
        reason = f"{path} is a symbolic link, which GitHub does not follow"
        return OwnersFile(revision, path, problem=reason, mend=f"make {path} a file")
    # must be one that GitHub loads
    if len(found.data) > MAX_BYTES:
        reason = f"{path} is larger than {MAX_BYTES:,} bytes, so GitHub heeds nothing in it"
        return OwnersFile(revision, path, problem=reason, mend=f"shorten {path}")
    return OwnersFile(revision, path, found.data.decode("utf-8", "replace"))
