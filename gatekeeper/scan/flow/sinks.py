"""Holds what reaches the calls that matter against what may reach them."""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gatekeeper.scan.flow import containers, texts
from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.conditions import CONDITIONS
from gatekeeper.scan.flow.context import ALIKE, HARMFUL_HERE, HARMLESS_HERE
from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.record import Span
from gatekeeper.scan.flow.relevance import TAG
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.spec import Sink
from gatekeeper.scan.flow.values import NOTHING, SAFE, UNKNOWN, Kind, Library, Origin, Value, joined

_NOTHING_HARMFUL = "nothing that reaches it comes from outside unchanged"
_STATEMENT = re.compile(
    r"(?is)\b(select\b.+\bfrom\b|insert\s+(ignore\s+)?into\b|update\b.+\bset\b|delete\s+from\b"
    r"|replace\s+into\b|(create|drop|alter)\s+(table|database|user|view)\b|select\s+\w+\()"
)
# where a value stands, which could be a parameter; names of tables and columns could not
_VALUE = re.compile(r"(?i)(['\"=<>,(%]|\b(like|in|values|limit|offset|between|and|is))\s*$")
_NO_HTML = "it is sent as JSON, or a response whose text is looked at where it is made"
_NOT_DANGEROUS = "called like this it does nothing dangerous"


def check_call(
    run: Run, node: ast.Call, names: Sequence[str], receiver: Value, given: Arguments
) -> None:
    """Look at a call."""
    for sink in run.spec.sinks_of(names):
        condition = CONDITIONS.get(sink.condition)
        if condition is not None and not condition(run, node, given):
            run.record.note(_span(node), sink.weakness, (), _NOT_DANGEROUS)
            continue
        value = _told(run, given) if sink.weakness == "log" else NOTHING
        value = value if not value.nothing else joined(_dangerous(sink, receiver, given))
        lists = sink.weakness == "cmd" and bool(value.references)
        _note(run, node, sink.weakness, _of_visitors(run, value) if lists else value)


def _of_visitors(run: Run, value: Value) -> Value:
    """Return only the visitors' data of a list: what callers put into one is no suspicion."""
    data = as_data(run, value)
    safe = (o if o.kind is Kind.REQUEST else replace(o, within="") for o in data.origins)
    return replace(data, origins=frozenset(safe))


def _told(run: Run, given: Arguments) -> Value:
    """Return what `log(format, *values)` writes."""
    if len(given.positional) <= 1 or not given.spread.nothing:
        return NOTHING
    form, *values = given.positional
    return texts.filled(run, as_data(run, form), values)


def _dangerous(sink: Sink, receiver: Value, given: Arguments) -> Iterator[Value]:
    if "self" in sink.places:
        yield receiver
    if "*" in sink.places:
        yield from given.every()
    numbers = [int(place) for place in sink.places if place.isdigit()]
    found = [given.at(number) for number in numbers]
    found += [given.keywords.get(name) for name in sink.keywords]
    yield from (value for value in found if value is not None)


def _note(run: Run, node: ast.AST, weakness: str, value: Value) -> None:
    data = as_data(run, value)
    origins = data.origins | (UNKNOWN.origins if data.nothing else frozenset())
    run.record.note(_span(node), weakness, _harmful(origins, weakness), _NOTHING_HARMFUL)


def _harmful(origins: Iterable[Origin], noted: str) -> Iterator[Origin]:
    weakness = ALIKE.get(noted, noted)
    harmless, harmful = HARMLESS_HERE.get(weakness), HARMFUL_HERE.get(weakness)
    for origin in origins:
        kind = origin.kind_for(weakness)
        if harmful is not None and weakness in origin.clean and harmful(origin):
            kind = origin.kind
        if harmless is not None and harmless(origin):
            kind = Kind.SAFE
        yield replace(origin, kind=kind)


def _span(node: ast.AST) -> Span:
    line = getattr(node, "lineno", 0)
    return line, getattr(node, "col_offset", 0), getattr(node, "end_lineno", None) or line


def check_store(run: Run, node: ast.Subscript, container: Value, key: Value, value: Value) -> None:
    """Look at `container[key] = value`."""
    if isinstance(node.value, ast.Attribute) and not isinstance(node.value.value, ast.Call):
        for sink in run.spec.sinks_of((f".{node.value.attr}[]",)):
            _note(run, node, sink.weakness, joined((key, value)))
    for callee in container.callees:
        if isinstance(callee, Library):
            last = callee.name.rpartition(".")[2]
            for sink in run.spec.sinks_of((f"{callee.name}[]", f"{last}[]")):
                _note(run, node, sink.weakness, joined((key, value)))


def check_attribute(run: Run, node: ast.Attribute, owner: Value, value: Value) -> None:
    """Look at `owner.name = value`."""
    for sink in run.spec.sinks_of((f".{node.attr}=",)):
        _note(run, node, sink.weakness, value)


def _states(value: Value) -> bool:
    """True for a text that is, or begins, an SQL statement."""
    texts = [text for kind, text in value.constants if kind == "str"]
    texts += [o.within for o in value.origins]
    return any(_STATEMENT.search(text) for text in texts)


def _asks(origin: Origin) -> bool:
    """True for data at the place of a value in a statement, or of a caller anywhere in it."""
    if not _STATEMENT.search(origin.within):
        return False
    return origin.kind > Kind.UNKNOWN or bool(_VALUE.search(origin.within))


def check_markup(run: Run, node: ast.expr, value: Value) -> None:
    """Look at a text with tags that is put together outside of a template."""
    if run.record.quiet:
        return
    marked = frozenset(o for o in value.origins if TAG.search(o.within))
    if marked:
        _note(run, node, "html", Value(origins=marked))
    if _states(value):
        queried = frozenset(o for o in value.origins if _asks(o))
        _note(run, node, "sqltext", Value(origins=queried | SAFE.origins))


def check_return(run: Run, node: ast.Return, value: Value) -> None:
    """Look at what a view answers: text is sent as HTML."""
    if not run.frame.route:
        return
    answer = _body(run, value)
    if answer is None:
        run.record.note(_span(node), "xss", (), _NO_HTML)
    else:
        _note(run, node, "xss", answer)


def _body(run: Run, value: Value) -> Value | None:
    """Return the text of an answer; None when it is sent as JSON, or looked at where it is made."""
    if "response" in value.tags:
        return None
    if len(value.references) != 1 or value.origins or value.constants or value.callees:
        return replace(value, references=frozenset()) if value.origins else value
    thing = run.now.thing(next(iter(value.references)))
    if thing.kind == "tuple":
        places = containers.places(thing)
        return _body(run, places[0]) if places else value
    return None if thing.kind in {"dict", "list"} else value
