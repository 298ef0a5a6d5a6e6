"""What each kind of expression may hold."""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from gatekeeper.scan.flow import containers, targets, texts
from gatekeeper.scan.flow.attributes import attribute
from gatekeeper.scan.flow.branches import choose, truth
from gatekeeper.scan.flow.calls import call
from gatekeeper.scan.flow.comprehensions import COMPREHENSIONS
from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.guards import assume
from gatekeeper.scan.flow.names import name_of
from gatekeeper.scan.flow.operations import OPERATIONS
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.sinks import check_markup
from gatekeeper.scan.flow.state import Thing, merged
from gatekeeper.scan.flow.subscripts import SUBSCRIPTS
from gatekeeper.scan.flow.values import (
    NULL,
    UNKNOWN,
    Function,
    Value,
    constant,
    joined,
)


def _constant(run: Run, node: ast.Constant) -> Value:
    return constant(node.value)


def _formatted(run: Run, node: ast.JoinedStr) -> Value:
    value = texts.interpolated(run, node)
    check_markup(run, node, value)
    return value


def _formatted_value(run: Run, node: ast.FormattedValue) -> Value:
    return as_data(run, run.evaluate(node.value))


def _boolean(run: Run, node: ast.BoolOp) -> Value:
    """Return `a or b`, `a and b`: the later parts are evaluated where the earlier let them be."""
    wanted = isinstance(node.op, ast.And)
    found: list[Value] = []
    ends = []
    for place, part in enumerate(node.values):
        value = run.evaluate(part)
        last = place == len(node.values) - 1
        verdict = truth(value)
        if last or verdict is not wanted:
            found.append(value)
        if last or verdict is (not wanted):
            break
        if verdict is None:
            side = run.now.copy()
            ends.append(side)
            assume(run, part, wanted)
            if run.state is None:
                break
    run.state = merged((*ends, run.state))
    return joined(found)


def _either(run: Run, node: ast.IfExp) -> Value:
    return joined(
        choose(
            run,
            node.test,
            lambda: run.evaluate(node.body),
            lambda: run.evaluate(node.orelse),
            node,
        )
    )


def _sequence(run: Run, node: ast.List | ast.Tuple | ast.Set) -> Value:
    kind = type(node).__name__.lower()
    values: list[Value] = []
    exact = True
    for part in node.elts:
        if isinstance(part, ast.Starred):
            inner = run.evaluate(part.value)
            places = containers.sequence(run, inner)
            exact = exact and places is not None
            values += places if places is not None else [containers.element(run, inner)]
        else:
            values.append(run.evaluate(part))
    thing = containers.of(kind, values)
    return run.make(node, thing if exact else thing.blurred())


def _dictionary(run: Run, node: ast.Dict) -> Value:
    thing = Thing("dict")
    for key, part in zip(node.keys, node.values, strict=True):
        value = run.evaluate(part)
        if key is None:
            thing = containers.updated(run, thing, value)
            continue
        name = run.evaluate(key)
        place = containers.key_of(name)
        thing = (
            thing.with_item(place, value)
            if place is not None
            else thing.with_more(joined((value, as_data(run, name))))
        )
    return run.make(node, thing)


def _lambda(run: Run, node: ast.Lambda) -> Value:
    number = run.numbers[id(node)]
    return Value(callees=frozenset({Function(number, run.frame.scope)}))


def _awaited(run: Run, node: ast.Await) -> Value:
    return run.evaluate(node.value)


def _yielded(run: Run, node: ast.Yield) -> Value:
    run.frame.yielded.append(run.evaluate(node.value) if node.value else NULL)
    return UNKNOWN


def _yielded_from(run: Run, node: ast.YieldFrom) -> Value:
    run.frame.yielded.append(containers.element(run, run.evaluate(node.value)))
    return UNKNOWN


def _named(run: Run, node: ast.NamedExpr) -> Value:
    value = run.evaluate(node.value)
    targets.assign(run, node.target, value)
    return value


def _starred(run: Run, node: ast.Starred) -> Value:
    return run.evaluate(node.value)


def _attribute(run: Run, node: ast.Attribute) -> Value:
    return attribute(run, node, run.evaluate(node.value))


EXPRESSIONS: dict[type[ast.expr], Callable[[Run, Any], Value]] = {
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.FormattedValue: _formatted_value,
    ast.BoolOp: _boolean,
    ast.IfExp: _either,
    ast.Name: name_of,
    ast.Attribute: _attribute,
    ast.Call: call,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.Lambda: _lambda,
    ast.Await: _awaited,
    ast.Yield: _yielded,
    ast.YieldFrom: _yielded_from,
    ast.NamedExpr: _named,
    ast.Starred: _starred,
    **OPERATIONS,
    **SUBSCRIPTS,
    **COMPREHENSIONS,
}
