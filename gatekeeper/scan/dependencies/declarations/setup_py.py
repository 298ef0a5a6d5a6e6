"""setup.py: what a program passes to `setup` as it stands there, read without running it.

A program may do anything else besides, so that what it asks for is never known for certain.
"""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from gatekeeper.scan.dependencies.declarations.interface import UNKNOWN, Need, Project, written
from gatekeeper.scan.dependencies.locks.interface import UnreadableError, normalised
from gatekeeper.scan.dependencies.locks.lines import logical_lines

# Not `setup_requires`: what only builds a project stands in no lock, as in pyproject.toml.
_ASKING = ("install_requires", "extras_require", "tests_require")
# Characters: parsed source takes many times its size.
_LONGEST = 200_000
_NO_CALL = "calls no `setup` that can be read"
_UNTOLD = object()
_REFUSED = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)


def read(path: str, text: str) -> Project:
    """Read one file.

    Raises:
        UnreadableError: it is no program, or larger than one is that only sets up a project.
    """
    program = _program(text)
    passed: dict[str | None, list[object]] = defaultdict(list)
    for key, value in _passed(program):
        passed[key].append(value)
    values = chain.from_iterable(passed[key] for key in _ASKING)
    needs = chain.from_iterable(map(_asked, values))
    computed = _computed(passed) if any(map(_is_setup, ast.walk(program))) else _NO_CALL
    building = chain.from_iterable(map(_asked, passed["setup_requires"]))
    name = _only(passed["name"])
    return Project(path, name, (UNKNOWN, *needs), builds=tuple(building), computed=computed)


def _computed(passed: Mapping[str | None, Sequence[object]]) -> str:
    """Say what the program passes on without writing it down; empty when that is nothing."""
    keys = [key for key in _ASKING if any(value is _UNTOLD for value in passed.get(key, ()))]
    if None in passed:
        return "passes on arguments that only a run would tell"
    return f"computes {' and '.join(f'`{key}`' for key in keys)}" if keys else ""


def _only(names: Sequence[object]) -> str:
    """Return the name of the project; none when several calls differ on it, or it is computed."""
    return (len(names) == 1 and normalised(names[0])) or ""


def _program(text: str) -> ast.Module:
    if len(text) > _LONGEST:
        raise UnreadableError(f"is longer than {_LONGEST:,} characters")
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text)
    except _REFUSED:
        raise UnreadableError("is not a program in Python that can be read") from None


def _passed(program: ast.Module) -> Iterator[tuple[str | None, object]]:
    """Yield what `setup` and `setuptools.setup` are given by name; None for what is computed."""
    constants = dict(_constants(program))
    for call in filter(_is_setup, ast.walk(program)):
        for argument in getattr(call, "keywords", ()):
            name = getattr(argument.value, "id", None)
            yield argument.arg, _literal(constants.get(name, argument.value))


def _is_setup(node: ast.AST) -> bool:
    """True for a call of a function of that name, from whatever module."""
    match node:
        case ast.Call(func=ast.Name(id="setup") | ast.Attribute(attr="setup")):
            return True
    return False


def _constants(program: ast.Module) -> Iterator[tuple[str | None, ast.expr]]:
    """Yield what the module itself gives a name to; the last value of a name counts."""
    for node in program.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except _REFUSED:
        return _UNTOLD


def _asked(value: object) -> Iterator[Need]:
    """Yield the needs of a list or a text, or of a table that has one for each extra."""
    extras: dict[Any, object] = value if isinstance(value, dict) else {"": value}
    for extra, told in extras.items():
        needs = written(list(_lines(told)))
        # setuptools takes what follows a colon for a marker
        yield from map(_limited, needs) if ":" in str(extra) else needs


def _limited(need: Need) -> Need:
    return replace(need, always=False)


def _lines(value: object) -> Iterator[str]:
    """Yield one requirement after the other, from texts in lists of any depth."""
    if isinstance(value, str):
        yield from (line for _, line in logical_lines(value))
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from _lines(one)
