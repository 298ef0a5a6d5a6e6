"""The classes of the file: their members, through their base classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.values import UNKNOWN, Class, Function, Library, Value, joined, opened


def lineage(run: Run, number: int) -> Iterator[int]:
    """Yield a class and its base classes in this file, the nearest first."""
    waiting, seen = [number], set()
    while waiting:
        current = waiting.pop(0)
        if current < 0 or current in seen:
            continue
        seen.add(current)
        yield current
        waiting += _bases(run, current)


def _bases(run: Run, number: int) -> Iterator[int]:
    for value in _base_values(run, number):
        yield from (callee.number for callee in value.callees if isinstance(callee, Class))


def _base_values(run: Run, number: int) -> Iterator[Value]:
    node = run.definitions[number]
    assert isinstance(node, ast.ClassDef)
    for base in node.bases:
        if isinstance(base, ast.Name | ast.Attribute):
            yield run.peek(base)


def foreign_bases(run: Run, number: int) -> set[str]:
    """Return the full names of the base classes that other modules define."""
    found = set()
    for current in lineage(run, number):
        for value in _base_values(run, current):
            found |= {c.name for c in value.callees if isinstance(c, Library)}
    return found - {"object"}


def member(run: Run, number: int, name: str, receiver: Value | None) -> Value | None:
    """Return what a class holds under a name, bound to an instance; None when it does not say."""
    scopes = {owner: scope for scope, owner in run.class_scopes.items()}
    for current in lineage(run, number):
        held = run.now.variable(scopes[current], name) if current in scopes else None
        if held is not None:
            return _bound(run, held, name, receiver)
    return None


def _bound(run: Run, held: Value, name: str, receiver: Value | None) -> Value:
    bound = [_bind(run, callee, receiver) for callee in held.callees]
    rest = Value(held.constants, held.origins, held.references, tags=held.tags, tail=held.tail)
    changed = name in run.stored_attributes
    return joined((*bound, opened(rest), UNKNOWN if changed else Value()))


def _bind(run: Run, callee: object, receiver: Value | None) -> Value:
    if not isinstance(callee, Function):
        return Value(callees=frozenset({callee}))  # type: ignore[arg-type]
    kinds = decorators(run, callee.number)
    if "staticmethod" in kinds:
        return Value(callees=frozenset({callee}))
    if "property" in kinds or "cached_property" in kinds:
        return run.inline(Function(callee.number, callee.scope, receiver))
    if "classmethod" in kinds and receiver is None:
        receiver = UNKNOWN
    return Value(callees=frozenset({Function(callee.number, callee.scope, receiver)}))


def decorators(run: Run, number: int) -> set[str]:
    """Return the names of a function's decorators."""
    node = run.definitions[number]
    return {_name(decorator) for decorator in getattr(node, "decorator_list", ())}


def _name(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
