"""Which functions can lead to a call that matters; the others need no look."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gatekeeper.scan.flow.entries import exposed, routes
from gatekeeper.scan.flow.spec import Spec

TAG = re.compile(r"<[a-zA-Z/!]")
_QUERY = re.compile(r"(?i)\b(select|insert|update|delete|replace|create|drop|alter)\s")


def relevant(definitions: Sequence[ast.AST], spec: Spec) -> set[int]:
    """Return the numbers of the functions that hold such a call, or call one that does."""
    calls = [_called(node) if _is_function(node) else set() for node in definitions]
    names = [getattr(node, "name", "") for node in definitions]
    found = {n for n, node in enumerate(definitions) if _matters(node, calls[n], spec)}
    while more := _callers(calls, {names[n] for n in found} - {""}) - found:
        found |= more
    return found


def _callers(calls: Sequence[set[str]], wanted: set[str]) -> set[int]:
    """Return the numbers of those that call any of the wanted names."""
    return {number for number, called in enumerate(calls) if called & wanted}


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _matters(node: ast.AST, called: set[str], spec: Spec) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    runs = any(spec.runners.fullmatch(name) for name in called)
    known = bool(called & spec.words) or runs
    return known or bool(routes(node)) or exposed(node) or _stores(node, spec) or _marks_up(node)


def _marks_up(node: ast.AST) -> bool:
    """True when a text with tags or of a query stands in the function."""
    texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return any(
        isinstance(text, str) and (TAG.search(text) or _QUERY.search(text)) for text in texts
    )


def _called(node: ast.AST) -> set[str]:
    return {name_of(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}


def name_of(function: ast.expr) -> str:
    """Return the last part of the name of what is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return getattr(function, "id", "")


def _stores(node: ast.AST, spec: Spec) -> bool:
    parts = (part for part in ast.walk(node) if isinstance(part, ast.Subscript | ast.Attribute))
    stores = (part for part in parts if isinstance(part.ctx, ast.Store))
    return any(_stored(part) in spec.words for part in stores)


def _stored(part: ast.Subscript | ast.Attribute) -> str:
    return f"{part.attr}=" if isinstance(part, ast.Attribute) else f"{name_of(part.value)}[]"


_READING = frozenset(
    {"get", "keys", "values", "items", "index", "count", "startswith", "endswith", "format", "join"}
    | {"copy", "isdigit", "match", "fullmatch", "search", "lower", "upper", "split", "strip"}
)


def rebound(tree: ast.Module) -> frozenset[str]:
    """Return the names of a scope that functions within it may write."""
    kinds = ast.Global | ast.Nonlocal
    return frozenset(
        name for node in ast.walk(tree) if isinstance(node, kinds) for name in node.names
    )


def shifting(tree: ast.Module) -> frozenset[str]:
    """Return the module's names whose objects a function may change, or hand to who may."""
    return frozenset(name for node in _within_functions(tree) for name in _handed_on(node))


def _within_functions(tree: ast.Module) -> Iterable[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from ast.walk(node)


def _handed_on(node: ast.AST) -> Iterable[str]:
    """Yield the names that stand where their object may be changed or kept."""
    names = _HANDING_ON.get(type(node))
    return names(node) if names is not None else ()


def _written_into(node: ast.Subscript | ast.Attribute) -> Iterable[str]:
    return () if isinstance(node.ctx, ast.Load) else _root(node.value)


def _known_to_callee(node: ast.Call) -> Iterable[str]:
    if isinstance(node.func, ast.Attribute) and node.func.attr not in _READING:
        yield from _root(node.func.value)
    yield from _themselves(node.args)
    yield from _themselves(keyword.value for keyword in node.keywords)


def _themselves(nodes: Iterable[ast.expr | None]) -> Iterable[str]:
    """Yield the names that stand alone: what is taken out of their objects is not the objects."""
    for node in nodes:
        alone = node.value if isinstance(node, ast.Starred) else node
        if isinstance(alone, ast.Name):
            yield alone.id


def _root(node: ast.expr) -> Iterable[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


_HANDING_ON: dict[type[ast.AST], Callable[[Any], Iterable[str]]] = {
    ast.Subscript: _written_into,
    ast.Attribute: _written_into,
    ast.Call: _known_to_callee,
    ast.AugAssign: lambda node: _root(node.target),
    ast.Assign: lambda node: _themselves((node.value,)),
    ast.Return: lambda node: _themselves((node.value,)),
    ast.NamedExpr: lambda node: _themselves((node.value,)),
    ast.Dict: lambda node: _themselves(node.values),
    ast.List: lambda node: _themselves(node.elts),
    ast.Tuple: lambda node: _themselves(node.elts),
}


def stored_attributes(tree: ast.Module) -> frozenset[str]:
    """Return the names of attributes that are written anywhere but to `self`."""
    return frozenset(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and getattr(node.value, "id", "") != "self"
    )
