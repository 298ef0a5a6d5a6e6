"""Going both ways where either may be taken, and one way where the other cannot be."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TypeVar

from gatekeeper.scan.flow.guards import assume
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import merged
from gatekeeper.scan.flow.values import OPEN, Value

T = TypeVar("T")


def truth(value: Value) -> bool | None:
    """Return whether the value counts as true in every run, or None."""
    if not value.fixed or OPEN in value.tags:
        return None
    verdicts = {bool(constant[1]) for constant in value.constants}
    return verdicts.pop() if len(verdicts) == 1 else None


def choose(
    run: Run, test: ast.expr, then: Callable[[], T], otherwise: Callable[[], T], node: ast.AST
) -> list[T]:
    """Go the ways that a test leaves open; return what each gave."""
    verdict = truth(run.evaluate(test))
    if run.state is None:
        return []
    _leave_out(run, node, verdict)
    start, ends, given = run.state, [], []
    for side, way in ((True, then), (False, otherwise)):
        if verdict is None or verdict is side:
            run.state = start.copy()
            assume(run, test, side)
            given.append(way())
            ends.append(run.state)
    run.state = merged(ends)
    # joining large states takes its time, too
    run.steps -= (len(run.now.variables) + len(run.now.heap)) // 60
    return given


def _leave_out(run: Run, node: ast.AST, verdict: bool | None) -> None:
    if isinstance(node, ast.If) and verdict is not None:
        leave_out(run, node.orelse if verdict else node.body, node.test)


def leave_out(run: Run, body: Sequence[ast.stmt], test: ast.AST) -> None:
    """Write down that a body is never run; what shares a line with its test is not told."""
    if not body:
        return
    first, last = body[0].lineno, body[-1].end_lineno or body[-1].lineno
    line = getattr(test, "lineno", first)
    if first > (getattr(test, "end_lineno", None) or line):
        run.record.leave_out(first, last, f"the condition in line {line} never lets it run")
