"""Functions of Python and of libraries: what comes of what they are given."""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.charset import kept_by
from gatekeeper.scan.flow.data import as_data, field_of
from gatekeeper.scan.flow.run import MODULE, Run
from gatekeeper.scan.flow.state import Thing
from gatekeeper.scan.flow.texts import written
from gatekeeper.scan.flow.values import (
    BOTH,
    NOTHING,
    NULL,
    SAFE,
    UNKNOWN,
    Function,
    Library,
    Method,
    Value,
    alike,
    constant,
    derived,
    joined,
    undone,
)

_NUMBERS = re.compile(r"^(\w+\.)*(int|float|bool|UUID|Decimal|date|datetime|fromisoformat)$")
_ASKING = frozenset(
    {"execute", "executemany", "fetchall", "fetchone", "fetchmany", "scalar", "scalars", "query"}
    | {"search", "search_s", "search_ext_s", "simple_bind_s", "commit", "connect", "cursor"}
)


def call(run: Run, node: ast.Call, name: str, arguments: Arguments) -> Value:
    """Return what a function of another module gives."""
    if any(True for _ in _seen_by_callbacks(run, arguments)):
        disturb(run, arguments)
    model = _MODELS.get(name.removeprefix("builtins."))
    if model is not None:
        return model(run, node, arguments)
    if name in run.spec.harmless or name.partition(".")[0] in run.spec.harmless:
        return SAFE
    data = arguments.data(run)
    last = name.rpartition(".")[2]
    if name in run.spec.responses:
        return replace(UNKNOWN, tags=frozenset({"response"}))
    if name in run.spec.pure or f"{name.rpartition('.')[0]}.*" in run.spec.pure:
        made = undone(data) if {name, last} & _UNDOING else derived(data)
        return SAFE if data.nothing else _tagged(name, last, made)
    disturb(run, arguments)
    if last in _ASKING or data.nothing:
        return UNKNOWN
    made = undone(data) if {name, last} & _UNDOING else derived(data)
    return _tagged(name, last, joined((made, UNKNOWN)))


_UNDOING = frozenset(
    {"b64decode", "urlsafe_b64decode", "standard_b64decode", "b32decode", "b16decode", "a85decode"}
    | {"b85decode", "decodebytes", "unquote", "unquote_plus", "unquote_to_bytes", "parse_qs"}
    | {"parse_qsl", "unescape", "unhexlify", "codecs.decode", "shlex.split", "json.loads"}
    | {"unicodedata.normalize", "ast.literal_eval", "fromhex"}
)
_TAGS = {
    "os.path.realpath": frozenset({"normalised"}),
    "os.path.abspath": frozenset({"normalised"}),
    "os.path.normpath": frozenset({"normalised"}),
    "os.path.commonpath": frozenset({"common"}),
    "os.path.dirname": frozenset({"common"}),
    "urllib.parse.urlparse": frozenset({"url"}),
    "urllib.parse.urlsplit": frozenset({"url"}),
    "urlparse": frozenset({"url"}),
    "urlsplit": frozenset({"url"}),
    "pathlib.Path": frozenset({"path"}),
    "pathlib.PurePath": frozenset({"path"}),
    "pathlib.PurePosixPath": frozenset({"path"}),
    "Path": frozenset({"path"}),
    "hmac.new": frozenset({"mac"}),
    "hmac.digest": frozenset({"mac"}),
}


def _tagged(name: str, last: str, value: Value) -> Value:
    tags = _TAGS.get(name) or _TAGS.get(last)
    return replace(value, tags=tags) if tags else value


def converts(kind: Value) -> bool:
    """True for a type that leaves no room for text."""
    names = [callee.name for callee in kind.callees if isinstance(callee, Library)]
    return bool(names) and all(_NUMBERS.match(name) for name in names)


def disturb(run: Run, arguments: Arguments) -> None:
    """Let what the arguments refer to hold anything: a function that is not known has it."""
    waiting = [number for value in arguments.every() for number in value.references]
    waiting += _seen_by_callbacks(run, arguments)
    if not waiting:
        return
    data = arguments.data(run)
    more = joined((UNKNOWN, derived(data) if not data.nothing else NOTHING))
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        thing = run.now.thing(number)
        waiting += thing.content().references
        run.now.heap[number] = thing.with_more(more)


def _seen_by_callbacks(run: Run, arguments: Arguments) -> Iterator[int]:
    """Yield the objects that functions among the arguments can change when they are called."""
    for callee in (callee for value in arguments.every() for callee in value.callees):
        if isinstance(callee, Method):
            yield from callee.receiver.references
        elif isinstance(callee, Function):
            yield from callee.receiver.references if callee.receiver else ()
            scopes = set(_outwards(run, callee.scope))
            variables = run.now.variables.items()
            seen = (value for (scope, _), value in variables if scope in scopes)
            yield from (number for value in seen for number in value.references)


def _outwards(run: Run, scope: int) -> Iterator[int]:
    current: int | None = scope
    while current is not None and current != MODULE:
        yield current
        current = run.parents.get(current)


def _text(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    given = arguments.at(0, "object")
    return constant("") if given is None else written(as_data(run, given))


def _represented(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    return derived(arguments.data(run), {"log"})


def _number(kind: Callable[[Any], Any]) -> Callable[[Run, ast.Call, Arguments], Value]:
    def convert(run: Run, node: ast.Call, arguments: Arguments) -> Value:
        given = arguments.at(0)
        if given is None or given.sole is None or len(arguments.every()) != 1:
            return SAFE
        try:
            return alike(constant(kind(given.sole[1])), given)
        except (TypeError, ValueError, OverflowError):
            return SAFE

    return convert


def _truth(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    given = arguments.at(0)
    return alike(constant(bool(given.sole[1])), given) if given and given.sole else BOTH


def _length(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    given = arguments.at(0)
    if given is None:
        return SAFE
    places = containers.sequence(run, given)
    base = run.now.base
    if places is not None and not (base and any(base.has(n) for n in given.references)):
        return constant(len(places))
    text = given.text
    return alike(constant(len(text)), given) if text is not None else SAFE


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


def _mapped(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    function = arguments.at(0)
    elements = [containers.element(run, value) for value in arguments.positional[1:]]
    results = (
        [_applied(run, node, callee, elements) for callee in function.callees] if function else []
    )
    found = joined(results)
    return containers.listed(run, node, UNKNOWN if found.nothing else found)


def _applied(run: Run, node: ast.Call, callee: Any, elements: list[Value]) -> Value:
    if isinstance(callee, Library):
        return call(run, node, callee.name, Arguments(tuple(elements)))
    if isinstance(callee, Function):
        result: Value = run.inline_with(run, callee, node, Arguments(tuple(elements)))
        return result
    return joined((derived(joined(as_data(run, e) for e in elements)), UNKNOWN))


def _chosen(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    """`max`, `min`: one of the arguments or of their elements."""
    given = arguments.positional
    found = containers.element(run, given[0]) if len(given) == 1 else joined(given)
    return UNKNOWN if found.nothing else derived(as_data(run, found))


def _attribute(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    """`getattr(value, "name")` is `value.name`."""
    owner, name = arguments.at(0), arguments.at(1)
    if owner is None or name is None:
        return UNKNOWN
    found = []
    for callee in owner.callees:
        if isinstance(callee, Library) and name.text is not None:
            read = ast.copy_location(ast.Attribute(node.args[0], name.text, ast.Load()), node)
            found.append(run.read_attribute(run, read, Value(callees=frozenset({callee}))))
    rest = replace(owner, callees=frozenset())
    if not rest.nothing:
        found.append(field_of(run, node, as_data(run, rest), name))
    return joined((*found, UNKNOWN)) if not rest.nothing or not found else joined(found)


def _substituted(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    """`re.sub`: of a class of characters that are taken out, none is left."""
    pattern, new, text = (arguments.at(place) for place in (0, 1, 2))
    data = derived(arguments.data(run))
    if pattern is None or new is None or text is None or pattern.text is None or new.text is None:
        return data
    return derived(as_data(run, text), kept_by(pattern.text, new.text))


def _pattern(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    given = arguments.at(0, "pattern")
    return UNKNOWN if given is None else replace(given, tags=frozenset({"pattern"}))


def _buffer(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    data = arguments.data(run)
    return run.make(node, Thing("buffer", rest=data, sure=False))


def _configuration(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    given = arguments.every()
    rest = joined((arguments.data(run), UNKNOWN)) if given else NOTHING
    return run.make(node, Thing("configuration", rest=rest))


def _copied(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    given = arguments.at(0)
    if given is None or not given.references:
        return given if given is not None else UNKNOWN
    return run.make(node, Thing("object", rest=joined((run.content(given), UNKNOWN)), sure=False))


def _markup(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    """What is put into constant markup is escaped."""
    data = arguments.data(run)
    return replace(data, tags=frozenset({"markup"})) if data.fixed else derived(data)


def _nothing(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    return NULL


def _base_class(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    return UNKNOWN


def _parser(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    """The parser of lxml resolves entities unless it is told not to."""
    told = arguments.keywords.get("resolve_entities")
    off = told is not None and told.fixed and not any(c[1] is True for c in told.constants)
    return run.make(node, Thing("no entities" if off else "entities"))


def _reader(run: Run, node: ast.Call, arguments: Arguments) -> Value:
    """The parsers of xml.sax load external entities only when they are told to."""
    return run.make(node, Thing("reader"))


_Model = Callable[[Run, ast.Call, Arguments], Value]
_MODELS: dict[str, _Model] = {
    "str": _text,
    "repr": _represented,
    "ascii": _represented,
    "int": _number(int),
    "float": _number(float),
    "abs": _number(abs),
    "chr": _number(chr),
    "ord": _number(ord),
    "bool": _truth,
    "len": _length,
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
    "map": _mapped,
    "next": _next,
    "max": _chosen,
    "min": _chosen,
    "getattr": _attribute,
    "re.sub": _substituted,
    "re.compile": _pattern,
    "io.StringIO": _buffer,
    "io.BytesIO": _buffer,
    "StringIO": _buffer,
    "BytesIO": _buffer,
    "configparser.ConfigParser": _configuration,
    "configparser.RawConfigParser": _configuration,
    "configparser.SafeConfigParser": _configuration,
    "copy.copy": _copied,
    "copy.deepcopy": _copied,
    "lxml.etree.XMLParser": _parser,
    "etree.XMLParser": _parser,
    "xml.sax.make_parser": _reader,
    "markupsafe.Markup": _markup,
    "flask.Markup": _markup,
    "print": _nothing,
    "super": _base_class,
}
