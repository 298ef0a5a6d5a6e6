"""Who pushed a change's commits: the host knows them, whatever a commit says. Pure.

The host's list is of a branch's name, which may have had other lives. This change's pushes are
those that left one of its commits at the tip, and those that made what a force push replaced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from gatekeeper.review.facts import PullRequest, Push

_Tips = Mapping[str, tuple[Push, ...]]


def pushes_of(pull: PullRequest) -> tuple[Push, ...]:
    """Return this change's pushes, as far as they are known, without the host's own merges."""
    tips, wanted = _tips(pull), {*pull.oids, *_replaced(pull)}
    found = (push for tip in sorted(wanted) for push in tips.get(tip, ()))
    return tuple(push for push in found if not push.by_button)


def unread(pull: PullRequest) -> str:
    """Return why it is not known who pushed, as a clause; nothing when it is."""
    pushes = pull.pushes
    if pushes is None:
        return "nobody asked the host who pushed"
    if pushes.problem:
        return pushes.problem
    if not pushes.complete:
        return "the host did not give all pushes"
    missing = next(_unaccounted(pull), None)
    return f"the host names nobody who pushed {missing[:7]}" if missing else ""


def _unaccounted(pull: PullRequest) -> Iterator[str]:
    """Yield tips of the branch that no push accounts for, from the head back to its making."""
    tips, ours = _tips(pull), {*pull.oids, *_replaced(pull)}
    queue, seen = [pull.head_oid], {pull.head_oid}
    while queue:
        tip = queue.pop()
        if tip not in tips:
            yield tip
        before = {push.before for push in tips.get(tip, ()) if push.before} & ours - seen
        seen |= before
        queue += sorted(before)


def _replaced(pull: PullRequest) -> set[str]:
    """Return the tips that force pushes took away, and those before them back to our commits."""
    tips, ours = _tips(pull), set(pull.oids)
    queue = [push.before for push in pull.force_pushes if push.before]
    found: set[str] = set()
    while queue:
        tip = queue.pop()
        if tip not in ours | found:
            found.add(tip)
            queue += [push.before for push in tips.get(tip, ()) if push.before]
    return found


def _tips(pull: PullRequest) -> _Tips:
    return _by_tip(pull.pushes.found if pull.pushes else ())


def _by_tip(pushes: Iterable[Push]) -> _Tips:
    grouped: dict[str, tuple[Push, ...]] = defaultdict(tuple)
    for push in pushes:
        if push.after:
            grouped[push.after] += (push,)
    return grouped
