"""Calls: what is called, whether it matters, and what comes of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from gatekeeper.scan.flow import library, methods, sinks
from gatekeeper.scan.flow.arguments import Arguments, evaluated
from gatekeeper.scan.flow.attributes import attribute
from gatekeeper.scan.flow.classes import foreign_bases, member
from gatekeeper.scan.flow.data import as_data, fresh
from gatekeeper.scan.flow.disturbance import disturb
from gatekeeper.scan.flow.functions import inline
from gatekeeper.scan.flow.proofs import remember
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import State, Thing, merged
from gatekeeper.scan.flow.targets import stain
from gatekeeper.scan.flow.values import (
    NOTHING,
    UNKNOWN,
    Callee,
    Class,
    Function,
    Kind,
    Library,
    Method,
    Value,
    cleaned,
    derived,
    joined,
)

# Tests that are looked at within looks at tests.
_LOOKS = 2
_ENDING = frozenset({"exit", "_exit", "abort"})
_TESTING = frozenset(
    {"isdigit", "isdecimal", "isnumeric", "isalnum", "isalpha", "isidentifier", "startswith"}
    | {"is_relative_to", "endswith", "match", "fullmatch", "search", "compare_digest"}
    | {"url_has_allowed_host_and_scheme", "is_safe_url"}
)


def call(run: Run, node: ast.Call) -> Value:
    """Return what a call gives, with its effects on the state."""
    assumed, run.assumed = run.assumed, None
    receiver = NOTHING
    if isinstance(node.func, ast.Attribute):
        receiver = run.evaluate(node.func.value)
        function = attribute(run, node.func, receiver, called=True)
    else:
        function = run.evaluate(node.func)
    arguments = evaluated(run, node)
    return NOTHING if run.dead else _called(run, node, function, receiver, arguments, assumed)


def _called(
    run: Run,
    node: ast.Call,
    function: Value,
    receiver: Value,
    arguments: Arguments,
    assumed: bool | None,
) -> Value:
    names = list(dict.fromkeys(_names(run, function, node.func)))
    sinks.check_call(run, node, names, receiver, arguments)
    value = _results(run, node, function, receiver, arguments, assumed)
    if run.dead:
        return NOTHING
    marks = frozenset().union(*(run.spec.cleaners.get(name, frozenset()) for name in names[:2]))
    value = cleaned(value, marks) if marks else value
    tests = any(name.rpartition(".")[2] in _TESTING for name in names)
    return remember(run, node, value) if tests and run.record.quiet <= _LOOKS else value


def _names(run: Run, function: Value, node: ast.expr) -> Iterator[str]:
    """Yield the names that a call goes by, the most exact first."""
    libraries = sorted(c.name for c in function.callees if isinstance(c, Library))
    yield from libraries
    for callee in function.callees:
        if isinstance(callee, Method):
            for _, thing in run.now.things(callee.receiver):
                yield f"{thing.kind}().{callee.name}"
    if isinstance(node, ast.Attribute):
        yield f".{node.attr}"
    yield from (f".{name.rpartition('.')[2]}" for name in libraries if "." in name)


def _results(
    run: Run,
    node: ast.Call,
    function: Value,
    receiver: Value,
    arguments: Arguments,
    assumed: bool | None,
) -> Value:
    """Go into everything that may be called, each from the same state."""
    start = run.now
    ends: list[State | None] = []
    found: list[Value] = []
    for callee in sorted(function.callees, key=repr):
        run.state = start.copy() if len(function.callees) > 1 else start
        found.append(_result(run, node, callee, arguments, assumed))
        ends.append(run.state)
    if function.origins or function.references or not function.callees:
        run.state = start.copy() if ends else start
        found.append(_of_data(run, node, function, receiver, arguments))
        ends.append(run.state)
    run.state = merged(ends)
    return joined(found)


def _result(
    run: Run, node: ast.Call, callee: Callee, arguments: Arguments, assumed: bool | None
) -> Value:
    if isinstance(callee, Function):
        return inline(run, callee, node, arguments, assumed)
    if isinstance(callee, Class):
        return _instance(run, node, callee, arguments)
    if isinstance(callee, Method):
        return methods.call(run, node, callee, arguments)
    if callee.name.rpartition(".")[2] in _ENDING:
        run.state = None
        return NOTHING
    kind = run.spec.source(callee.name + "()")
    if kind:
        return fresh(run, node, Kind.REQUEST, callee.name, fields=kind == "fields")
    return library.call(run, node, callee.name, arguments)


def _instance(run: Run, node: ast.Call, callee: Class, arguments: Arguments) -> Value:
    """Make an instance and go through its `__init__`."""
    foreign = foreign_bases(run, callee.number)
    data = arguments.data(run)
    definition = run.definitions[callee.number]
    plain = not foreign and not getattr(definition, "decorator_list", ())
    rest = NOTHING if plain else joined((UNKNOWN, derived(data) if not data.nothing else NOTHING))
    made = run.make(node, Thing("instance", rest=rest, definition=callee.number))
    starting = member(run, callee.number, "__init__", made)
    if starting is not None:
        for function in starting.callees:
            if isinstance(function, Function):
                inline(run, function, node, arguments)
    return made


def _of_data(
    run: Run, node: ast.Call, function: Value, receiver: Value, arguments: Arguments
) -> Value:
    """Call something that came from outside: what it is given may come back or stay in it."""
    given = arguments.data(run)
    if isinstance(node.func, ast.Attribute) and not given.nothing:
        stain(run, node.func.value, given)
    disturb(run, arguments)
    requests = frozenset(replace(o, whole=False) for o in function.origins)
    parts = [Value(origins=requests)] if requests else []
    if not given.nothing:
        parts.append(derived(given))
    return joined(
        (*parts, UNKNOWN, derived(as_data(run, receiver)) if not receiver.nothing else NOTHING)
    )
