"""The digest that names what is deployed. Pure."""

from __future__ import annotations

import re

from gatekeeper.core.errors import UsageError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def artifact_digest(text: str) -> str:
    """Return the digest as recorded; empty for empty. Raises UsageError for anything else."""
    digest = text.strip().lower()
    if digest and not _DIGEST.fullmatch(digest):
        reason = "an artifact is named by its digest: sha256: and 64 hex digits"
        raise UsageError(reason, "take it from the image or the build: a tag can be moved")
    return digest
