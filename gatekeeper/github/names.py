"""How GitHub calls repositories."""

from __future__ import annotations

import re

from gatekeeper.core.errors import EvidenceError

_REPOSITORY = re.compile(r"([^/]+)/([^/]+)")


def names(repository: str, what: str) -> dict[str, str]:
    """Return `owner` and `name` of a repository. Raises EvidenceError when it has no such form."""
    found = _REPOSITORY.fullmatch(repository)
    if found is None:
        raise EvidenceError(
            f"`{repository}` is no GitHub repository, so {what} cannot be asked for",
            "run inside a clone whose remote is on GitHub, or name a folder of recordings",
        )
    return {"owner": found[1], "name": found[2]}
