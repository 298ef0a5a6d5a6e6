"""Values as the text that comes of them, and data as it enters and is taken apart."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.values import (
    NOTHING,
    SAFE,
    UNKNOWN,
    Kind,
    Library,
    Origin,
    Value,
    derived,
    joined,
)

_CONSTANT_NAME = re.compile(r"^_?[A-Z][A-Z0-9_]*$")
_HARMLESS_NAMES = frozenset(
    {"__name__", "__file__", "sep", "linesep", "pathsep", "curdir", "pardir", "platform", "version"}
    | {"ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "punctuation"}
)


def as_data(run: Run, value: Value) -> Value:
    """Return the constants and data that come of a value when it becomes text."""
    if not (value.references or value.callees):
        return value
    plain = Value(value.constants, value.origins, tags=value.tags, tail=value.tail)
    inner = run.content(Value(references=value.references)) if value.references else NOTHING
    texts = [derived(inner)] if value.references else []
    if inner.callees:
        texts.append(_of_names(inner))
    return joined((plain, *texts, _of_names(value) if value.callees else NOTHING))


def _of_names(value: Value) -> Value:
    """Return what names of other modules stand for: by custom capitals name constants."""
    lasts = [c.name.rpartition(".")[2] for c in value.callees if isinstance(c, Library)]
    told = len(lasts) == len(value.callees)
    known = told and all(_CONSTANT_NAME.match(n) or n in _HARMLESS_NAMES for n in lasts)
    return SAFE if known else UNKNOWN


def fresh(run: Run, node: ast.AST, kind: Kind, what: str, *, fields: bool = False) -> Value:
    """Return data that enters here."""
    # of one request every reading of a field gives the same; elsewhere only this place does
    place = 0 if fields and "request." in what else id(node)
    entry = run.intern("origin", place, what)
    line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    origin = Origin(kind, line, column, what, fields=fields, entry=entry, whole=not fields)
    return Value(origins=frozenset({origin}))


def field_of(run: Run, node: ast.AST, data: Value, key: Value | None) -> Value:
    """Return what is taken out of data under a key: a whole field of a form, else a part."""
    found = []
    for origin in data.origins:
        if not origin.fields:
            found.append(derived(Value(origins=frozenset({origin}))))
            continue
        sole = key.sole if key is not None else None
        place = id(node) if sole is None else 0
        entry = run.intern("field", place, origin.entry, sole)
        taken = replace(origin, fields=False, whole=sole is not None, entry=entry)
        found.append(Value(origins=frozenset({taken})))
    return joined(found)
