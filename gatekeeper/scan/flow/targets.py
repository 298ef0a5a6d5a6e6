"""Writing: to names, into containers and instances, and taking tuples apart."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.classes import member
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.sinks import check_attribute, check_store
from gatekeeper.scan.flow.values import (
    UNKNOWN,
    Constant,
    Kind,
    Value,
    derived,
    joined,
    worst,
)


def assign(run: Run, target: ast.expr, value: Value) -> None:
    """Write a value to whatever stands on the left."""
    if isinstance(target, ast.Name):
        run.bind(target.id, value)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(run, target.elts, value)
    elif isinstance(target, ast.Subscript):
        _store(run, target, value)
    elif isinstance(target, ast.Attribute):
        _set_attribute(run, target, value)
    elif isinstance(target, ast.Starred):
        assign(run, target.value, value)


def _unpack(run: Run, parts: Sequence[ast.expr], value: Value) -> None:
    starred = any(isinstance(part, ast.Starred) for part in parts)
    places = containers.sequence(run, value)
    if places is not None and len(places) == len(parts) and not starred:
        for part, item in zip(parts, places, strict=True):
            assign(run, part, item)
        return
    for part in parts:
        element = containers.element(run, value)
        assign(run, part, containers.listed(run, part, element) if starred else element)


def _store(run: Run, target: ast.Subscript, value: Value) -> None:
    container = run.evaluate(target.value)
    key = run.evaluate(target.slice)
    check_store(run, target, container, key, value)
    _write(run, container, containers.key_of(key), value)
    if not container.references:
        stain(run, target.value, joined((value, key)))


def _write(run: Run, container: Value, key: Constant | None, value: Value) -> None:
    only = len(container.references) == 1
    for number, thing in run.now.things(container):
        written = thing.with_item(key, value) if key is not None else thing.with_more(value)
        if key is not None and not only:
            written = thing.with_more(value)
        run.now.heap[number] = written


def _set_attribute(run: Run, target: ast.Attribute, value: Value) -> None:
    owner = run.evaluate(target.value)
    check_attribute(run, target, owner, value)
    _write(run, owner, ("attribute", target.attr), value)
    for number, thing in run.now.things(owner):
        # a property's setter, or __setattr__, may do anything with it
        if thing.definition >= 0 and _intercepted(run, thing.definition, target.attr):
            run.now.heap[number] = thing.with_more(joined((value, UNKNOWN)))
    if not owner.references:
        stain(run, target.value, value)


def _intercepted(run: Run, definition: int, name: str) -> bool:
    return any(member(run, definition, n, None) is not None for n in (name, "__setattr__"))


def stain(run: Run, base: ast.expr, value: Value) -> None:
    """Let something that is not followed hold the data besides what it holds."""
    more = derived(run.content(value))
    root = _root(base)
    if not isinstance(root, ast.Name) or worst(more) is Kind.SAFE:
        return
    known = run.lookup(root.id)
    # cookies and headers of a response are no HTML
    if known is None or "response" in known.tags:
        return
    if known.references:
        for number, thing in run.now.things(known):
            run.now.heap[number] = thing.with_more(more)
    elif not known.callees:
        run.bind(root.id, joined((known, more)))


def _root(base: ast.expr) -> ast.expr:
    """Return what attributes and entries are taken of, at the left end."""
    while isinstance(base, ast.Subscript | ast.Attribute | ast.Call):
        base = base.func if isinstance(base, ast.Call) else base.value
    return base


def augment(run: Run, node: ast.AugAssign, operation: ast.BinOp) -> None:
    """Do `a += b`: a list grows in place, anything else becomes a new value."""
    before = run.peek(operation.left)
    if not before.references:
        assign(run, node.target, run.evaluate(operation))
        return
    added = run.evaluate(node.value)
    for number, thing in run.now.things(before):
        run.now.heap[number] = containers.extended(run, thing, added)
    others = Value(before.constants, before.origins, callees=before.callees)
    if not others.nothing:
        assign(run, node.target, joined((before, UNKNOWN)))


def as_read(target: ast.expr) -> ast.expr:
    """Return the expression that reads what a target writes."""
    read = copy.copy(target)
    if hasattr(read, "ctx"):
        read.ctx = ast.Load()
    return read


def delete(run: Run, target: ast.expr) -> None:
    """Do `del`: what a container lost is not followed, it may still hold it."""
    if not isinstance(target, ast.Subscript):
        return
    for number, thing in run.now.things(run.evaluate(target.value)):
        run.now.heap[number] = containers.without(thing, run.evaluate(target.slice))
