"""What was not looked at, told by reason: one failure or one line for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gatekeeper.core.model import Failure
from gatekeeper.scan.code.facts import Unseen

_NAMED = 3


def failures(items: Iterable[Unseen], who: str, steps: Mapping[str, str]) -> Iterator[Failure]:
    """Yield a failure for each reason.

    Args:
        items: what was not looked at.
        who: did not look.
        steps: what to do, by the beginning of the reason; `""` fits every reason and stands last.
    """
    for reason, group in _by_reason(items).items():
        count = len({item.path for item in group})
        place = _place(group[0])
        which = f"; the first is {place}" if count > 1 else f": {place}"
        step = next(step for start, step in steps.items() if reason.startswith(start))
        yield Failure(f"{files(count)} not seen by {who}: {reason}{which}", step)


def lines(excluded: Iterable[Unseen], skipped: Iterable[Unseen]) -> Iterator[str]:
    """Yield a line for each reason for which the policy, or nothing but sense, left files out."""
    for reason, group in _by_reason(excluded).items():
        yield f"{files(len(group))} excluded: {reason}"
    for reason, group in _by_reason(skipped).items():
        yield f"skipped, {reason}: {_few(group)}"


def files(count: int) -> str:
    """Return `1 file` or `2 files`."""
    return f"{count} file{'s' * (count != 1)}"


def _place(item: Unseen) -> str:
    return ":".join(str(part) for part in (item.path, item.line) if part)


def _few(group: Sequence[Unseen]) -> str:
    more = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
    return ", ".join(item.path for item in group[:_NAMED]) + more


def _by_reason(items: Iterable[Unseen]) -> dict[str, list[Unseen]]:
    groups: dict[str, list[Unseen]] = defaultdict(list)
    for item in items:
        groups[item.reason].append(item)
    return groups
