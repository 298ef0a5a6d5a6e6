"""`match`: cases that the subject cannot meet are left out."""

from __future__ import annotations

import ast

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.branches import leave_out, truth
from gatekeeper.scan.flow.guards import assume
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import State, merged
from gatekeeper.scan.flow.values import OPEN, Value, constant, joined


def match(run: Run, node: ast.Match) -> None:
    """Go into every case that may be met."""
    subject = run.evaluate(node.subject)
    ends: list[State | None] = []
    for case in node.cases:
        fits = _fits(run, case.pattern, subject) if run.state is not None else False
        if fits is False:
            leave_out(run, case.body, case.pattern)
            continue
        start = run.now.copy()
        fits = _enter(run, case, node.subject, subject, fits)
        ends.append(run.state)
        run.state = None if fits else start
    run.state = merged((*ends, run.state))


def _enter(
    run: Run, case: ast.match_case, expression: ast.expr, subject: Value, fits: bool | None
) -> bool | None:
    """Go through the body of a case; return whether no later case can be met."""
    _capture(run, case.pattern, subject)
    _narrow(run, case.pattern, expression)
    if case.guard is not None:
        verdict = truth(run.evaluate(case.guard))
        assume(run, case.guard, True)
        fits = fits if verdict else None
        if verdict is False:
            run.state = None
    run.execute(case.body)
    return fits


def _fits(run: Run, pattern: ast.pattern, subject: Value) -> bool | None:
    """Return whether the subject meets the pattern in every run (True), in none, or unknown."""
    if isinstance(pattern, ast.MatchValue | ast.MatchSingleton):
        value = pattern.value
        wanted = run.evaluate(value) if isinstance(value, ast.expr) else constant(value)
        return _equal(subject, wanted)
    if isinstance(pattern, ast.MatchOr):
        verdicts = [_fits(run, part, subject) for part in pattern.patterns]
        return True if True in verdicts else (None if None in verdicts else False)
    if isinstance(pattern, ast.MatchAs):
        return True if pattern.pattern is None else _fits(run, pattern.pattern, subject)
    return None


def _equal(subject: Value, wanted: Value) -> bool | None:
    if not (subject.fixed and wanted.fixed) or OPEN in subject.tags | wanted.tags:
        return None
    verdicts = {a[1] == b[1] for a in subject.constants for b in wanted.constants}
    return verdicts.pop() if len(verdicts) == 1 else None


def _capture(run: Run, pattern: ast.pattern, subject: Value) -> None:
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        if pattern.name:
            run.bind(pattern.name, subject)
        return
    inner = containers.element(run, subject)
    whole = joined((subject, inner, containers.contents(run, [subject])))
    for part in ast.walk(pattern):
        name = getattr(part, "name", None) or getattr(part, "rest", None)
        if isinstance(name, str):
            run.bind(name, whole)


def _narrow(run: Run, pattern: ast.pattern, expression: ast.expr) -> None:
    """In the body of `case "a":` the subject is "a"."""
    if isinstance(expression, ast.Name) and isinstance(pattern, ast.MatchValue):
        wanted = run.evaluate(pattern.value)
        if wanted.fixed:
            run.bind(expression.id, wanted)
