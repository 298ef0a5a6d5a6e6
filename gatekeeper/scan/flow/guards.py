"""What a test proves about the data that it asks about, on either side of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.proofs import EQUAL, NAMED, proofs, sole_origin
from gatekeeper.scan.flow.run import Proof, Run
from gatekeeper.scan.flow.state import Thing
from gatekeeper.scan.flow.values import (
    SAFE,
    Function,
    Kind,
    Origin,
    Value,
    cleaned,
    joined,
    worst,
)


def assume(run: Run, test: ast.expr, side: bool) -> None:
    """Go on knowing that a test came out on one side."""
    if run.state is None:
        return
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        assume(run, test.operand, not side)
    elif isinstance(test, ast.BoolOp):
        _assume_parts(run, test, side)
    elif isinstance(test, ast.NamedExpr):
        assume(run, test.target, side)
    elif not _assume_call(run, test, side):
        _narrow(run, test, side)
        mark(run, proofs(run, test, side))


def _assume_parts(run: Run, test: ast.BoolOp, side: bool) -> None:
    """All parts hold when an `and` does; none holds when an `or` does not."""
    if isinstance(test.op, ast.And) is side:
        for part in test.values:
            assume(run, part, side)


def _assume_call(run: Run, test: ast.expr, side: bool) -> bool:
    """Go through a guard that this file defines, to where it answers as assumed."""
    if not isinstance(test, ast.Call) or isinstance(test.func, ast.Call):
        return False
    if run.record.quiet or not run.deepest:
        return False
    callees = run.peek(test.func).callees
    if len(callees) != 1 or not isinstance(next(iter(callees)), Function):
        return False
    run.record.quiet += 1
    run.assumed = side
    try:
        run.evaluate(test)
    finally:
        run.assumed = None
        run.record.quiet -= 1
    return True


def _narrow(run: Run, test: ast.expr, side: bool) -> None:
    """Let a name be one of the values that it was compared with."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return
    operation, left, right = test.ops[0], test.left, test.comparators[0]
    if isinstance(operation, ast.In if side else ast.NotIn):
        _among(run, left, _members(run, right))
    elif isinstance(operation, ast.Eq if side else ast.NotEq):
        _among(run, left, run.peek(right))
        _among(run, right, run.peek(left))


def _members(run: Run, node: ast.expr) -> Value:
    """Return what is in a collection of allowed values."""
    value = run.peek(node)
    keys = [
        Value(constants=frozenset({key}))
        for _, thing in run.now.things(value)
        if thing.kind == "dict"
        for key in thing.items
    ]
    others = [
        thing.rest if thing.kind == "dict" else thing.content()
        for _, thing in run.now.things(value)
    ]
    if value.references and not (value.origins or value.constants or value.callees):
        return joined((*keys, *others))
    return joined((replace(value, references=frozenset(), constants=frozenset()), SAFE))


def _among(run: Run, node: ast.expr, allowed: Value) -> None:
    """Let a name, and all that came from the same place, be among what is allowed."""
    if allowed.nothing or worst(allowed) >= Kind.PARAMETER or allowed.references:
        return
    before = run.peek(node)
    if worst(before) is Kind.SAFE:
        return
    if isinstance(node, ast.Name):
        run.bind(node.id, as_data(run, allowed))
    clean = EQUAL if worst(as_data(run, allowed)) is Kind.SAFE else NAMED
    same = sole_origin(before)
    mark(run, [Proof("", same, clean)] if same else [])


def mark(run: Run, found: Iterable[Proof]) -> None:
    """Let data be harmless wherever it went already."""
    state = run.now
    for proof in found:
        known = run.lookup(proof.name) if proof.name else None
        if known is not None:
            run.bind(proof.name, cleaned(known, proof.clean))
        if proof.origin is None or not proof.origin.entry:
            continue
        for key, value in state.variables.items():
            state.variables[key] = _marked(value, proof.origin, proof.clean)
        for number, thing in state.heap.items():
            state.heap[number] = _marked_thing(thing, proof.origin, proof.clean)


def _marked(value: Value, data: Origin, clean: frozenset[str]) -> Value:
    if not any(o.entry == data.entry for o in value.origins):
        return value
    more = (
        replace(o, clean=o.clean | clean) if o.entry == data.entry else o for o in value.origins
    )
    return replace(value, origins=frozenset(more))


def _marked_thing(thing: Thing, data: Origin, clean: frozenset[str]) -> Thing:
    items = {key: _marked(value, data, clean) for key, value in thing.items.items()}
    return replace(thing, items=items, rest=_marked(thing.rest, data, clean))
