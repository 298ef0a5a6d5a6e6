"""Names: variables of the file, builtins, and what the file takes from elsewhere without a word."""

from __future__ import annotations

import ast

from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.values import Library, Value


def name_of(run: Run, node: ast.Name) -> Value:
    """Return what a name holds; one that the file does not define is taken by its own name."""
    found = run.lookup(node.id)
    if found is None or found.nothing:
        return Value(callees=frozenset({Library(node.id)}))
    return found
