"""Going into a function of the file with the values that it is called with."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.classes import decorators
from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.run import Frame, FunctionNode, Run
from gatekeeper.scan.flow.state import Thing, merged
from gatekeeper.scan.flow.values import NOTHING, NULL, UNKNOWN, Function, Value, derived, joined

_TRANSPARENT = frozenset(
    {"staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "override"}
    | {"wraps", "lru_cache", "cache", "login_required", "contextmanager", "typing.override"}
)
_NO_ARGUMENTS = Arguments()


def inline(
    run: Run,
    function: Function,
    node: ast.AST | None = None,
    arguments: Arguments = _NO_ARGUMENTS,
    assumed: bool | None = None,
) -> Value:
    """Return what a call gives, with its effects on the state."""
    definition = run.definitions[function.number]
    assert isinstance(definition, FunctionNode)
    frame = run.frame
    if (
        len(run.frames) > run.deepest + 1
        or not run.deepest
        or frame.functions.count(function.number) > 0
    ):
        return joined((derived(arguments.data(run)), UNKNOWN))
    site = id(node) if node is not None else 0
    scope = run.intern("scope", function.number, site)
    callee = Frame(
        scope,
        (*frame.path, run.intern("call", site, function.number)),
        (*frame.functions, function.number),
        assumed=assumed,
    )
    run.parents[scope] = function.scope
    _share(run, definition, scope)
    values = dict(bound(run, definition, function.receiver, arguments))
    run.frames.append(callee)
    try:
        for name, value in values.items():
            run.bind(name, value)
        result = through(run, definition)
    finally:
        run.frames.pop()
    _forget(run, function.number, scope)
    strange = decorators(run, function.number) - _TRANSPARENT
    return joined((result, UNKNOWN)) if strange else result


def _share(run: Run, definition: ast.AST, scope: int) -> None:
    """Where a second call from one place meets functions made in the first, both sets count."""
    again = any(key[0] == scope for key in run.now.variables)
    if again and _makes_functions(run, run.numbers[id(definition)]):
        run.shared_scopes.add(scope)


def _forget(run: Run, number: int, scope: int) -> None:
    """Drop the names of a function that was left, unless functions that it made may see them."""
    if run.state is None or _makes_functions(run, number):
        return
    for key in [key for key in run.state.variables if key[0] == scope]:
        del run.state.variables[key]


def _makes_functions(run: Run, number: int) -> bool:
    known = run.makers.get(number)
    if known is None:
        definition = run.definitions[number]
        parts = (part for part in ast.walk(definition) if part is not definition)
        known = any(isinstance(part, FunctionNode | ast.ClassDef) for part in parts)
        run.makers[number] = known
    return known


def through(run: Run, definition: FunctionNode) -> Value:
    """Go through the body of a function whose parameters are bound; return what it answers."""
    frame = run.frame
    if isinstance(definition, ast.Lambda):
        return run.evaluate(definition.body)
    run.execute(definition.body)
    returned = list(frame.returned)
    if run.state is not None and frame.assumed is not True:
        returned.append(NULL)
        frame.exits.append(run.state)
    run.state = merged(frame.exits)
    if frame.yielded:
        return containers.listed(run, definition, joined(frame.yielded))
    return joined(returned)


def bound(
    run: Run, definition: FunctionNode, receiver: Value | None, given: Arguments
) -> Iterator[tuple[str, Value]]:
    """Yield the parameters and what they are bound to."""
    signature = definition.args
    positional = (() if receiver is None else (receiver,)) + given.positional
    yield from _one_by_one(run, definition, positional, given)
    if signature.vararg:
        beyond = positional[len(_places(signature)) :]
        yield signature.vararg.arg, run.make(signature.vararg, _surplus(beyond, given))
    if signature.kwarg:
        yield signature.kwarg.arg, run.make(signature.kwarg, _unnamed(signature, given))


def _places(signature: ast.arguments) -> list[ast.arg]:
    return [*signature.posonlyargs, *signature.args]


def _one_by_one(
    run: Run, definition: FunctionNode, positional: tuple[Value, ...], given: Arguments
) -> Iterator[tuple[str, Value]]:
    """Yield the parameters that take one argument each."""
    defaults = dict(_defaults(run, definition))
    for place, parameter in enumerate(_places(definition.args)):
        name = parameter.arg
        found = positional[place] if place < len(positional) else given.keywords.get(name)
        yield name, _or_default(found, given, defaults.get(name))
    for parameter in definition.args.kwonlyargs:
        name = parameter.arg
        yield name, _or_default(given.keywords.get(name), given, defaults.get(name))


def _surplus(beyond: tuple[Value, ...], given: Arguments) -> Thing:
    """Return what `*args` holds: the arguments beyond the places of the others."""
    thing = containers.of("tuple", beyond)
    return thing if given.spread.nothing else thing.blurred().with_more(given.spread)


def _unnamed(signature: ast.arguments, given: Arguments) -> Thing:
    """Return what `**kwargs` holds: the keywords that no other parameter has for a name."""
    named = {parameter.arg for parameter in (*_places(signature), *signature.kwonlyargs)}
    left = {("str", k): v for k, v in given.keywords.items() if k not in named}
    return Thing("dict", left, given.spread)


def _or_default(found: Value | None, given: Arguments, default: Value | None) -> Value:
    if found is not None:
        return found
    value = joined((given.spread, default if default is not None else NOTHING))
    return UNKNOWN if value.nothing else value


def _defaults(run: Run, definition: FunctionNode) -> Iterator[tuple[str, Value]]:
    places = _places(definition.args)
    late = places[len(places) - len(definition.args.defaults) :]
    pairs = [
        *zip(late, definition.args.defaults, strict=True),
        *zip(definition.args.kwonlyargs, definition.args.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        if default is not None:
            value = run.peek(default)
            # made once, when the function was defined: later calls may have changed it
            yield (
                parameter.arg,
                joined((as_data(run, value), UNKNOWN)) if value.references else value,
            )
