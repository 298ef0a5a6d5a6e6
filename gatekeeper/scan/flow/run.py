"""One walk through a file: where it stands, what it has seen, how much it may still do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from gatekeeper.scan.flow.record import Record
from gatekeeper.scan.flow.spec import Spec
from gatekeeper.scan.flow.state import State, Thing
from gatekeeper.scan.flow.values import (
    NOTHING,
    SAFE,
    UNKNOWN,
    Function,
    Kind,
    Origin,
    Value,
    joined,
    opened,
)

_TESTS = 2
_ANYTHING = Value(origins=frozenset({Origin(Kind.REQUEST, whole=False)}))
MODULE = 0
"""The scope of the module's own names."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class ExhaustedError(Exception):
    """The file asks for more steps than it may take: nothing can be proven about it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a test says of data.

    Attributes:
        name: the variable that was asked about; empty when it was no variable.
        origin: the data that the whole of the value is, or None.
        clean: the weaknesses that it can no longer cause.
    """

    name: str
    origin: Origin | None
    clean: frozenset[str]


@dataclass(slots=True)
class Frame:
    """A function that is being gone through; the module is one, too.

    Attributes:
        scope: where its names are.
        path: the calls that led here, which tells apart the objects made in two calls.
        functions: numbers of the functions on the way here.
        returned: what it returned so far.
        exits: the states in which it ended.
        yielded: what it yielded.
        outer_names: its names that are those of another scope (`global`, `nonlocal`).
        loops: for each loop around here the states at its `break`s and `continue`s.
        route: True when what it returns is sent to a visitor.
        assumed: what its answer counts as, when only that is of interest.
    """

    scope: int
    path: tuple[int, ...] = ()
    functions: tuple[int, ...] = ()
    returned: list[Value] = field(default_factory=list)
    exits: list[State] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)
    outer_names: dict[str, int] = field(default_factory=dict)
    loops: list[tuple[list[State], list[State]]] = field(default_factory=list)
    route: bool = False
    assumed: bool | None = None


@dataclass(slots=True)
class Run:
    """See the module.

    Attributes:
        spec: the calls that matter.
        definitions: functions, lambdas and classes of the file; their place is their number.
        record: what was seen at the calls that matter.
        expressions: how to evaluate each kind of expression.
        statements: how to execute each kind of statement.
        steps: how many more may be taken.
        state: what holds now, or None where no run of the program gets.
    """

    spec: Spec
    definitions: Sequence[ast.AST]
    record: Record
    expressions: Mapping[type[ast.expr], Callable[[Run, ast.expr], Value]]
    statements: Mapping[type[ast.stmt], Callable[[Run, ast.stmt], None]]
    inline_with: Callable[..., Value]
    read_attribute: Callable[[Run, ast.Attribute, Value], Value]
    steps: int
    state: State | None = field(default_factory=State)
    frames: list[Frame] = field(default_factory=lambda: [Frame(MODULE)])
    parents: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    interned: dict[tuple[object, ...], int] = field(default_factory=dict)
    collectors: list[list[State]] = field(default_factory=list)
    collected_in: list[int] = field(default_factory=list)
    deepest: int = 6
    makers: dict[int, bool] = field(default_factory=dict)
    rebound: frozenset[str] = frozenset()
    shared_scopes: set[int] = field(default_factory=set)
    class_scopes: dict[int, int] = field(default_factory=dict)
    remembered: dict[str, tuple[tuple[Proof, ...], tuple[Proof, ...]]] = field(default_factory=dict)
    rewritten: dict[int, ast.BinOp] = field(default_factory=dict)
    assumed: bool | None = None
    stored_attributes: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.numbers = {id(node): number for number, node in enumerate(self.definitions)}

    @property
    def frame(self) -> Frame:
        """The function that is being gone through."""
        return self.frames[-1]

    @property
    def dead(self) -> bool:
        """True where no run of the program gets."""
        return self.state is None

    @property
    def now(self) -> State:
        """The state; a fresh one where no run gets, so that whoever asks need not care."""
        if self.state is None:
            return State()
        return self.state

    def evaluate(self, node: ast.expr | None) -> Value:
        """Return what an expression may hold, with all its effects on the state."""
        if node is None or self.state is None:
            return NOTHING
        self.step()
        return self.expressions[type(node)](self, node)

    def execute(self, statements: Sequence[ast.stmt]) -> None:
        """Go through statements, up to where no run gets any further."""
        for statement in statements:
            if self.state is None:
                return
            self.step()
            if not self.record.quiet:
                self.record.reached.add(statement.lineno)
            self.statements[type(statement)](self, statement)
            if self.collectors and not self.dead and self._collects(statement):
                self.steps -= (len(self.now.variables) + len(self.now.heap)) // 60
                self.collectors[-1].append(self.now.copy())

    def _collects(self, statement: ast.stmt) -> bool:
        """True when an error may leave from here with something changed since the last time.

        Of a function that is called within `try`, only what it does to objects is seen outside.
        """
        if self.collected_in[-1:] == [len(self.frames)]:
            return not isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom)
        if isinstance(statement, ast.Assign):
            return any(not isinstance(target, ast.Name) for target in statement.targets)
        return isinstance(statement, ast.Expr | ast.AugAssign | ast.Delete)

    def collect(self) -> None:
        """Begin to collect the states in which an error may leave from here."""
        self.collectors.append([self.now.copy()])
        self.collected_in.append(len(self.frames))

    def collected(self) -> list[State]:
        """Return what was collected since; it leaves what encloses this, too."""
        self.collected_in.pop()
        states = self.collectors.pop()
        if self.collectors:
            self.collectors[-1] += states
        return states

    def inline(self, function: Function) -> Value:
        """Return what a function of the file answers without arguments, such as a property."""
        return self.inline_with(self, function)

    def step(self) -> None:
        """Count a step.

        Raises:
            ExhaustedError: there have been too many.
        """
        self.steps -= 1
        if self.steps < 0:
            raise ExhaustedError

    def intern(self, *parts: object) -> int:
        """Return a number for what is made here, the same one whenever it is made again."""
        key = (*parts, self.frame.path)
        return self.interned.setdefault(key, len(self.interned) + 1)

    def make(self, node: ast.AST, thing: Thing) -> Value:
        """Return a new object."""
        number = self.intern("thing", id(node))
        state = self.now
        if state.has(number):
            known = state.thing(number)
            both = joined((known.content(), thing.content()))
            thing = Thing(thing.kind, {}, both, False, True, thing.definition)
        state.heap[number] = thing
        return Value(references=frozenset({number}))

    def lookup(self, name: str) -> Value | None:
        """Return a variable as it is seen from here."""
        scope: int | None = self.frame.outer_names.get(name, self.frame.scope)
        while scope is not None:
            hidden = scope in self.class_scopes and scope != self.frame.scope
            found = None if hidden else self.now.variable(scope, name)
            if found is not None:
                return self._seen_from_here(name, found, scope)
            scope = self.parents.get(scope)
        return None

    def _seen_from_here(self, name: str, value: Value, scope: int) -> Value:
        """Return what a name holds, if other functions or modules may write it meanwhile."""
        if scope == MODULE and self.frame.scope == MODULE:
            return value
        value = joined((value, UNKNOWN)) if name in self.rebound else value
        return opened(value) if scope == MODULE else value

    def bind(self, name: str, value: Value) -> None:
        """Write a variable."""
        key = (self.frame.outer_names.get(name, self.frame.scope), name)
        state = self.now
        if key[0] in self.shared_scopes and key in state.variables:
            value = joined((value, state.variables[key]))
        state.variables[key] = value

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Look at something without any effect on the state or on the record."""
        kept, self.state = self.state, self.now.copy()
        self.record.quiet += 1
        try:
            yield
        finally:
            self.record.quiet -= 1
            self.state = kept

    def peek(self, node: ast.expr) -> Value:
        """Return what an expression may hold, without any effect.

        Tests within tests within tests are not gone into: they may say anything.
        """
        if self.record.quiet >= _TESTS and any(isinstance(n, ast.Call) for n in ast.walk(node)):
            return _ANYTHING
        with self.aside():
            return self.evaluate(node)

    def content(self, value: Value) -> Value:
        """Return what may be in the value: itself for text, the places of containers."""
        found = [self._deep(number, 4) for number in value.references]
        return joined((_without_references(value), *found))

    def _deep(self, number: int, depth: int) -> Value:
        thing = self.now.thing(number)
        value = thing.content()
        if not value.references:
            return value if not value.nothing else SAFE
        if depth == 0:
            return joined((_without_references(value), UNKNOWN))
        inner = [self._deep(other, depth - 1) for other in value.references if other != number]
        return joined((_without_references(value), *inner))


def _without_references(value: Value) -> Value:
    return Value(value.constants, value.origins, frozenset(), value.callees, value.tags, value.tail)
