"""Functions of Python that make containers, go through them, or choose from them."""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
from collections.abc import Callable

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import Thing
from gatekeeper.scan.flow.values import NOTHING, SAFE, UNKNOWN, Value, derived, joined


def _made_list(kind: str) -> Callable[[Run, ast.Call, Arguments], Value]:
    def make(run: Run, node: ast.Call, arguments: Arguments) -> Value:
        given = arguments.at(0)
        if given is None:
            return run.make(node, containers.of(kind, []))
        places = containers.sequence(run, given)
        if places is not None and kind != "set":
            return run.make(node, containers.of(kind, places))
        return run.make(node, Thing(kind, rest=containers.element(run, given), sure=False))

    return make


def _made_dict(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    thing = Thing("dict")
    for more in arguments.positional:
        if more.fixed or more.callees:  # the factory of a defaultdict
            thing = thing.with_more(UNKNOWN)
        else:
            thing = _from_pairs(run, thing, more)
    for name, value in arguments.keywords.items():
        thing = thing.with_item(("str", name), value)
    if not arguments.spread.nothing:
        thing = thing.with_more(arguments.spread)
    return run.make(node, thing)


def _from_pairs(run: Run, thing: Thing, more: Value) -> Thing:
    if all(other.kind == "dict" for _, other in run.now.things(more)):
        return containers.updated(run, thing, more)
    return thing.with_more(joined((run.content(more), UNKNOWN)))


def _elements(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    """`sorted`, `reversed`, `iter`, `filter`: the elements of the last argument, somewhere."""
    given = arguments.positional[-1] if arguments.positional else arguments.spread
    return containers.listed(run, node, containers.element(run, given))


def _enumerated(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    given = arguments.at(0)
    element = containers.element(run, given) if given is not None else UNKNOWN
    return containers.listed(
        run, node, run.make(node.func, containers.of("tuple", [SAFE, element]))
    )


def _zipped(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    if not arguments.spread.nothing:
        return joined((derived(arguments.data(run)), UNKNOWN))
    parts = [containers.element(run, value) for value in arguments.positional]
    return containers.listed(run, node, run.make(node.func, containers.of("tuple", parts)))


def _next(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    given, default = arguments.at(0), arguments.at(1)
    found = containers.element(run, given) if given is not None else UNKNOWN
    return joined((found, default if default is not None else NOTHING))


def _chosen(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    """`max`, `min`: one of the arguments or of their elements."""
    given = arguments.positional
    found = containers.element(run, given[0]) if len(given) == 1 else joined(given)
    return UNKNOWN if found.nothing else derived(as_data(run, found))


GATHERING: dict[str, Callable[[Run, ast.Call, Arguments], Value]] = {
    "list": _made_list("list"),
    "tuple": _made_list("tuple"),
    "set": _made_list("set"),
    "frozenset": _made_list("set"),
    "collections.deque": _made_list("list"),
    "dict": _made_dict,
    "collections.OrderedDict": _made_dict,
    "collections.defaultdict": _made_dict,
    "sorted": _elements,
    "reversed": _elements,
    "iter": _elements,
    "filter": _elements,
    "enumerate": _enumerated,
    "zip": _zipped,
    "next": _next,
    "max": _chosen,
    "min": _chosen,
}
