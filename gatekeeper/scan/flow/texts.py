"""How texts are put together, and what stands before each piece of data in them."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.values import (
    NOTHING,
    SAFE,
    UNKNOWN,
    Origin,
    Value,
    alike,
    cleaned,
    constant,
    derived,
    joined,
)

_NEAR = 400
_MOST_PAIRS = 36
_PERCENT = re.compile(
    r"%(?:\((\w+)\))?[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?([diouxXeEfFgGcrsab%])"
)


def concat(left: Value, right: Value) -> Value:
    """Return one text after the other. Both hold constants and origins only."""
    if left.nothing or right.nothing:
        return NOTHING
    if left.fixed and right.fixed:
        return alike(_sums(left, right), left, right)
    origins = {replace(o, whole=False, fields=False) for o in left.origins}
    origins |= {_behind(o, left) for o in right.origins}
    if _mixed(left) or _mixed(right):
        origins |= SAFE.origins
    return joined((Value(origins=frozenset(origins), tail=_tail_of_both(left, right)),))


def _mixed(value: Value) -> bool:
    """True when it may be a constant as well as data."""
    return bool(value.constants and value.origins)


def _tail_of_both(left: Value, right: Value) -> str:
    """Return the constant text that one after the other surely ends with."""
    tail = _tail_of(right)
    return (_tail_of(left) + tail if right.text is not None else tail)[-_NEAR:]


def _sums(left: Value, right: Value) -> Value:
    pairs = [(a[1], b[1]) for a in left.constants for b in right.constants]
    if len(pairs) > _MOST_PAIRS:
        return SAFE
    return joined(_sum(a, b) for a, b in pairs)


def _sum(a: object, b: object) -> Value:
    same = (isinstance(a, str) and isinstance(b, str)) or (
        isinstance(a, bytes) and isinstance(b, bytes)
    )
    return constant(a + b) if same else UNKNOWN  # type: ignore[operator]


def _behind(origin: Origin, left: Value) -> Origin:
    within = (_tail_of(left) + origin.within)[-_NEAR:]
    if not origin.anchored:
        return replace(origin, whole=False, fields=False, within=within)
    before = _tail_of(left) + origin.before
    anchored = left.text is not None and len(before) <= _NEAR
    return replace(
        origin,
        whole=False,
        fields=False,
        before=before[-_NEAR:],
        anchored=anchored,
        within=within,
    )


def _tail_of(value: Value) -> str:
    return value.text if value.text is not None else value.tail


def written(value: Value) -> Value:
    """Return what `str()` makes of constants and origins."""
    texts = [constant(_text(kind, content)) for kind, content in value.constants]
    return joined((replace(value, constants=frozenset()), *texts))


def _text(kind: str, content: object) -> object:
    return content if kind == "str" else str(content)


def together(parts: Iterable[Value]) -> Value:
    """Return all parts, one after the other."""
    whole = constant("")
    for part in parts:
        whole = part if whole.text == "" else concat(whole, part)
    return whole


def interpolated(run: Run, node: ast.JoinedStr) -> Value:
    """Return what an f-string holds."""
    return together([_piece(run, part) for part in node.values])


def _piece(run: Run, part: ast.expr) -> Value:
    if not isinstance(part, ast.FormattedValue):
        return run.evaluate(part)
    value = written(as_data(run, run.evaluate(part.value)))
    form = run.evaluate(part.format_spec) if part.format_spec else constant("")
    if part.conversion in {ord("r"), ord("a")}:
        return derived(value, {"log"})
    if form.text == "":
        return value
    return SAFE if form.text and form.text[-1] in "bcdoxXeEfFgGn%" else derived(value)


def by_percent(run: Run, form: Value, arguments: Value) -> Value:
    """Return `form % arguments`."""
    pattern = form.text
    values = containers.sequence(run, arguments)
    data = as_data(run, arguments)
    if "markup" in form.tags:
        return cleaned(joined((derived(form), derived(data))), {"xss"})
    if pattern is None:
        return joined((derived(form), derived(data)))
    if values is None:
        mapping = _mapping(run, arguments)
        return _filled(run, pattern, [data] if mapping is None else [], mapping or {}, data)
    return _filled(run, pattern, values, {}, data)


def filled(run: Run, form: Value, values: Sequence[Value]) -> Value:
    """Return `form % tuple(values)`."""
    data = joined(as_data(run, value) for value in values)
    if form.text is None:
        return joined((derived(form), derived(data)))
    return _filled(run, form.text, values, {}, data)


def _mapping(run: Run, value: Value) -> dict[str, Value] | None:
    if len(value.references) != 1 or value.origins:
        return None
    thing = run.now.thing(next(iter(value.references)))
    return {str(key[1]): held for key, held in thing.items.items()} if thing.exact else None


def _filled(
    run: Run, pattern: str, values: Sequence[Value], named: dict[str, Value], data: Value
) -> Value:
    parts, end, place = [], 0, 0
    for found in _PERCENT.finditer(pattern):
        parts.append(constant(pattern[end : found.start()]))
        end = found.end()
        if found[2] == "%":
            parts.append(constant("%"))
            continue
        value = named.get(found[1]) if found[1] else None
        if value is None and not found[1] and place < len(values):
            value, place = values[place], place + 1
        parts.append(_converted(run, data if value is None else value, found[2]))
    return together([*parts, constant(pattern[end:])])


def _converted(run: Run, value: Value, conversion: str) -> Value:
    if conversion in "diouxXeEfFgGc":
        return SAFE
    text = written(as_data(run, value))
    return derived(text, {"log"}) if conversion in "ra" else text


def formatted(run: Run, form: Value, positional: Sequence[Value], named: dict[str, Value]) -> Value:
    """Return `form.format(...)`."""
    data = joined(as_data(run, value) for value in (*positional, *named.values()))
    if form.text is None:
        return joined((derived(form), derived(data)))
    try:
        pieces = list(string.Formatter().parse(form.text))
    except ValueError:
        return joined((UNKNOWN, derived(data)))
    parts, automatic = [], 0
    for text, name, spec, conversion in pieces:
        parts.append(constant(text))
        if name is None:
            continue
        value = _meant(name or str(automatic), positional, named)
        automatic += not name
        inserted = written(as_data(run, value)) if value is not None else derived(data)
        parts.append(_argument(inserted, spec or "", conversion))
    return together(parts)


def _meant(key: str, positional: Sequence[Value], named: dict[str, Value]) -> Value | None:
    """Return the argument that a replacement field names, or None: it may be any of them."""
    if key.isdecimal() and int(key) < len(positional):
        return positional[int(key)]
    return named.get(key)


def _argument(value: Value, spec: str, conversion: str | None) -> Value:
    """Return what a replacement field becomes."""
    if spec and spec[-1] in "bcdoxXeEfFgGn%":
        return SAFE
    if conversion in {"r", "a"}:
        return derived(value, {"log"})
    return derived(value) if spec else value
