"""What operators make of values: arithmetic, texts put together, lists joined, comparisons."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from itertools import product
from typing import Any

from gatekeeper.scan.flow import containers, texts
from gatekeeper.scan.flow.branches import truth
from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.proofs import remember
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.sinks import check_markup
from gatekeeper.scan.flow.values import (
    BOTH,
    OPEN,
    SAFE,
    UNKNOWN,
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


def _operation(run: Run, node: ast.BinOp) -> Value:
    value = _combined(run, node)
    if isinstance(node.op, ast.Add | ast.Mod):
        check_markup(run, node, value)
    return value


def _combined(run: Run, node: ast.BinOp) -> Value:
    left, right = run.evaluate(node.left), run.evaluate(node.right)
    if isinstance(node.op, ast.Mod) and not _numeric(left):
        return texts.by_percent(run, left, right)
    if isinstance(node.op, ast.Add) and left.references and right.references:
        return _sum_of_lists(run, node, left, right)
    paths = "path" in left.tags | right.tags
    return _of_data(node.op, as_data(run, left), as_data(run, right), paths)


def _numeric(value: Value) -> bool:
    """True when it is surely a number: `%` is no formatting then, and `+` no concatenation."""
    return value.fixed and all(kind in {"int", "float", "bool"} for kind, _ in value.constants)


def _sum_of_lists(run: Run, node: ast.BinOp, left: Value, right: Value) -> Value:
    one, other = containers.sequence(run, left), containers.sequence(run, right)
    if one is None or other is None:
        return containers.listed(run, node, joined((run.content(left), run.content(right))))
    return run.make(node, containers.of("list", [*one, *other]))


def _of_data(kind: ast.operator, left: Value, right: Value, paths: bool) -> Value:
    """Return what comes of constants and origins; `paths`: one of the two was a path."""
    if left.fixed and right.fixed:
        return alike(_computed(kind, left, right), left, right)
    if isinstance(kind, ast.Add) and not (_numeric(left) or _numeric(right)):
        return texts.concat(left, right)
    value = derived(joined((left, right)))
    if isinstance(kind, ast.Div) and paths:
        return Value(value.constants, value.origins, tags=frozenset({"path"}))
    return value


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
    if not _comparable(left, right):
        return BOTH
    function = _COMPARISONS[type(kind)]
    pairs = product(left.constants, right.constants)
    return joined(_result(function, a[1], b[1]) for a, b in pairs)


def _comparable(left: Value, right: Value) -> bool:
    """True when both are constants, and few enough to hold each against each."""
    fixed = left.fixed and right.fixed
    return fixed and len(left.constants) * len(right.constants) <= _MOST_PAIRS


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


OPERATIONS: dict[type[ast.expr], Callable[[Run, Any], Value]] = {
    ast.BinOp: _operation,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
}
