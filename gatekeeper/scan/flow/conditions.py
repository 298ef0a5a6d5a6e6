"""Questions to a whole call: does it do the dangerous thing at all?"""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
import re
from collections.abc import Callable

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.values import Library, Value

_SHELL = re.compile(r"^([\w.:/\\]*[/\\])?((ba|da|k|z|a)?sh|cmd(\.exe)?|powershell(\.exe)?|pwsh)$")
_INTERPRETERS = re.compile(
    r"^([\w.:/\\]*[/\\])?(python[\d.]*|perl|ruby|node|php|eval|env|sudo|xargs)$"
)
_HTML = re.compile(r"(?i)^\s*(text/html|application/xhtml|image/svg|text/xml|application/xml)")
_SAFE_LOADERS = frozenset({"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"})
_LOGGER = re.compile(r"(?i)^_?(\w+_)?log(ger|ging)?$")


def _names(value: Value | None) -> set[str]:
    callees = value.callees if value is not None else ()
    return {c.name.rpartition(".")[2] for c in callees if isinstance(c, Library)}


def _false(value: Value | None) -> bool:
    """True when an argument is not given, or is surely false."""
    if value is None:
        return True
    return value.fixed and not any(constant[1] for constant in value.constants)


def _shell(run: Run, node: ast.Call, given: Arguments) -> bool:
    """A shell reads it: `shell=True`, or a shell is the program, or it is one text."""
    if not _false(given.keywords.get("shell")):
        return True
    first = given.at(0, "args")
    if first is None:
        return True
    places = containers.sequence(run, first)
    if places is None or not places:
        return not _list_of_constant_program(run, first)
    return not _constant_program(places)


def _explicit(run: Run, node: ast.Call, given: Arguments) -> bool:
    """`shell=True` is written there."""
    shell = given.keywords.get("shell")
    return shell is not None and shell.fixed and not _false(shell)


def _constant_program(places: list[Value]) -> bool:
    """True for `["ls", ...]`: what follows are arguments, unless the program reads code."""
    name = places[0].text
    if name is None:
        return False
    options = [place.text for place in places[1:3]]
    code = any(option in {"-c", "/c", "-Command", "-e", "/C"} for option in options)
    return not (code and (_SHELL.match(name) or _INTERPRETERS.match(name)))


def _list_of_constant_program(run: Run, value: Value) -> bool:
    """True for a list whose first place is known to be a constant program."""
    things = run.now.things(value)
    if len(things) != 1 or value.origins or value.constants:
        return False
    first = things[0][1].items.get(("int", 0))
    return first is not None and first.fixed and things[0][1].sure


def _yaml(run: Run, node: ast.Call, given: Arguments) -> bool:
    """The loader is not one of the safe ones."""
    names = _names(given.at(1, "Loader"))
    return not names or not names <= _SAFE_LOADERS


def _html(run: Run, node: ast.Call, given: Arguments) -> bool:
    """A browser takes the answer for HTML: nobody says otherwise."""
    kinds = [given.keywords.get(n) for n in ("mimetype", "content_type", "media_type")]
    said = [kind for kind in kinds if kind is not None]
    if not said and _by_header(run, given) is not None:
        return bool(_by_header(run, given))
    return all(kind.text is None or _HTML.match(kind.text) for kind in said)


def _django(run: Run, node: ast.Call, given: Arguments) -> bool:
    """Django takes the type of the answer as its second argument, too."""
    second = given.at(1)
    if second is not None and second.text is not None and not _HTML.match(second.text):
        return False
    return _html(run, node, given)


def _by_header(run: Run, given: Arguments) -> bool | None:
    headers = given.keywords.get("headers")
    for _, thing in run.now.things(headers) if headers is not None else ():
        for key, value in thing.items.items():
            if str(key[1]).lower() == "content-type" and value.text is not None:
                return bool(_HTML.match(value.text))
    return None


def _entities(run: Run, node: ast.Call, given: Arguments) -> bool:
    """The parser resolves entities: it was told to, or nobody told it not to."""
    parser = given.keywords.get("parser") or given.at(1)
    if parser is None:
        return True
    things = [thing for _, thing in run.now.things(parser)]
    return not things or any(thing.kind == "entities" for thing in things)


def _external(run: Run, node: ast.Call, given: Arguments) -> bool:
    """The parser was told to load external entities; by default it does not."""
    receiver = run.peek(node.func.value) if isinstance(node.func, ast.Attribute) else Value()
    parsers = [receiver, *given.positional[1:], *given.keywords.values()]
    return any(thing.kind == "entities" for value in parsers for _, thing in run.now.things(value))


def _pickled(run: Run, node: ast.Call, given: Arguments) -> bool:
    return not _false(given.keywords.get("allow_pickle"))


def _text(run: Run, node: ast.Call, given: Arguments) -> bool:
    """What runs the command is given one text, and no list."""
    first = given.at(0)
    return first is not None and not first.references


def _never(run: Run, node: ast.Call, given: Arguments) -> bool:
    return False


def _imported(*modules: str) -> Callable[[Run, ast.Call, Arguments], bool]:
    def ask(run: Run, node: ast.Call, given: Arguments) -> bool:
        return not run.modules.isdisjoint(modules)

    return ask


def _xml(run: Run, node: ast.Call, given: Arguments) -> bool:
    """A method of an element, not of a text and not `re.findall`."""
    if run.modules.isdisjoint({"lxml", "xml", "defusedxml", "elementpath"}):
        return False
    owner = run.peek(node.func.value) if isinstance(node.func, ast.Attribute) else Value()
    texts = any(kind in {"str", "bytes"} for kind, _ in owner.constants)
    return not texts and "re" not in _names(owner)


def _path(run: Run, node: ast.Call, given: Arguments) -> bool:
    owner = run.peek(node.func.value) if isinstance(node.func, ast.Attribute) else Value()
    return "path" in owner.tags


def _logger(run: Run, node: ast.Call, given: Arguments) -> bool:
    """What it is called on is a logger by its name."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    return bool(_LOGGER.match(name))


def _tar(run: Run, node: ast.Call, given: Arguments) -> bool:
    """An archive of tarfile, which leaves names that lead out of the folder to its filter."""
    return "tarfile" in run.modules and _not_filtered(run, node, given)


def _not_filtered(run: Run, node: ast.Call, given: Arguments) -> bool:
    return given.keywords.get("filter") is None


CONDITIONS: dict[str, Callable[[Run, ast.Call, Arguments], bool]] = {
    "mongo": _imported("pymongo", "motor", "flask_pymongo", "mongoengine", "bson"),
    "tar": _tar,
    "never": _never,
    "text": _text,
    "ldap": _imported("ldap", "ldap3"),
    "xml": _xml,
    "path": _path,
    "shell": _shell,
    "explicit": _explicit,
    "yaml": _yaml,
    "html": _html,
    "django": _django,
    "logger": _logger,
    "entities": _entities,
    "external": _external,
    "pickle": _pickled,
    "unfiltered": _not_filtered,
}
