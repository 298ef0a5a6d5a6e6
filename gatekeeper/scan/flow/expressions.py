"""What each kind of expression may hold."""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from itertools import product
from typing import Any

from gatekeeper.scan.flow import containers, targets, texts
from gatekeeper.scan.flow.attributes import attribute
from gatekeeper.scan.flow.branches import choose, truth
from gatekeeper.scan.flow.calls import call
from gatekeeper.scan.flow.comprehensions import COMPREHENSIONS
from gatekeeper.scan.flow.data import as_data, field_of
from gatekeeper.scan.flow.guards import assume
from gatekeeper.scan.flow.names import name_of
from gatekeeper.scan.flow.proofs import remember
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.sinks import check_markup
from gatekeeper.scan.flow.state import Thing, merged
from gatekeeper.scan.flow.values import (
    BOTH,
    NULL,
    OPEN,
    SAFE,
    UNKNOWN,
    Function,
    Value,
    alike,
    constant,
    derived,
    joined,
)

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_LARGEST = 10_000
_MOST_PAIRS = 64


def _constant(run: Run, node: ast.Constant) -> Value:
    return constant(node.value)


def _formatted(run: Run, node: ast.JoinedStr) -> Value:
    value = texts.interpolated(run, node)
    check_markup(run, node, value)
    return value


def _formatted_value(run: Run, node: ast.FormattedValue) -> Value:
    return as_data(run, run.evaluate(node.value))


def _operation(run: Run, node: ast.BinOp) -> Value:
    value = _combined(run, node)
    if isinstance(node.op, ast.Add | ast.Mod):
        check_markup(run, node, value)
    return value


def _combined(run: Run, node: ast.BinOp) -> Value:
    left, right = run.evaluate(node.left), run.evaluate(node.right)
    if isinstance(node.op, ast.Mod) and _textual(left):
        return texts.by_percent(run, left, right)
    lists = isinstance(node.op, ast.Add) and _sum_of_lists(run, node, left, right)
    if lists:
        return lists
    tags = left.tags | right.tags
    left, right = as_data(run, left), as_data(run, right)
    if left.fixed and right.fixed:
        return alike(_computed(node.op, left, right), left, right)
    if isinstance(node.op, ast.Add) and not (_numeric(left) or _numeric(right)):
        return texts.concat(left, right)
    if isinstance(node.op, ast.Div) and "path" in tags:
        value = derived(joined((left, right)))
        return Value(value.constants, value.origins, tags=frozenset({"path"}))
    return derived(joined((left, right)))


def _textual(value: Value) -> bool:
    """True when it may be a text on the left of `%`."""
    numbers = value.fixed and all(kind in {"int", "float", "bool"} for kind, _ in value.constants)
    return not numbers


def _numeric(value: Value) -> bool:
    return value.fixed and all(kind in {"int", "float", "bool"} for kind, _ in value.constants)


def _sum_of_lists(run: Run, node: ast.BinOp, left: Value, right: Value) -> Value | None:
    if not (left.references and right.references):
        return None
    one, other = containers.sequence(run, left), containers.sequence(run, right)
    if one is None or other is None:
        return containers.listed(run, node, joined((run.content(left), run.content(right))))
    return run.make(node, containers.of("list", [*one, *other]))


def _computed(kind: ast.operator, left: Value, right: Value) -> Value:
    function = _ARITHMETIC.get(type(kind))
    if function is None:
        return SAFE
    pairs = list(product(left.constants, right.constants))
    if len(pairs) > _MOST_PAIRS:
        return SAFE
    return joined(_result(function, a[1], b[1]) for a, b in pairs)


def _result(function: Callable[[Any, Any], Any], a: Any, b: Any) -> Value:
    if function is operator.mul and not _small(a, b):
        return SAFE
    try:
        return constant(function(a, b))
    except (TypeError, ValueError, ArithmeticError):
        return UNKNOWN


def _small(a: Any, b: Any) -> bool:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return True
    return all(
        abs(x) <= _LARGEST if isinstance(x, int) else len(x or "") <= _MOST_PAIRS for x in (a, b)
    )


def _unary(run: Run, node: ast.UnaryOp) -> Value:
    value = run.evaluate(node.operand)
    if isinstance(node.op, ast.Not):
        verdict = truth(value)
        return BOTH if verdict is None else constant(not verdict)
    sole = value.sole
    if sole and sole[0] in {"int", "float"} and isinstance(node.op, ast.USub):
        return alike(constant(-sole[1]), value)
    return SAFE


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


def _comparison(run: Run, node: ast.Compare) -> Value:
    left = run.evaluate(node.left)
    others = [run.evaluate(part) for part in node.comparators]
    verdicts = []
    for kind, right in zip(node.ops, others, strict=True):
        verdicts.append(_compared(run, kind, left, right))
        left = right
    if any(verdict == constant(False) for verdict in verdicts):
        return constant(False)
    if all(verdict == constant(True) for verdict in verdicts):
        return constant(True)
    return remember(run, node, BOTH)


def _compared(run: Run, kind: ast.cmpop, left: Value, right: Value) -> Value:
    if OPEN in left.tags | right.tags:
        return BOTH
    if isinstance(kind, ast.In | ast.NotIn) and left.fixed and right.references:
        return _member(run, kind, left, right)
    if isinstance(kind, ast.Is | ast.IsNot) and not _singleton(left, right):
        return BOTH
    if not (left.fixed and right.fixed) or len(left.constants) * len(right.constants) > _MOST_PAIRS:
        return BOTH
    function = _COMPARISONS[type(kind)]
    pairs = product(left.constants, right.constants)
    return joined(_result(function, a[1], b[1]) for a, b in pairs)


def _singleton(left: Value, right: Value) -> bool:
    """True when one of them is surely None, True or False: identity is equality then."""
    kinds = [{kind for kind, _ in value.constants} for value in (left, right)]
    return any(found and found <= {"NoneType"} for found in kinds)


def _member(run: Run, kind: ast.cmpop, left: Value, right: Value) -> Value:
    places = containers.sequence(run, right)
    shut = OPEN not in containers.contents(run, [right]).tags
    if places is None or left.sole is None or not shut or not all(p.sole for p in places):
        return BOTH
    inside = any(place.sole and place.sole[1] == left.sole[1] for place in places)
    return constant(inside is isinstance(kind, ast.In))


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


def _subscript(run: Run, node: ast.Subscript) -> Value:
    container = run.evaluate(node.value)
    if isinstance(node.slice, ast.Slice):
        return _sliced(run, node, container)
    key = run.evaluate(node.slice)
    found = containers.item(run, container, key)
    if container.origins:
        data = Value(origins=container.origins)
        inner = Value(references=container.references, constants=container.constants)
        parts = [containers.item(run, inner, key)] if not inner.nothing else []
        found = joined((field_of(run, node, data, key), *parts))
    if container.callees:
        found = joined((found, UNKNOWN))
    return found


def _sliced(run: Run, node: ast.Subscript, container: Value) -> Value:
    part = node.slice
    assert isinstance(part, ast.Slice)
    bounds = [
        run.evaluate(bound) if bound else NULL for bound in (part.lower, part.upper, part.step)
    ]
    places = containers.sequence(run, container)
    exact = all(bound.sole for bound in bounds)
    where = slice(*(bound.sole[1] if bound.sole else None for bound in bounds))
    try:
        if container.fixed and exact:
            return joined(constant(value[where]) for _, value in container.constants)
        if places is not None and exact:
            return run.make(node, containers.of("list", places[where]))
    except (TypeError, ValueError):
        return UNKNOWN
    if container.references:
        inner = run.content(Value(references=container.references))
        return joined((containers.listed(run, node, inner), derived(as_data(run, container))))
    return _emptied(container, exact, where) or derived(as_data(run, container))


def _emptied(container: Value, exact: bool, where: slice) -> Value | None:
    """Nothing is left of the data in `text[:0]`."""
    if exact and where.stop == 0 and where.step is None and not (where.start or 0) < 0:
        return SAFE
    return None


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


def _slice(run: Run, node: ast.Slice) -> Value:
    for bound in (node.lower, node.upper, node.step):
        run.evaluate(bound)
    return SAFE


EXPRESSIONS: dict[type[ast.expr], Callable[[Run, Any], Value]] = {
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.FormattedValue: _formatted_value,
    ast.BinOp: _operation,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _comparison,
    ast.IfExp: _either,
    ast.Name: name_of,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
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
    **COMPREHENSIONS,
}
