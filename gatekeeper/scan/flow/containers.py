"""Lists, tuples, sets and dictionaries, whose places are kept apart where they are known."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import Thing
from gatekeeper.scan.flow.values import (
    NOTHING,
    SAFE,
    UNKNOWN,
    Constant,
    Value,
    constant,
    derived,
    joined,
    opened,
)

_SEQUENCES = ("list", "tuple")
_MOST = 256


def key_of(value: Value) -> Constant | None:
    """Return the one key that a value is, told apart as dictionaries do, or None."""
    sole = value.sole
    if sole is None or sole[0] not in {"bool", "float"}:
        return sole
    number = sole[1]
    return ("int", int(number)) if number == int(number) else sole


def index(number: int) -> Constant:
    """Return the key of a place in a sequence."""
    return ("int", number)


def of(kind: str, values: Sequence[Value]) -> Thing:
    """Return a sequence or set of exactly these values."""
    if kind == "set":
        return Thing("set", rest=joined(values), sure=False)
    if len(values) > _MOST:
        return Thing(kind, rest=joined(values), sure=False)
    return Thing(kind, {index(place): value for place, value in enumerate(values)})


def listed(run: Run, node: ast.AST, element: Value) -> Value:
    """Return a new list of unknown length whose every place may hold the element."""
    return run.make(node, Thing("list", rest=element, sure=False))


def sequence(run: Run, value: Value) -> list[Value] | None:
    """Return the places of what is exactly one known list or tuple, else None."""
    if len(value.references) != 1 or value.origins or value.constants or value.callees:
        return None
    thing = run.now.thing(next(iter(value.references)))
    return places(thing)


def places(thing: Thing) -> list[Value] | None:
    """Return the places of a list or tuple in order, when they are all known."""
    if thing.kind not in _SEQUENCES or not thing.exact:
        return None
    return [thing.items[index(number)] for number in range(len(thing.items))]


def element(run: Run, value: Value) -> Value:
    """Return what going through the value may give."""
    found = [_keys_or_places(thing) for _, thing in run.now.things(value)]
    texts = [constant(char) for kind, text in value.constants if kind == "str" for char in text]
    if any(kind != "str" for kind, _ in value.constants):
        found.append(SAFE)
    if value.callees:
        found.append(UNKNOWN)
    if value.origins:
        found.append(taken(Value(origins=value.origins)))
    return joined((*found, *texts))


def taken(value: Value) -> Value:
    """Return what is taken out of data: a whole field of a form, else a part of it."""
    fields = frozenset(o for o in value.origins if o.fields)
    others = frozenset(value.origins - fields)
    # one name stands for many fields here: what is asked of one is not asked of all
    whole = Value(origins=frozenset(replace(o, fields=False, whole=False) for o in fields))
    return joined((whole, derived(Value(origins=others)) if others else NOTHING))


def _keys_or_places(thing: Thing) -> Value:
    if thing.kind == "dict":
        keys = [Value(constants=frozenset({key})) for key in thing.items]
        return joined((*keys, thing.rest))
    if thing.kind in {*_SEQUENCES, "set"}:
        return thing.content()
    return joined((thing.content(), UNKNOWN))


def item(run: Run, container: Value, key: Value) -> Value:
    """Return what `container[key]` may be."""
    base = run.now.base
    found = [
        opened(at(thing, key_of(key))) if base and base.has(number) else at(thing, key_of(key))
        for number, thing in run.now.things(container)
    ]
    found += [_character(value, key) for value in container.constants]
    value = joined(found)
    return UNKNOWN if value.nothing else value


def at(thing: Thing, key: Constant | None) -> Value:
    """Return what a place holds."""
    if thing.kind in _SEQUENCES and key is not None and key[0] == "int" and key[1] < 0:
        key = index(len(thing.items) + key[1]) if thing.exact else None
    if key is None or key not in thing.items:
        return thing.content() if key is None else thing.rest
    return joined((thing.items[key], thing.rest))


def _character(value: Constant, key: Value) -> Value:
    place = key.sole
    if value[0] not in {"str", "bytes"} or place is None or place[0] != "int":
        return SAFE
    try:
        return constant(value[1][place[1]])
    except IndexError:
        return UNKNOWN


def extended(run: Run, thing: Thing, more: Value) -> Thing:
    """Return a list with the places of another behind its own."""
    added, own = sequence(run, more), places(thing)
    if added is None or own is None or thing.many:
        return thing.blurred().with_more(joined((element(run, more), _strange(more))))
    return of(thing.kind, [*own, *added])


def _strange(value: Value) -> Value:
    return NOTHING if value.references else derived(value)


def without(thing: Thing, key: Value) -> Thing:
    """Return a container after `del`."""
    sole = key_of(key)
    if thing.kind == "dict" and sole is not None and not thing.many:
        return replace(thing, items={k: v for k, v in thing.items.items() if k != sole})
    own = places(thing)
    if (
        own is not None
        and sole is not None
        and sole[0] == "int"
        and -len(own) <= sole[1] < len(own)
    ):
        del own[sole[1]]
        return of(thing.kind, own)
    return thing.blurred()


def contents(run: Run, values: Iterable[Value]) -> Value:
    """Return all that is in the values."""
    return joined(run.content(value) for value in values)


def updated(run: Run, thing: Thing, more: Value) -> Thing:
    """Return a dictionary with the entries of another besides its own."""
    others = run.now.things(more)
    if len(others) == 1 and others[0][1].kind == "dict" and others[0][1].exact:
        for key, value in others[0][1].items.items():
            thing = thing.with_item(key, value)
        return thing
    return thing.with_more(joined((run.content(more), derived(more) if more.origins else NOTHING)))
