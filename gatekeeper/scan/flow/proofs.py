"""What a single test says about data: which weaknesses it can no longer cause."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import replace

from gatekeeper.scan.flow.charset import harmless_for
from gatekeeper.scan.flow.run import Proof, Run
from gatekeeper.scan.flow.values import Kind, Library, Origin, Value, worst

EVERY = frozenset({"*"})
"""Clean of every weakness."""
EQUAL = frozenset({"*", "="})
"""One of the program's own constants, whatever is done with it."""
NAMED = frozenset({"?"})
"""Among values that this file does not hold: no visitor's choice, and not proven either."""
_DIGITS = frozenset({"isdigit", "isdecimal", "isnumeric"})
_WORDS = frozenset({"isalnum", "isalpha", "isidentifier"})
_LOCAL = re.compile(r"^(/[^/\\]|https?://[^/]+/)")
_TWO = 2
_SAFE_URL = ("url_has_allowed_host_and_scheme", "is_safe_url", "is_safe_redirect_url")


def proofs(run: Run, test: ast.expr, side: bool) -> list[Proof]:
    """Return what one side of a test proves."""
    if isinstance(test, ast.Name):
        return _remembered(run, test, side)
    if isinstance(test, ast.Call):
        return _of_call(run, test) if side else []
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _of_comparison(run, test, side)
    if isinstance(test, ast.Attribute) and test.attr in {"netloc", "hostname", "scheme"}:
        bare = test.attr != "scheme" and not side
        return _through(run, test, {"redirect"}) if bare else []
    return []


def remember(run: Run, test: ast.expr, value: Value) -> Value:
    """Return the value of a test, such that asking for it later proves what the test proves."""
    if not run.deepest:
        return value
    with run.aside():
        both = tuple(proofs(run, test, True)), tuple(proofs(run, test, False))
    if not any(both):
        return value
    tag = f"proof {len(run.remembered)}"
    run.remembered[tag] = both
    return replace(value, tags=value.tags | {tag})


def _remembered(run: Run, test: ast.Name, side: bool) -> list[Proof]:
    """A variable that holds a test's outcome; what it said of other variables may be outdated."""
    value = run.peek(test)
    both = [run.remembered[tag] for tag in value.tags if tag in run.remembered]
    said = [proof for sides in both for proof in sides[0 if side else 1]]
    return [replace(proof, name="") for proof in said if proof.origin]


def _about(run: Run, node: ast.expr, clean: Iterable[str]) -> list[Proof]:
    """Return that what an expression holds is clean, and all that is the same data."""
    value, name = run.peek(node), node.id if isinstance(node, ast.Name) else ""
    same = sole_origin(value)
    return [Proof(name, same, frozenset(clean))] if name or same else []


def sole_origin(value: Value) -> Origin | None:
    """Return the data that a value is the whole of, when it can be nothing else."""
    if value.constants or value.references or value.callees or len(value.origins) != 1:
        return None
    origin = next(iter(value.origins))
    return origin if origin.whole and origin.kind is not Kind.SAFE else None


def _through(run: Run, node: ast.expr, clean: Iterable[str]) -> list[Proof]:
    """Return that the data of a parsed address is clean, when there is only one in it."""
    origins = run.peek(node).origins
    outside = [o for o in origins if o.kind >= Kind.PARAMETER]
    sole = len(outside) == 1 and not any(o.kind is Kind.SAFE for o in origins)
    return [Proof("", outside[0], frozenset(clean))] if sole else []


def _of_call(run: Run, test: ast.Call) -> list[Proof]:
    function = run.peek(test.func)
    modules = any(isinstance(callee, Library) for callee in function.callees)
    if isinstance(test.func, ast.Attribute) and not modules:
        return _of_method(run, test, test.func)
    names = [callee.name for callee in function.callees if isinstance(callee, Library)]
    name = names[0] if len(names) == 1 else getattr(test.func, "id", "")
    return _by_name(run, test, name)


def _by_name(run: Run, test: ast.Call, name: str) -> list[Proof]:
    last, arguments = name.rpartition(".")[2], test.args
    if name in {"re.match", "re.fullmatch", "re.search"} and len(arguments) == _TWO:
        return _matched(run, run.peek(arguments[0]), last, arguments[1])
    if last in _SAFE_URL and arguments:
        return _about(run, arguments[0], {"redirect"})
    if last == "compare_digest":
        return _verified(run.peek(argument) for argument in arguments)
    return []


def _matched(run: Run, pattern: Value, how: str, text: ast.expr) -> list[Proof]:
    source = pattern.text
    clean = harmless_for(source, how) if source is not None else frozenset()
    return _about(run, text, clean) if clean else []


def _verified(arguments: Iterable[Value]) -> list[Proof]:
    """A keyed digest of the data was the expected one: its writer knew the key."""
    keyed = [value for value in arguments if "mac" in value.tags]
    return [Proof("", o, frozenset({"deserialize"})) for value in keyed for o in value.origins]


def _of_method(run: Run, test: ast.Call, function: ast.Attribute) -> list[Proof]:
    owner, name = function.value, function.attr
    if name in _DIGITS:
        return _about(run, owner, EVERY)
    if name in _WORDS:
        return _about(run, owner, harmless_for(r"\w*", "fullmatch"))
    if name == "endswith":
        return _through(run, owner, {"upload"})
    if name in {"startswith", "is_relative_to"} and test.args:
        return _begins(run, owner, run.peek(test.args[0]), name)
    if name in {"match", "fullmatch", "search"} and test.args:
        receiver = run.peek(owner)
        if "pattern" in receiver.tags:
            return _matched(run, replace(receiver, tags=frozenset()), name, test.args[0])
    return []


def _begins(run: Run, owner: ast.expr, start: Value, name: str) -> list[Proof]:
    """A path without any `..` left that begins with the folder is inside of it."""
    if "normalised" in run.peek(owner).tags and worst(start) < Kind.PARAMETER:
        return inside(owner)
    text = start.text
    if name == "startswith" and text is not None and _LOCAL.match(text):
        return _about(run, owner, {"redirect", "ssrf"})
    return []


def inside(node: ast.expr) -> list[Proof]:
    """Return that the path in a variable is inside of a folder; only that very path is."""
    inner: ast.expr | None = node
    while isinstance(inner, ast.Call):
        inner = _resolved(inner)
    return [Proof(inner.id, None, frozenset({"path"}))] if isinstance(inner, ast.Name) else []


def _resolved(call: ast.Call) -> ast.expr | None:
    """Return what a call resolves: `path` of `path.resolve()` and of `realpath(path)`."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in {"resolve", "absolute"}:
        return call.func.value
    return call.args[0] if call.args else None


def _of_comparison(run: Run, test: ast.Compare, side: bool) -> list[Proof]:
    operation, left, right = test.ops[0], test.left, test.comparators[0]
    holds = side if isinstance(operation, ast.In | ast.Eq) else not side
    if isinstance(operation, ast.In | ast.NotIn) and not holds:
        return _lacks(run, run.peek(left), right)
    if isinstance(operation, ast.Eq | ast.NotEq | ast.In | ast.NotIn) and holds:
        within = isinstance(operation, ast.In | ast.NotIn)
        return [
            *_host(run, left, right),
            *_host(run, right, left),
            *_folder(run, left, right),
            *(_extension(run, left, right) if within else ()),
        ]
    return []


def _lacks(run: Run, part: Value, text: ast.expr) -> list[Proof]:
    """`"'" in text` came out false."""
    searched = part.text
    return _about(run, text, {f"no {searched}"}) if searched else []


def _host(run: Run, node: ast.expr, allowed: ast.expr) -> list[Proof]:
    """The host of the address is an allowed one."""
    trusted = worst(run.content(run.peek(allowed))) < Kind.PARAMETER
    if not trusted or not run.peek(node).tags & {"netloc", "hostname"}:
        return []
    return _through(run, node, {"redirect", "ssrf"})


def _extension(run: Run, part: ast.expr, allowed: ast.expr) -> list[Proof]:
    """A part of a name is an allowed one: that is how extensions are examined."""
    trusted = worst(run.content(run.peek(allowed))) < Kind.PARAMETER
    return _through(run, part, {"upload"}) if trusted else []


def _folder(run: Run, node: ast.expr, folder: ast.expr) -> list[Proof]:
    """What all the paths have in common is the folder, or the folder right above is."""
    if "common" not in run.peek(node).tags or worst(run.peek(folder)) >= Kind.PARAMETER:
        return []
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    normal = [name.id for name in names if "normalised" in run.peek(name).tags]
    return [Proof(name, None, frozenset({"path"})) for name in normal]
