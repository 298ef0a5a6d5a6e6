"""`value.name`: fields of requests, members of instances, names in modules, methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gatekeeper.scan.flow.classes import member
from gatekeeper.scan.flow.data import field_of, fresh
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import Thing
from gatekeeper.scan.flow.values import (
    UNKNOWN,
    Class,
    Kind,
    Library,
    Method,
    Value,
    constant,
    derived,
    joined,
)

_TAKEN_AS_VALUES = frozenset({"get", "getlist", "append", "write", "add", "join", "format"})


def attribute(run: Run, node: ast.Attribute, owner: Value, *, called: bool = False) -> Value:
    """Return what an attribute holds; its methods only where one may be meant."""
    method = called or node.attr in _TAKEN_AS_VALUES
    return joined(_found(run, node, owner, method))


def _found(run: Run, node: ast.Attribute, owner: Value, method: bool) -> Iterator[Value]:
    name = node.attr
    for callee in owner.callees:
        if isinstance(callee, Library):
            yield _in_library(run, node, f"{callee.name}.{name}")
        elif isinstance(callee, Class):
            yield member(run, callee.number, name, None) or UNKNOWN
        else:
            yield UNKNOWN
    for number, thing in run.now.things(owner):
        yield _of_thing(run, node, number, thing, method)
    plain = Value(owner.constants, owner.origins, tags=owner.tags, tail=owner.tail)
    if not plain.nothing:
        yield from _of_data(run, node, plain, method)


def _in_library(run: Run, node: ast.Attribute, full: str) -> Value:
    kind = run.spec.source(full)
    if kind:
        return fresh(run, node, Kind.REQUEST, full, fields=kind == "fields")
    return Value(callees=frozenset({Library(full)}))


def _of_thing(run: Run, node: ast.Attribute, number: int, thing: Thing, method: bool) -> Value:
    name = node.attr
    itself = Value(references=frozenset({number}))
    if thing.kind == "instance":
        held = thing.items.get(("attribute", name))
        if held is not None:
            return joined((held, thing.rest))
        found = member(run, thing.definition, name, itself)
        if found is not None:
            return found
        if name == "request":
            return Value(callees=frozenset({Library("self.request")}))
        method_ = Value(callees=frozenset({Method(itself, name)})) if method else Value()
        return joined((UNKNOWN, thing.rest, method_))
    held = thing.items.get(("attribute", name), Value())
    if method:
        return joined((held, Value(callees=frozenset({Method(itself, name)}))))
    return joined((held, derived(run.content(itself)), UNKNOWN))


def _of_data(run: Run, node: ast.Attribute, plain: Value, method: bool) -> Iterator[Value]:
    if method:
        yield Value(callees=frozenset({Method(plain, node.attr)}))
        return
    taken = field_of(run, node, plain, constant(node.attr)) if plain.origins else UNKNOWN
    yield _tagged(plain, node.attr, taken)


def _tagged(plain: Value, name: str, taken: Value) -> Value:
    """Keep what is known of a parsed address or of a path."""
    if "url" in plain.tags and name in {"netloc", "hostname"}:
        return Value(taken.constants, taken.origins, tags=frozenset({name}))
    if "path" in plain.tags and name == "name":
        return derived(taken, {"path"})
    if "path" in plain.tags and name == "parent":
        tags = plain.tags | ({"common"} if "normalised" in plain.tags else frozenset())
        return Value(taken.constants, taken.origins, tags=tags)
    return taken
