"""Methods of containers, by kind and name: what they give and what they leave behind."""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import Thing
from gatekeeper.scan.flow.values import (
    NOTHING,
    NULL,
    SAFE,
    UNKNOWN,
    Value,
    constant,
    derived,
    joined,
)

Keeper = Callable[[Run, ast.Call, int, Arguments], Value]


def _given(arguments: Arguments, place: int) -> Value:
    found = arguments.at(place)
    return UNKNOWN if found is None else found


def _append(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    value, own = _given(arguments, 0), containers.places(thing)
    longer = containers.of("list", [*own, value]) if own is not None else None
    run.now.heap[number] = longer or thing.blurred().with_more(value)
    return NULL


def _extend(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    run.now.heap[number] = containers.extended(run, thing, _given(arguments, 0))
    return NULL


def _insert(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing, place = run.now.thing(number), _given(arguments, 0).sole
    own, value = containers.places(thing), _given(arguments, 1)
    if own is not None and place and place[0] == "int":
        own.insert(place[1], value)
        run.now.heap[number] = containers.of("list", own)
    else:
        run.now.heap[number] = thing.blurred().with_more(value)
    return NULL


def _pop(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    own = containers.places(thing)
    where = arguments.at(0)
    place = where.sole if where is not None else ("int", -1)
    if own is None or place is None or place[0] != "int" or not -len(own) <= place[1] < len(own):
        run.now.heap[number] = thing.blurred()
        return _or_unknown(thing.content())
    value = own.pop(place[1])
    run.now.heap[number] = containers.of(thing.kind, own)
    return value


def _or_unknown(value: Value) -> Value:
    return UNKNOWN if value.nothing else value


def _blur(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    run.now.heap[number] = run.now.thing(number).blurred()
    return NULL


def _remove(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    """Take the first equal place out, where all places are constants."""
    thing, wanted = run.now.thing(number), _given(arguments, 0).sole
    own = containers.places(thing)
    soles = [value.sole for value in own] if own is not None else [None]
    if own is None or wanted is None or None in soles or wanted not in soles:
        return _blur(run, node, number, arguments)
    own.pop([sole == wanted for sole in soles].index(True))
    run.now.heap[number] = containers.of(thing.kind, own)
    return NULL


def _clear(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    if not thing.many:
        run.now.heap[number] = replace(thing, items={}, rest=NOTHING, sure=True)
    return NULL


def _copied(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    return run.make(node, run.now.thing(number))


def _reverse(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    own = containers.places(thing)
    if own is None:
        return _blur(run, node, number, arguments)
    run.now.heap[number] = containers.of(thing.kind, own[::-1])
    return NULL


def _get(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing, key = run.now.thing(number), containers.key_of(_given(arguments, 0))
    default = arguments.at(1, "default")
    default = NULL if default is None else default
    held = containers.at(thing, key)
    if key is not None and key in thing.items and thing.sure:
        return held
    return joined((held, default))


def _set_default(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing, key = run.now.thing(number), containers.key_of(_given(arguments, 0))
    value = arguments.at(1)
    value = NULL if value is None else value
    held = containers.at(thing, key)
    if key is not None and key in thing.items and thing.sure:
        return held
    both = joined((held, value))
    known = thing.with_item(key, both) if key is not None else thing.with_more(both)
    run.now.heap[number] = known
    return both


def _dict_pop(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    value = _get(run, node, number, arguments)
    thing = run.now.thing(number)
    run.now.heap[number] = containers.without(thing, _given(arguments, 0))
    return value


def _update(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    for more in arguments.positional:
        thing = containers.updated(run, thing, more)
    for name, value in arguments.keywords.items():
        thing = thing.with_item(("str", name), value)
    run.now.heap[number] = thing if arguments.spread.nothing else thing.with_more(arguments.spread)
    return NULL


def _keys(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    keys = [Value(constants=frozenset({key})) for key in thing.items]
    return containers.listed(run, node, joined((*keys, thing.rest)))


def _values(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    return containers.listed(run, node, run.now.thing(number).content())


def _items(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    keys = joined((*(Value(constants=frozenset({key})) for key in thing.items), thing.rest))
    pair = run.make(node.func, containers.of("tuple", [keys, thing.content()]))
    return containers.listed(run, node, pair)


def _add(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    run.now.heap[number] = thing.with_more(joined(arguments.every()))
    return NULL


def _absorb(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    for more in arguments.every():
        thing = thing.with_more(containers.element(run, more))
    run.now.heap[number] = thing
    return NULL


def _any_place(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    return _or_unknown(run.now.thing(number).content())


def _count(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    return SAFE


def _write(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    run.now.heap[number] = thing.with_more(derived(arguments.data(run)))
    return SAFE


def _read(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    inner = run.content(Value(references=frozenset({number})))
    return derived(inner) if not inner.nothing else constant("")


def _option(value: Value) -> tuple[str, str] | None:
    return ("str", value.text.lower()) if value.text is not None else None


def _section(run: Run, node: ast.Call, number: int, name: Value) -> Value:
    """Return the section of a configuration, made where there is none yet."""
    thing, key = run.now.thing(number), name.sole
    held = thing.items.get(key) if key else None
    if held is not None:
        return held
    made = run.make(node.func, Thing("dict"))
    known = thing.with_item(key, made) if key else thing.with_more(made)
    run.now.heap[number] = known
    return made


def _configure(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    section = _section(run, node, number, _given(arguments, 0))
    option, value = _option(_given(arguments, 1)), _given(arguments, 2)
    for inner, thing in run.now.things(section):
        alone = option is not None and len(section.references) == 1
        run.now.heap[inner] = (
            thing.with_item(option, value) if alone and option else thing.with_more(value)
        )
    return NULL


def _configured(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    thing = run.now.thing(number)
    found = _exactly_set(run, thing, _given(arguments, 0), _option(_given(arguments, 1)))
    if len(found) == 1 and not _interpolated(found[0]):
        return found[0]
    return joined((as_data(run, Value(references=frozenset({number}))), UNKNOWN))


def _exactly_set(
    run: Run, thing: Thing, section: Value, option: tuple[str, str] | None
) -> list[Value]:
    """Return what the option is set to, where nothing that is not followed can have set it."""
    key = section.sole
    held = thing.items.get(key) if key else None
    if held is None or option is None or not thing.rest.nothing:
        return []
    places = (place for _, place in run.now.things(held))
    return [place.items[option] for place in places if option in place.items and place.exact]


def _interpolated(value: Value) -> bool:
    """True when another option may be put into the value as it is read."""
    return any(mark in str(content) for _, content in value.constants for mark in "%$")


def _add_section(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    _section(run, node, number, _given(arguments, 0))
    return NULL


def _feature(run: Run, node: ast.Call, number: int, arguments: Arguments) -> Value:
    """`reader.setFeature(feature_external_ges, True)` lets it load external entities."""
    if not _of_external_entities(_given(arguments, 0)):
        return NULL
    thing = run.now.thing(number)
    if _may_be_true(_given(arguments, 1)):
        run.now.heap[number] = replace(thing, kind="entities")
    elif thing.kind == "entities":
        run.now.heap[number] = replace(thing, kind="reader")
    return NULL


def _of_external_entities(feature: Value) -> bool:
    names = {getattr(callee, "name", "") for callee in feature.callees}
    return any("external" in name for name in (*names, feature.text or ""))


def _may_be_true(value: Value) -> bool:
    return not value.fixed or any(content for _, content in value.constants)


_LISTS: dict[str, Keeper] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "pop": _pop,
    "popleft": _any_place,
    "appendleft": _append,
    "remove": _remove,
    "clear": _clear,
    "copy": _copied,
    "reverse": _reverse,
    "sort": _blur,
    "index": _count,
    "count": _count,
}
_DICTS: dict[str, Keeper] = {
    "get": _get,
    "setdefault": _set_default,
    "pop": _dict_pop,
    "update": _update,
    "keys": _keys,
    "values": _values,
    "items": _items,
    "copy": _copied,
    "clear": _clear,
}
_SETS: dict[str, Keeper] = {
    "add": _add,
    "update": _absorb,
    "pop": _any_place,
    "copy": _copied,
}
_BUFFERS: dict[str, Keeper] = {
    "write": _write,
    "writelines": _write,
    "getvalue": _read,
    "read": _read,
    "readline": _read,
    "readlines": _read,
    "seek": _count,
    "tell": _count,
    "close": _count,
}
_CONFIGURATIONS: dict[str, Keeper] = {
    "add_section": _add_section,
    "set": _configure,
    "get": _configured,
    "has_section": _count,
    "has_option": _count,
}
KEEPERS: dict[tuple[str, str], Keeper] = {
    ("reader", "setFeature"): _feature,
    ("entities", "setFeature"): _feature,
    **{("list", name): keeper for name, keeper in _LISTS.items()},
    ("tuple", "index"): _count,
    ("tuple", "count"): _count,
    **{("dict", name): keeper for name, keeper in _DICTS.items()},
    **{("set", name): keeper for name, keeper in _SETS.items()},
    **{("buffer", name): keeper for name, keeper in _BUFFERS.items()},
    **{("configuration", name): keeper for name, keeper in _CONFIGURATIONS.items()},
}
