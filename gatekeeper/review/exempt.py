"""Changes that need no approval, because of the paths that they keep to. Pure; off by default.

Every commit's paths count and not only the difference as a whole, so that nothing can be brought in
and taken out again under a harmless change. A renamed file counts with both names.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.review.content.verdicts import merge_proof
from gatekeeper.review.facts import PullRequest
from gatekeeper.review.owners.codeowners import PLACES
from gatekeeper.review.owners.patterns import matches

# What decides who must approve what, or runs with the repository's own rights.
_NEVER = (
    "gatekeeper.yml",
    ".gitattributes",
    ".gitmodules",
    "/.github/",
    *(f"/{p}" for p in PLACES),
)


def exempt_paths(pull: PullRequest, patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the change's paths when all of them are exempt; nothing otherwise."""
    paths = _paths(pull) if patterns else ()
    exempt = all(_is_exempt(path, patterns) for path in paths) and _merges_add_nothing(pull)
    return paths if exempt else ()


def _paths(pull: PullRequest) -> tuple[str, ...]:
    """Return every path of the change, or nothing where one may be missing."""
    content = pull.content
    if content is None or content.touched is None or content.changed is None:
        return ()
    return tuple(sorted({*content.touched, *content.changed}))


def _merges_add_nothing(pull: PullRequest) -> bool:
    return all(merge_proof(merge, pull.base_ref).outcome == "kept" for merge in pull.merges)


def unknown_paths(pull: PullRequest, patterns: Sequence[str]) -> bool:
    """Whether the policy exempts paths, and nobody knows which ones this change touches."""
    return bool(patterns) and (pull.content is None or pull.content.touched is None)


def _is_exempt(path: str, patterns: Sequence[str]) -> bool:
    kept_out = any(matches(pattern, path) for pattern in _NEVER)
    return not kept_out and any(matches(pattern, path) for pattern in patterns)
