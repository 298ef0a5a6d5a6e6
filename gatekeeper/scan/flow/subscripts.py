"""What is taken out of a value by `[...]`: an entry, or a slice."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.data import as_data, field_of
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.values import NULL, SAFE, UNKNOWN, Value, constant, derived, joined


def _subscript(run: Run, node: ast.Subscript) -> Value:
    container = run.evaluate(node.value)
    if isinstance(node.slice, ast.Slice):
        return _sliced(run, node, node.slice, container)
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


def _sliced(run: Run, node: ast.Subscript, part: ast.Slice, container: Value) -> Value:
    where = _where(run, part)
    exact = _cut_out(run, node, container, where) if where is not None else None
    if exact is not None:
        return exact
    if container.references:
        inner = run.content(Value(references=container.references))
        return joined((containers.listed(run, node, inner), derived(as_data(run, container))))
    if where is not None and _takes_nothing(where):
        return SAFE
    return derived(as_data(run, container))


def _where(run: Run, part: ast.Slice) -> slice | None:
    """Return the bounds of a slice, or None unless each of them is one constant."""
    parts = (part.lower, part.upper, part.step)
    bounds = [run.evaluate(bound).sole if bound else NULL.sole for bound in parts]
    return None if None in bounds else slice(*(bound[1] for bound in bounds if bound))


def _cut_out(run: Run, node: ast.Subscript, container: Value, where: slice) -> Value | None:
    """Return exactly what stands there, or None where the places of it are not all known."""
    places = containers.sequence(run, container)
    try:
        if container.fixed:
            return joined(constant(value[where]) for _, value in container.constants)
        return run.make(node, containers.of("list", places[where])) if places is not None else None
    except (TypeError, ValueError):
        return UNKNOWN


def _takes_nothing(where: slice) -> bool:
    """True for `text[:0]`, which leaves nothing of the data."""
    start = where.start or 0
    if where.stop != 0 or where.step is not None or not isinstance(start, int):
        return False
    return start >= 0


def _slice(run: Run, node: ast.Slice) -> Value:
    for bound in (node.lower, node.upper, node.step):
        run.evaluate(bound)
    return SAFE


SUBSCRIPTS: dict[type[ast.expr], Callable[[Run, Any], Value]] = {
    ast.Subscript: _subscript,
    ast.Slice: _slice,
}
