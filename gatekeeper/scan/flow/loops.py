"""Loops: their bodies are gone through until nothing new comes of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from gatekeeper.scan.flow import containers, targets
from gatekeeper.scan.flow.branches import truth
from gatekeeper.scan.flow.guards import assume
from gatekeeper.scan.flow.run import ExhaustedError, Run
from gatekeeper.scan.flow.state import State, merged
from gatekeeper.scan.flow.values import SAFE, Value, joined

_ROUNDS = 12
_PATIENCE = 3


def for_loop(run: Run, node: ast.For | ast.AsyncFor) -> None:
    """Do `for`."""
    iterated = run.evaluate(node.iter)

    def begin() -> None:
        targets.assign(run, node.target, containers.element(run, iterated))

    _loop(run, node.body, begin, lambda: None)
    run.execute(node.orelse) if run.state else None


def while_loop(run: Run, node: ast.While) -> None:
    """Do `while`."""

    def begin() -> None:
        if truth(run.evaluate(node.test)) is False:
            run.state = None
        else:
            assume(run, node.test, True)

    def end() -> None:
        if truth(run.peek(node.test)) is True:
            run.state = None
        else:
            assume(run, node.test, False)

    _loop(run, node.body, begin, end)
    run.execute(node.orelse) if run.state else None


def _loop(
    run: Run, body: Sequence[ast.stmt], begin: Callable[[], None], end: Callable[[], None]
) -> None:
    head = run.now
    broken: list[State] = []
    for number in range(_ROUNDS):
        run.state = head.copy()
        breaks, after = _round(run, body, begin)
        broken = breaks
        fresh = merged((head, *after))
        if fresh is None or fresh == head:
            break
        head = _widened(head, fresh) if number >= _PATIENCE else fresh
    else:
        raise ExhaustedError
    run.state = head.copy()
    end()
    run.state = merged((run.state, *broken))


def _round(
    run: Run, body: Sequence[ast.stmt], begin: Callable[[], None]
) -> tuple[list[State], list[State | None]]:
    breaks: list[State] = []
    continues: list[State] = []
    run.frame.loops.append((breaks, continues))
    begin()
    if run.state is not None:
        run.execute(body)
    run.frame.loops.pop()
    return breaks, [run.state, *continues]


def _widened(old: State, new: State) -> State:
    """Return the newer state, with harmless texts for constants that keep changing."""
    variables = dict(new.variables)
    for key, value in variables.items():
        known = old.variables.get(key)
        if known is not None and known != value and known.constants != value.constants:
            variables[key] = _without_constants(value)
    heap = dict(new.heap)
    for number, thing in heap.items():
        if number in old.heap and old.heap[number] != thing:
            blurred = thing.blurred()
            heap[number] = replace(blurred, rest=_without_constants(blurred.rest))
    return State(variables, heap, new.base)


def _without_constants(value: Value) -> Value:
    if not value.constants:
        return value
    return joined((replace(value, constants=frozenset(), tail=""), SAFE))
