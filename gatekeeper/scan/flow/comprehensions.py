"""Comprehensions: one round of the loop, in a scope of its own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from gatekeeper.scan.flow import containers, targets
from gatekeeper.scan.flow.branches import truth
from gatekeeper.scan.flow.guards import assume
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import Thing, merged
from gatekeeper.scan.flow.values import NOTHING, Value, joined


def _within(run: Run, generators: Sequence[ast.comprehension], give: Callable[[], Value]) -> Value:
    """Bind the targets, evaluate, and let the names be again what they were outside."""
    names = {
        part.id
        for generator in generators
        for part in ast.walk(generator.target)
        if isinstance(part, ast.Name)
    }
    scope = run.frame.scope
    kept = {name: run.now.variables.get((scope, name)) for name in names}
    before = run.now.copy()
    value = NOTHING
    if _enter(run, generators):
        value = give()
    run.state = merged((before, run.state))
    for name, held in kept.items():
        if held is None:
            run.now.variables.pop((scope, name), None)
        else:
            run.now.variables[scope, name] = held
    return value


def _enter(run: Run, generators: Sequence[ast.comprehension]) -> bool:
    for generator in generators:
        iterated = run.evaluate(generator.iter)
        targets.assign(run, generator.target, containers.element(run, iterated))
        for test in generator.ifs:
            if truth(run.evaluate(test)) is False:
                return False
            assume(run, test, True)
            if run.state is None:
                return False
    return True


def _listed(run: Run, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    element = _within(run, node.generators, lambda: run.evaluate(node.elt))
    kind = "set" if isinstance(node, ast.SetComp) else "list"
    return run.make(node, Thing(kind, rest=element, sure=False))


def _dictionary(run: Run, node: ast.DictComp) -> Value:
    def both() -> Value:
        return joined((run.evaluate(node.key), run.evaluate(node.value)))

    return run.make(node, Thing("dict", rest=_within(run, node.generators, both), sure=False))


COMPREHENSIONS: dict[type[ast.expr], Callable[[Run, Any], Value]] = {
    ast.ListComp: _listed,
    ast.SetComp: _listed,
    ast.GeneratorExp: _listed,
    ast.DictComp: _dictionary,
}
