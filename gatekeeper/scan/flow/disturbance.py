"""What a function that is not known can change: all that its arguments lead to."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.run import MODULE, Run
from gatekeeper.scan.flow.values import NOTHING, UNKNOWN, Function, Method, derived, joined


def disturb(run: Run, arguments: Arguments) -> None:
    """Let what the arguments refer to hold anything: a function that is not known has it."""
    waiting = [number for value in arguments.every() for number in value.references]
    waiting += seen_by_callbacks(run, arguments)
    if not waiting:
        return
    data = arguments.data(run)
    more = joined((UNKNOWN, derived(data) if not data.nothing else NOTHING))
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        thing = run.now.thing(number)
        waiting += thing.content().references
        run.now.heap[number] = thing.with_more(more)


def seen_by_callbacks(run: Run, arguments: Arguments) -> Iterator[int]:
    """Yield the objects that functions among the arguments can change when they are called."""
    for callee in (callee for value in arguments.every() for callee in value.callees):
        if isinstance(callee, Method):
            yield from callee.receiver.references
        elif isinstance(callee, Function):
            yield from _seen_by(run, callee)


def _seen_by(run: Run, function: Function) -> Iterator[int]:
    """Yield what a function of the file is bound to, and what is in the scopes around it."""
    if function.receiver is not None:
        yield from function.receiver.references
    scopes = set(_outwards(run, function.scope))
    for (scope, _), value in run.now.variables.items():
        if scope in scopes:
            yield from value.references


def _outwards(run: Run, scope: int) -> Iterator[int]:
    current: int | None = scope
    while current is not None and current != MODULE:
        yield current
        current = run.parents.get(current)
