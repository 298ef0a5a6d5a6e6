"""What each kind of statement does to the state."""

# ruff: noqa: ARG001 - the functions of a table are all called alike
from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from gatekeeper.scan.flow import targets
from gatekeeper.scan.flow.branches import choose, truth
from gatekeeper.scan.flow.guards import assume
from gatekeeper.scan.flow.loops import for_loop, while_loop
from gatekeeper.scan.flow.matching import match
from gatekeeper.scan.flow.run import MODULE, Run
from gatekeeper.scan.flow.sinks import check_return
from gatekeeper.scan.flow.state import State, merged
from gatekeeper.scan.flow.values import (
    NULL,
    UNKNOWN,
    Class,
    Function,
    Library,
    Value,
)


def _expression(run: Run, node: ast.Expr) -> None:
    run.evaluate(node.value)


def _assign(run: Run, node: ast.Assign) -> None:
    value = run.evaluate(node.value)
    for target in node.targets:
        targets.assign(run, target, value)


def _annotated(run: Run, node: ast.AnnAssign) -> None:
    if node.value is not None:
        targets.assign(run, node.target, run.evaluate(node.value))


def _augmented(run: Run, node: ast.AugAssign) -> None:
    operation = run.rewritten.get(id(node))
    if operation is None:
        operation = ast.copy_location(
            ast.BinOp(targets.as_read(node.target), node.op, node.value), node
        )
        run.rewritten[id(node)] = operation
    targets.augment(run, node, operation)


def _return(run: Run, node: ast.Return) -> None:
    value = run.evaluate(node.value) if node.value else NULL
    frame = run.frame
    if run.state is not None:
        check_return(run, node, value)
        _answer(run, node, value)
    if run.state is not None:
        frame.returned.append(value)
        frame.exits.append(run.state)
    run.state = None


def _answer(run: Run, node: ast.Return, value: Value) -> None:
    """Where only one answer is of interest, go on only if this may be it."""
    assumed = run.frame.assumed
    if assumed is None:
        return
    if truth(value) is (not assumed):
        run.state = None
    elif node.value is not None:
        assume(run, node.value, assumed)


def _raise(run: Run, node: ast.Raise) -> None:
    run.evaluate(node.exc)
    run.evaluate(node.cause)
    run.state = None


def _if(run: Run, node: ast.If) -> None:
    choose(run, node.test, lambda: run.execute(node.body), lambda: run.execute(node.orelse), node)


def _assert(run: Run, node: ast.Assert) -> None:
    # with -O no assertion is made: it proves nothing
    run.evaluate(node.test)
    with run.aside():
        run.evaluate(node.msg)


def _function(run: Run, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
        run.evaluate(default)
    number = run.numbers[id(node)]
    run.bind(node.name, Value(callees=frozenset({Function(number, run.frame.scope)})))


def _class(run: Run, node: ast.ClassDef) -> None:
    """Bind the class; its body's names become what its instances fall back on."""
    number = run.numbers[id(node)]
    scope = run.intern("class", number)
    run.parents[scope] = run.frame.scope
    run.class_scopes[scope] = number
    kept = run.frame.scope
    run.frame.scope = scope
    try:
        run.execute(node.body)
    finally:
        run.frame.scope = kept
    run.bind(node.name, Value(callees=frozenset({Class(number)})))


def _import(run: Run, node: ast.Import) -> None:
    for alias in node.names:
        name = alias.name if alias.asname else alias.name.partition(".")[0]
        run.bind(alias.asname or name, Value(callees=frozenset({Library(name)})))


def _import_from(run: Run, node: ast.ImportFrom) -> None:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        full = Library(f"{module}.{alias.name}" if module.strip(".") else module + alias.name)
        run.bind(alias.asname or alias.name, Value(callees=frozenset({full})))


def _delete(run: Run, node: ast.Delete) -> None:
    for target in node.targets:
        targets.delete(run, target)


def _global(run: Run, node: ast.Global | ast.Nonlocal) -> None:
    frame = run.frame
    for name in node.names:
        scope = MODULE
        if isinstance(node, ast.Nonlocal):
            outer = run.parents.get(frame.scope, MODULE)
            while run.now.variable(outer, name) is None and outer in run.parents:
                outer = run.parents[outer]
            scope = outer
        frame.outer_names[name] = scope


def _try(run: Run, node: ast.Try) -> None:
    run.collect()
    run.execute(node.body)
    thrown = merged(run.collected())
    run.execute(node.orelse)
    ends = [run.state]
    for handler in node.handlers:
        run.state = thrown.copy() if thrown else None
        run.evaluate(handler.type)
        if handler.name:
            run.bind(handler.name, UNKNOWN)
        run.execute(handler.body)
        ends.append(run.state)
    _finally(run, node.finalbody, merged(ends), thrown)


def _finally(
    run: Run, body: Sequence[ast.stmt], normal: State | None, thrown: State | None
) -> None:
    if body and normal is None:
        run.state = thrown.copy() if thrown else None
        run.execute(body)
        run.state = None
        return
    run.state = normal
    run.execute(body)


def _with(run: Run, node: ast.With | ast.AsyncWith) -> None:
    swallows = False
    for item in node.items:
        value = run.evaluate(item.context_expr)
        swallows = swallows or _may_swallow(item.context_expr)
        if item.optional_vars is not None:
            targets.assign(run, item.optional_vars, value)
    if not swallows:
        run.execute(node.body)
        return
    run.collect()
    run.execute(node.body)
    thrown = merged(run.collected())
    run.state = merged((run.state, thrown))


def _may_swallow(manager: ast.expr) -> bool:
    """True when errors of the body may be kept back, so that its later lines did not run."""
    call = manager.func if isinstance(manager, ast.Call) else manager
    name = call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")
    return name not in {"open", "connect", "cursor", "begin", "Lock", "closing", "urlopen"}


def _break(run: Run, node: ast.Break) -> None:
    if run.state is not None and run.frame.loops:
        run.frame.loops[-1][0].append(run.state)
    run.state = None


def _continue(run: Run, node: ast.Continue) -> None:
    if run.state is not None and run.frame.loops:
        run.frame.loops[-1][1].append(run.state)
    run.state = None


def _pass(run: Run, node: ast.stmt) -> None:
    pass


STATEMENTS: dict[type[ast.stmt], Callable[[Run, Any], None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.If: _if,
    ast.Assert: _assert,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Delete: _delete,
    ast.Global: _global,
    ast.Nonlocal: _global,
    ast.Try: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.For: for_loop,
    ast.AsyncFor: for_loop,
    ast.While: while_loop,
    ast.Match: match,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Pass: _pass,
}
if hasattr(ast, "TryStar"):
    STATEMENTS[ast.TryStar] = _try
if hasattr(ast, "TypeAlias"):
    STATEMENTS[ast.TypeAlias] = _pass
