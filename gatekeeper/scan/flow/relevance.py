"""Which functions can lead to a call that matters; the others need no look."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from gatekeeper.scan.flow.entries import exposed, routes
from gatekeeper.scan.flow.spec import Spec

TAG = re.compile(r"<[a-zA-Z/!]")
_QUERY = re.compile(r"(?i)\b(select|insert|update|delete|replace|create|drop|alter)\s")


def relevant(definitions: Sequence[ast.AST], spec: Spec) -> set[int]:
    """Return the numbers of the functions that hold such a call, or call one that does."""
    calls = [_called(node) if _is_function(node) else set() for node in definitions]
    names = {n: getattr(node, "name", "") for n, node in enumerate(definitions)}
    found = {n for n, node in enumerate(definitions) if _matters(node, calls[n], spec)}
    while True:
        wanted = {names[n] for n in found} - {""}
        more = {n for n, called in enumerate(calls) if n not in found and called & wanted}
        if not more:
            return found
        found |= more


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
    if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
        yield from _root(node.value)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr not in _READING:
            yield from _root(node.func.value)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from _itself(argument)
    elif isinstance(node, ast.AugAssign):
        yield from _root(node.target)
    elif isinstance(
        node, ast.Assign | ast.Return | ast.NamedExpr | ast.Dict | ast.List | ast.Tuple
    ):
        values = node.values if isinstance(node, ast.Dict) else getattr(node, "elts", None)
        for value in values if values is not None else (node.value,):  # type: ignore[union-attr]
            yield from _itself(value) if value is not None else ()


def _itself(node: ast.expr) -> Iterable[str]:
    """Yield a name that stands alone: what is taken out of its object is not the object."""
    node = node.value if isinstance(node, ast.Starred) else node
    if isinstance(node, ast.Name):
        yield node.id


def _root(node: ast.expr) -> Iterable[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def stored_attributes(tree: ast.Module) -> frozenset[str]:
    """Return the names of attributes that are written anywhere but to `self`."""
    return frozenset(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and getattr(node.value, "id", "") != "self"
    )
