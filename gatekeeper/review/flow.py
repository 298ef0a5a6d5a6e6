"""Git flow: which branch may be merged where, by the policy's map. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gatekeeper.review.facts import PullRequest
from gatekeeper.review.words import listed

# git allows no colon in a branch's name
FORK = "fork:"


def wrong_way(pull: PullRequest, branches: Mapping[str, Sequence[str]]) -> str:
    """Return why the policy does not let this branch be merged there; nothing when it does."""
    if not branches:
        return ""
    head = head_name(pull)
    allowed = tuple(dict.fromkeys(_bases(head, branches)))
    # must be a kind of branch that the policy knows
    if not allowed:
        return f"the policy does not say where `{head}` may be merged"
    # must go where that kind of branch goes
    if not any(_matches(pattern, pull.base_ref) for pattern in allowed):
        goes = listed(f"`{pattern}`" for pattern in allowed)
        return f"`{head}` may be merged into {goes}, not into `{pull.base_ref}`"
    return ""


def head_name(pull: PullRequest) -> str:
    """Return the head branch's name as a policy writes it.

    Anybody may call a branch of their own fork `release/1`; a repository that is gone or not known
    counts as a fork.
    """
    own = pull.repository_id is not None and pull.head_repository_id == pull.repository_id
    return pull.head_ref if own else f"{FORK}{pull.head_ref}"


def _bases(head: str, branches: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for pattern, bases in branches.items():
        if head.startswith(FORK) == pattern.startswith(FORK) and _matches(pattern, head):
            yield from bases


def _matches(pattern: str, branch: str) -> bool:
    """Match a name; `*` stands for anything, slashes too."""
    parts = map(re.escape, pattern.split("*"))
    return re.fullmatch(".*".join(parts), branch, re.DOTALL) is not None
