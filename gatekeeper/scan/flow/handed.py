"""A request handed to another file as a whole: what comes of it may be a visitor's words."""

from __future__ import annotations

import ast
import re

from gatekeeper.scan.flow.arguments import Arguments
from gatekeeper.scan.flow.data import fresh
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.values import NOTHING, Kind, Library, Value

# What takes a request apart or wraps it goes by such a name: a class of the project, or a verb.
# Pages, answers and log-ins are given the request too, and hold none of it as it came.
_TAKING = re.compile(r"_?(?:[A-Z]\w*|(?:get|read|fetch|extract|parse|param|wrap|unwrap|load)\w*)")
_ANSWERING = re.compile(r"(?i)render|template|respon|redirect|form|paginat|user|session|csrf|token")


def of_request(run: Run, node: ast.AST, name: str, arguments: Arguments) -> Value:
    """Return the data that a call takes from the request that it is given; nothing without one."""
    last = name.rpartition(".")[2]
    if not _TAKING.fullmatch(last) or _ANSWERING.search(last):
        return NOTHING
    for value in arguments.every():
        for callee in value.callees:
            if isinstance(callee, Library) and run.spec.source(f"{callee.name}.args"):
                return fresh(run, node, Kind.REQUEST, f"{name}({callee.name})")
    return NOTHING
