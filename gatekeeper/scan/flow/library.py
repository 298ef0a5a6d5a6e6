"""Functions of Python and of libraries: what comes of what they are given."""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gatekeeper.scan.flow import containers, handed
from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.charset import kept_by
from gatekeeper.scan.flow.data import as_data, field_of
from gatekeeper.scan.flow.disturbance import disturb, seen_by_callbacks
from gatekeeper.scan.flow.gathering import GATHERING
from gatekeeper.scan.flow.run import Run
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
    if any(True for _ in seen_by_callbacks(run, arguments)):
        disturb(run, arguments)
    model = _MODELS.get(name.removeprefix("builtins."))
    if model is not None:
        return model(run, node, arguments)
    if name in run.spec.harmless or name.partition(".")[0] in run.spec.harmless:
        return SAFE
    if name in run.spec.responses:
        return replace(UNKNOWN, tags=frozenset({"response"}))
    if name in run.spec.pure or f"{name.rpartition('.')[0]}.*" in run.spec.pure:
        return _of_pure(name, arguments.data(run))
    return joined(
        (handed.of_request(run, node, name, arguments), _of_unknown(run, name, arguments))
    )


def _of_pure(name: str, data: Value) -> Value:
    """Return what a function gives that does nothing but work on what it is given."""
    return SAFE if data.nothing else _tagged(name, _worked_on(name, data))


def _of_unknown(run: Run, name: str, arguments: Arguments) -> Value:
    data = arguments.data(run)
    disturb(run, arguments)
    if _last(name) in _ASKING or data.nothing:
        return UNKNOWN
    return _tagged(name, joined((_worked_on(name, data), UNKNOWN)))


def _worked_on(name: str, data: Value) -> Value:
    return undone(data) if {name, _last(name)} & _UNDOING else derived(data)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


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


def _tagged(name: str, value: Value) -> Value:
    tags = _TAGS.get(name) or _TAGS.get(_last(name))
    return replace(value, tags=tags) if tags else value


def converts(kind: Value) -> bool:
    """True for a type that leaves no room for text."""
    names = [callee.name for callee in kind.callees if isinstance(callee, Library)]
    return bool(names) and all(_NUMBERS.match(name) for name in names)


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
    **GATHERING,
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
    "map": _mapped,
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
