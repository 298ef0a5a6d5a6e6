"""Where runs of the program begin: functions, with what their callers may give them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gatekeeper.scan.flow.data import fresh
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.state import Thing
from gatekeeper.scan.flow.values import SAFE, UNKNOWN, Kind, Library, Value

_ROUTES = frozenset(
    {"route", "get", "post", "put", "patch", "delete", "api_route", "head", "options", "websocket"}
)
_CONVERTED = re.compile(r"<(?:int|float|uuid)(?:\([^)]*\))?:(\w+)>|\{(\w+):(?:int|float|uuid)\}")
_NUMBERS = frozenset({"int", "float", "bool", "UUID", "date", "datetime", "Decimal"})
_SERVICES = frozenset(
    {"Session", "AsyncSession", "BackgroundTasks", "Response", "WebSocket", "SecurityScopes"}
)
_INJECTED = frozenset({"Depends", "Security"})
_VIEWS = re.compile(
    r"(^|\.)(MethodView|View|APIView|Resource|HTTPEndpoint|RequestHandler|\w+View)$"
)
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "dispatch_request"})
_HTML_FRAMEWORKS = frozenset({"flask", "quart", "bottle", "cherrypy"})

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def routes(node: Definition) -> list[ast.Call]:
    """Return the decorators that let visitors call a function."""
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
    return [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in _ROUTES
        and call.args
        and isinstance(call.args[0], ast.Constant | ast.JoinedStr | ast.Name | ast.BinOp)
    ]


def exposed(node: Definition) -> bool:
    """True for a decorator without arguments that lets visitors call a function."""
    names = {getattr(d, "attr", getattr(d, "id", "")) for d in node.decorator_list}
    return bool(names & {"expose", "api_view"})


def answers_html(node: Definition, modules: set[str], owner: set[str]) -> bool:
    """True when the text that a view returns is sent as HTML."""
    if not modules & _HTML_FRAMEWORKS:
        return any("HTMLResponse" in ast.unparse(call) for call in routes(node))
    views = any(_VIEWS.search(name) for name in owner) and node.name in _VERBS
    return bool(routes(node)) or exposed(node) or views


def parameters(run: Run, node: Definition, owner: set[str]) -> Iterator[tuple[str, Value]]:
    """Yield the parameters of a function and what its callers may give."""
    views = any(_VIEWS.search(name) for name in owner) and node.name in _VERBS
    public = bool(routes(node)) or exposed(node) or views
    converted = _converted(node)
    defaults = _defaults(node)
    for parameter in _parameters(node.args):
        name = parameter.arg
        if name in converted:
            yield name, SAFE
        else:
            yield name, _given(run, parameter, defaults.get(name), public)


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    more = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *more]


def _defaults(node: Definition) -> dict[str, ast.expr]:
    places = [*node.args.posonlyargs, *node.args.args]
    late = places[len(places) - len(node.args.defaults) :]
    pairs = [*zip(late, node.args.defaults, strict=True)]
    named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    pairs += [(arg, default) for arg, default in named if default is not None]
    return {arg.arg: default for arg, default in pairs}


def _given(run: Run, parameter: ast.arg, default: ast.expr | None, public: bool) -> Value:
    name, annotation = parameter.arg, _last(parameter.annotation)
    if _is_request(name, annotation):
        return Value(callees=frozenset({Library("request")}))
    if not public:
        kind = Kind.UNKNOWN if name in {"self", "cls"} else Kind.PARAMETER
        return fresh(run, parameter, kind, name)
    if annotation in _NUMBERS:
        return SAFE
    if _by_the_framework(parameter.annotation, default):
        return UNKNOWN
    model = bool(annotation) and annotation not in {"str", "bytes", "Optional", "Annotated"}
    return fresh(run, parameter, Kind.REQUEST, name, fields=model)


def _is_request(name: str, annotation: str) -> bool:
    """True for a parameter that is the request itself, by its annotation or else by its name."""
    by_name = name in {"request", "req"} and (not annotation or "Request" in annotation)
    return by_name or annotation in {"Request", "HttpRequest", "HTTPConnection"}


def _by_the_framework(annotation: ast.expr | None, default: ast.expr | None) -> bool:
    """True for what the framework puts in, which no visitor chooses."""
    injected = isinstance(default, ast.Call) and _last(default.func) in _INJECTED
    return injected or _last(annotation) in _SERVICES or "Depends" in _source(annotation)


def _source(node: ast.expr | None) -> str:
    return ast.unparse(node) if node is not None else ""


def _last(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.rpartition(".")[2]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _last(node.left)
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        return _last(inner) if _last(node.value) in {"Optional", "Annotated"} else _last(node.value)
    return ""


def _converted(node: Definition) -> set[str]:
    found: set[str] = set()
    for call in routes(node):
        route = call.args[0]
        if isinstance(route, ast.Constant) and isinstance(route.value, str):
            found.update(a or b for a, b in _CONVERTED.findall(route.value))
    return found


def instance(run: Run, node: ast.AST, number: int, foreign: set[str]) -> Value:
    """Return an instance whose making is not known, such as `self` of a method."""
    items = {}
    if any(name.endswith("HTTPRequestHandler") for name in foreign):
        for name in ("path", "headers", "rfile", "requestline"):
            data = fresh(run, node, Kind.REQUEST, f"self.{name}", fields=name != "path")
            items["attribute", name] = data
    if any(_VIEWS.search(name) for name in foreign):
        data = fresh(run, node, Kind.REQUEST, "self.kwargs", fields=True)
        items["attribute", "kwargs"] = data
    return run.make(node, Thing("instance", items, UNKNOWN, False, True, number))
