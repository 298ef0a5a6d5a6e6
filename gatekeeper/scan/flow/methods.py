"""Methods of texts, of containers, and of what other modules make."""

# ruff: noqa: ARG001, ARG005 - the functions of a table are all called alike
from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gatekeeper.scan.flow import containers, library, texts
from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.data import as_data, field_of, fresh
from gatekeeper.scan.flow.disturbance import disturb
from gatekeeper.scan.flow.keepers import KEEPERS
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.sinks import check_markup
from gatekeeper.scan.flow.targets import stain
from gatekeeper.scan.flow.values import (
    NOTHING,
    SAFE,
    UNKNOWN,
    Kind,
    Method,
    Value,
    alike,
    cleaned,
    constant,
    derived,
    joined,
    undone,
)

_ANSWERING = frozenset(
    {"startswith", "endswith", "find", "rfind", "index", "rindex", "count", "isdigit", "isdecimal"}
    | {"isnumeric", "isalnum", "isalpha", "isidentifier", "isspace", "islower", "isupper"}
    | {"is_relative_to", "exists", "is_file", "is_dir", "isoformat", "timestamp", "bit_length"}
)
_TEXTUAL = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "swapcase"}
    | {"removeprefix", "removesuffix", "expandtabs", "zfill", "ljust", "rjust", "center"}
    | {"translate", "encode", "decode", "hex"}
)
_PARTING = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})
_FIELDS = frozenset(
    {"get", "pop", "getlist", "getone", "getall", "get_list", "getfirst", "getvalue"}
)
_COLLECTIONS = frozenset({"to_dict", "dict", "copy", "lists", "flat", "multi_items", "model_dump"})
_GOING_THROUGH = frozenset({"items", "keys", "values", "iterkeys", "iteritems", "itervalues"})
_CODINGS = frozenset({"utf-8", "utf8", "UTF-8", "ascii", "latin-1", "latin1", "iso-8859-1"})
# what stands in escaped text for what was escaped
_ESCAPED = frozenset("&%\\;'\"")
# their results can be far longer than the text
_FILLING = frozenset({"zfill", "ljust", "rjust", "center", "expandtabs", "translate"})
_STAYING = frozenset({"encode", "decode", "strip", "lower", "upper"})
_NOT_STORING = frozenset(
    {"execute", "executemany", "commit", "search", "search_s", "fetchall", "fetchone", "close"}
    | {"info", "debug", "warning", "error", "render", "match", "search_ext_s", "simple_bind_s"}
)


def call(run: Run, node: ast.Call, callee: Method, arguments: Arguments) -> Value:
    """Return what a method of something that is not of this file gives."""
    receiver, name = callee.receiver, callee.name
    if name in run.spec.methods:
        return fresh(run, node, Kind.REQUEST, f"{name}()")
    found = []
    for number, thing in run.now.things(receiver):
        keeper = KEEPERS.get((thing.kind, name))
        if keeper is not None:
            found.append(keeper(run, node, number, arguments))
        else:
            found.append(_of_object(run, node, callee, arguments))
    plain = replace(receiver, references=frozenset(), callees=frozenset())
    if not plain.nothing:
        found.append(_of_text(run, node, plain, name, arguments))
    return joined(found)


def _of_object(run: Run, node: ast.Call, callee: Method, arguments: Arguments) -> Value:
    """Call a method that is not known: what it is given may stay, and all it holds come back."""
    given = arguments.data(run)
    inner = as_data(run, Value(references=callee.receiver.references))
    if callee.name in _ANSWERING:
        return SAFE
    if callee.name not in _NOT_STORING:
        for number, thing in run.now.things(callee.receiver):
            more = joined((UNKNOWN, derived(given) if not given.nothing else NOTHING))
            run.now.heap[number] = thing.with_more(more)
    disturb(run, arguments)
    given = NOTHING if callee.name in _NOT_STORING or given.nothing else derived(given)
    return joined((derived(inner), given, UNKNOWN))


def _of_text(run: Run, node: ast.Call, plain: Value, name: str, arguments: Arguments) -> Value:
    exact = _computed(run, node, plain, name, arguments)
    if exact is not None:
        return exact
    special = _SPECIAL.get(name)
    if special is not None:
        return special(run, node, plain, arguments)
    if name in _TEXTUAL | _PARTING:
        return _changed(run, node, plain, name, arguments)
    return SAFE if name in _ANSWERING else _of_fields(run, node, plain, name, arguments)


def _changed(run: Run, node: ast.Call, plain: Value, name: str, arguments: Arguments) -> Value:
    given = arguments.data(run)
    data = plain if given.fixed else joined((plain, given))
    coding = arguments.at(0, "encoding")
    if name in {"encode", "decode"} and coding is not None and coding.text not in _CODINGS:
        return undone(data)
    value = derived(data, still=True)
    parts = name in _PARTING
    return containers.listed(run, node, value) if parts else _staying(plain, value, name)


def _staying(plain: Value, value: Value, name: str) -> Value:
    """What a text surely lacks it lacks in lower case, too."""
    if name not in _STAYING or len(plain.origins) != 1 or plain.constants:
        return value
    marks = next(iter(plain.origins)).clean
    return Value(origins=frozenset(replace(o, clean=o.clean | marks) for o in value.origins))


def _of_fields(run: Run, node: ast.Call, plain: Value, name: str, arguments: Arguments) -> Value:
    first = arguments.at(0)
    fields = any(o.fields for o in plain.origins)
    if fields and name in _FIELDS:
        return _field(run, node, plain, first, arguments)
    if fields and name in _COLLECTIONS:
        return plain
    if name in _GOING_THROUGH:
        return containers.listed(run, node, containers.element(run, plain))
    tags = _tags(plain, name)
    if not tags:
        return _unknown(run, node, plain, name, arguments)
    return replace(derived(joined((plain, arguments.data(run)))), tags=tags)


def _tags(plain: Value, name: str) -> frozenset[str]:
    """Return what is known of a digest or a path that a method gives."""
    if name in {"digest", "hexdigest"}:
        return plain.tags & {"mac"}
    made = plain.tags & {"path"}
    if name in {"resolve", "absolute"} and made:
        return made | {"normalised"}
    return made if name in {"joinpath", "with_name", "with_suffix"} else frozenset()


def _field(
    run: Run, node: ast.Call, plain: Value, key: Value | None, arguments: Arguments
) -> Value:
    """`form.get(key, default)`: a constant default is as harmless as the field is not."""
    listed = isinstance(node.func, ast.Attribute) and node.func.attr == "getlist"
    kind = arguments.at(1 if listed else 2, "type")
    if kind is not None and library.converts(kind):
        return SAFE
    taken = field_of(run, node, plain, key)
    default = None if listed else arguments.at(1, "default")
    return taken if default is None or default.fixed else joined((taken, default))


def _unknown(run: Run, node: ast.Call, plain: Value, name: str, arguments: Arguments) -> Value:
    given = arguments.data(run)
    disturb(run, arguments)
    requests = Value(origins=frozenset(replace(o, whole=False) for o in plain.origins))
    inner = requests if plain.origins else SAFE
    if name in _NOT_STORING:
        return joined((inner, UNKNOWN))
    if isinstance(node.func, ast.Attribute) and not given.nothing:
        stain(run, node.func.value, given)
    return joined((inner, derived(given) if not given.nothing else NOTHING, UNKNOWN))


def _computed(
    run: Run, node: ast.Call, plain: Value, name: str, arguments: Arguments
) -> Value | None:
    """Do the call where everything is constant."""
    text, given = _constant_text(plain), _constants(arguments)
    if text is None or given is None or not _computable(text, name):
        return None
    if name in _FILLING:
        return SAFE
    try:
        result = getattr(text, name)(*given)
    except (TypeError, ValueError, LookupError):
        return UNKNOWN
    if isinstance(result, list | tuple):
        parts = [alike(constant(part), plain, *arguments.positional) for part in result]
        return run.make(node, containers.of("list", parts))
    return alike(constant(result), plain, *arguments.positional)


def _constant_text(value: Value) -> str | bytes | None:
    """Return the only text or bytes it can be, or None."""
    sole = value.sole
    return sole[1] if sole is not None and sole[0] in {"str", "bytes"} else None


def _constants(arguments: Arguments) -> list[Any] | None:
    """Return the arguments, or None unless each is one constant, given by its place."""
    if arguments.keywords or not arguments.spread.nothing:
        return None
    soles = [value.sole for value in arguments.positional]
    return None if None in soles else [sole[1] for sole in soles if sole]


def _computable(text: str | bytes, name: str) -> bool:
    known = name in _ANSWERING or name in _TEXTUAL or name in _PARTING or name == "replace"
    return known and hasattr(text, name)


def _format(run: Run, node: ast.Call, plain: Value, arguments: Arguments) -> Value:
    if not arguments.spread.nothing:
        return derived(joined((plain, arguments.data(run))))
    value = texts.formatted(run, plain, arguments.positional, arguments.keywords)
    value = cleaned(value, {"xss"}) if "markup" in plain.tags else value
    check_markup(run, node, value)
    return value


def _join(run: Run, node: ast.Call, plain: Value, arguments: Arguments) -> Value:
    given = arguments.at(0)
    if given is None:
        return UNKNOWN
    places = containers.sequence(run, given)
    if places is None:
        return derived(joined((containers.element(run, given), plain)), still=True)
    parts: list[Value] = []
    for place in places:
        parts += [plain, as_data(run, place)] if parts else [as_data(run, place)]
    return texts.together(parts)


def _replace(run: Run, node: ast.Call, plain: Value, arguments: Arguments) -> Value:
    """What was replaced by something without it is gone."""
    old, new = arguments.at(0), arguments.at(1)
    data = derived(joined((plain, new if new is not None else NOTHING)), still=True)
    if old is None or new is None or old.text is None or new.text is None:
        return data
    if len(old.text) > 1 and _ESCAPED & set(old.text):
        data = undone(data)
    marks = _lost(old.text, new.text) | _still_lacking(plain, new.text)
    return Value(origins=frozenset(replace(o, clean=o.clean | marks) for o in data.origins))


def _lost(old: str, new: str) -> frozenset[str]:
    """Return what a text without `old` is clean of."""
    # only of single characters: what is left of longer texts may make them up anew
    lacking = {f"no {old}"} if len(old) == 1 and old not in new else set()
    line_ends = {"log", "header"} if old in {"\n", "\r\n", "\r"} else set()
    return frozenset(lacking | line_ends)


def _still_lacking(plain: Value, new: str) -> frozenset[str]:
    """Return what all data of a text lacked before, and `new` does not bring back."""
    kept = [o.clean for o in plain.origins if o.kind is not Kind.SAFE]
    held = frozenset.intersection(*kept) if kept else frozenset()
    return frozenset(mark for mark in held if mark.startswith("no ") and mark[3:] not in new)


_SPECIAL: dict[str, Callable[[Run, ast.Call, Value, Arguments], Value]] = {
    "format": _format,
    "join": _join,
    "replace": _replace,
    "setdefault": lambda run, node, plain, arguments: joined((plain, arguments.data(run))),
    "relative_to": lambda run, node, plain, arguments: derived(plain, {"path"}),
}
