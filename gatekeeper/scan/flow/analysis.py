"""One file, start to end: the module, then every function that leads to a call that matters.

1. The module's own statements are gone through; what holds at their end is the base.
2. Every function that matters is gone through with whatever its callers may give it: a visitor's
   data for views, data of unknown callers else.
3. A call that a visitor's data reached unchanged is a finding. A call that nothing from outside
   reached, on any way, is cleared: other scanners that go by names are told so.

What asks for too many steps, or is nested too deep, proves nothing: nothing of the file is cleared.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gatekeeper.scan.flow.attributes import attribute
from gatekeeper.scan.flow.classes import foreign_bases
from gatekeeper.scan.flow.entries import Definition, answers_html, instance, parameters
from gatekeeper.scan.flow.expressions import EXPRESSIONS
from gatekeeper.scan.flow.functions import inline, through
from gatekeeper.scan.flow.record import Record
from gatekeeper.scan.flow.relevance import rebound, relevant, shifting, stored_attributes
from gatekeeper.scan.flow.run import MODULE, ExhaustedError, Frame, Run
from gatekeeper.scan.flow.spec import Spec
from gatekeeper.scan.flow.state import State, merged
from gatekeeper.scan.flow.statements import STATEMENTS
from gatekeeper.scan.flow.values import UNKNOWN, Kind, Value, joined

# For one function, and for all of a file; fewer where no visitor's data enters.
_STEPS = 25_000
_MOST_STEPS = 200_000
_FEW_STEPS = 20_000
_VISITED = re.compile(
    rb"\brequest\s*[.\[,)]|import[^\n]*\brequest\b|=\s*request\b|HTTPRequestHandler|FieldStorage|get_argument"
    rb"|@[\w.]+\.(route|get|post|put|patch|delete|websocket)\("
)
# How deep to go into calls: where no visitor's data enters, each function is taken by itself.
_DEEP, _SHALLOW = 6, 0


@dataclass(frozen=True, slots=True)
class Found:
    """A call that data from outside reaches.

    Attributes:
        weakness: as the specification names it.
        line: of the call, 1-based.
        column: 1-based.
        end_line: inclusive.
        kind: where the data comes from.
        entries: the lines where it enters, and by which expressions.
        built: the data was put into a text of the program.
    """

    weakness: str
    line: int
    column: int
    end_line: int
    kind: Kind
    entries: tuple[tuple[int, str], ...]
    built: bool = False


@dataclass(frozen=True, slots=True)
class Clear:
    """Lines where a weakness is proven absent."""

    weakness: str
    line: int
    end_line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is known of a file; `incomplete` says why nothing is cleared, or is empty."""

    found: tuple[Found, ...]
    cleared: tuple[Clear, ...]
    incomplete: str = ""


def analyse(source: str | bytes, spec: Spec) -> Analysis:
    """Follow the data of a file.

    Raises:
        SyntaxError: it cannot be parsed.
    """
    tree = ast.parse(source)
    walk = _Walk(tree, spec)
    text = source.encode() if isinstance(source, str) else source
    if not _VISITED.search(text):
        walk.run.deepest, walk.left = _SHALLOW, _FEW_STEPS
    walk.module()
    walk.functions()
    return Analysis(
        tuple(_found(walk.run.record)),
        () if walk.incomplete else tuple(_cleared(walk.run.record, spec)),
        walk.incomplete,
    )


class _Walk:
    """The way through one file."""

    def __init__(self, tree: ast.Module, spec: Spec) -> None:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
        definitions = [node for node in ast.walk(tree) if isinstance(node, kinds)]
        self.tree = tree
        self.incomplete = ""
        self.run = Run(
            spec, definitions, Record(), EXPRESSIONS, STATEMENTS, inline, attribute, _STEPS
        )
        self.run.deepest = _DEEP
        self.run.stored_attributes = stored_attributes(tree)
        self.run.rebound = rebound(tree)
        self.relevant = relevant(definitions, spec)
        self.modules = set(_imported(tree))
        self.run.modules = frozenset(self.modules)
        self.left = _MOST_STEPS
        self.foreign: set[str] = set()

    def module(self) -> None:
        """Go through the module's own statements."""
        run = self.run
        run.collect()
        self._attempt(lambda: run.execute(self.tree.body))
        ends = run.collected()
        run.state = run.state or merged(ends)
        self.base = run.state or State()
        for name in shifting(self.tree):
            value = self.base.variable(MODULE, name)
            if value is not None:
                self._doubt(value, 4)
        for value in list(self.base.variables.values()):
            inner = joined(thing.content() for _, thing in self.base.things(value))
            self._doubt(inner, 3)

    def _doubt(self, value: Value, depth: int) -> None:
        """What a function may change may hold anything when the next one looks."""
        for number, thing in self.base.things(value):
            items = {key: joined((held, UNKNOWN)) for key, held in thing.items.items()}
            self.base.heap[number] = replace(
                thing, items=items, rest=joined((thing.rest, UNKNOWN)), sure=False, many=True
            )
            if depth:
                self._doubt(thing.content(), depth - 1)

    def functions(self) -> None:
        """Go through every function that matters, outermost first."""
        for node, owner in _functions(self.tree.body, None):
            if self._matters(node):
                self.run.state = State(base=self.base)
                self.run.frames = [Frame(MODULE)]
                self._enter(node, owner, MODULE)

    def _matters(self, node: Definition) -> bool:
        inner = (n for n in ast.walk(node) if id(n) in self.run.numbers)
        return any(self.run.numbers[id(n)] in self.relevant for n in inner)

    def _enter(self, node: Definition, owner: ast.ClassDef | None, outer: int) -> None:
        """Go through a function as its callers may, then through those that it defines."""
        run = self.run
        number = run.numbers[id(node)]
        scope = run.intern("scope", number)
        run.parents[scope] = outer
        self._attempt(lambda: self._foreign(owner))
        foreign = self.foreign
        frame = Frame(scope, (run.intern("entry", number),), (number,))
        frame.route = answers_html(node, self.modules, foreign)
        run.frames = [Frame(MODULE), frame]
        start = run.state
        run.collect()
        self._attempt(lambda: self._go_through(node, owner, foreign))
        ends = run.collected()
        after = merged((run.state, *ends, start))
        for inner, its_owner in _functions(node.body, None):
            run.state = after.copy() if after else State(base=self.base)
            if self._matters(inner):
                self._enter(inner, its_owner, scope)

    def _go_through(self, node: Definition, owner: ast.ClassDef | None, foreign: set[str]) -> None:
        run = self.run
        for place, (name, value) in enumerate(parameters(run, node, foreign)):
            if place == 0 and owner is not None and not _static(node):
                number = run.numbers[id(owner)]
                run.bind(name, instance(run, node, number, foreign))
            else:
                run.bind(name, value)
        through(run, node)

    def _foreign(self, owner: ast.ClassDef | None) -> None:
        self.foreign = set()
        if owner is not None:
            with self.run.aside():
                self.foreign = foreign_bases(self.run, self.run.numbers[id(owner)])

    def _attempt(self, step: object) -> None:
        """Take a step with a budget of its own; what is not done proves nothing."""
        run = self.run
        run.steps = min(_STEPS, self.left)
        given, frames = run.steps, list(run.frames)
        collectors, inside = list(run.collectors), list(run.collected_in)
        try:
            step()  # type: ignore[operator]
        except ExhaustedError:
            self.incomplete = "it asks for too many steps"
        except RecursionError:
            self.incomplete = "it is nested too deep"
        if self.incomplete:
            run.frames, run.collectors, run.collected_in = frames, collectors, inside
            run.assumed, run.record.quiet = None, 0
        self.left -= given - max(run.steps, 0)


def _static(node: Definition) -> bool:
    return any(getattr(d, "id", "") == "staticmethod" for d in node.decorator_list)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _functions(
    body: list[ast.stmt], owner: ast.ClassDef | None
) -> Iterator[tuple[Definition, ast.ClassDef | None]]:
    """Yield the functions of a body that are not within others, with the class that holds them."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, owner
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, node)
        else:
            for part in ("body", "orelse", "finalbody"):
                yield from _functions(getattr(node, part, []), owner)
            for handler in getattr(node, "handlers", []):
                yield from _functions(handler.body, owner)


def _found(record: Record) -> Iterator[Found]:
    for ((line, column, end), weakness), seen in sorted(record.calls.items()):
        if seen.worst >= Kind.UNKNOWN:
            entries = sorted({(o.line, o.what) for o in seen.origins})
            built = any(origin.within for origin in seen.origins)
            yield Found(weakness, line, column + 1, end, seen.worst, tuple(entries), built)


def _cleared(record: Record, spec: Spec) -> Iterator[Clear]:
    yield from _harmless(record, spec)
    yield from _never_run(record)


def _harmless(record: Record, spec: Spec) -> Iterator[Clear]:
    """Yield the calls that nothing from outside reached."""
    doubts = _doubts(record, spec)
    for ((line, _, end), weakness), seen in sorted(record.calls.items()):
        # a doubt about the same weakness on the same lines, under whatever name, is a doubt
        beside = (span for cwe in spec.weaknesses[weakness].cwe for span in doubts[cwe])
        doubted = any(first <= end and line <= last for first, last in beside)
        if seen.worst is Kind.SAFE and not doubted:
            yield Clear(weakness, line, end, min(seen.reasons))


def _doubts(record: Record, spec: Spec) -> dict[int, list[tuple[int, int]]]:
    """Return for each CWE the first and last lines of the calls that are not proven harmless."""
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for ((first, _, last), weakness), seen in record.calls.items():
        if seen.worst is not Kind.SAFE:
            for cwe in spec.weaknesses[weakness].cwe:
                lines[cwe].append((first, last))
    return lines


def _never_run(record: Record) -> Iterator[Clear]:
    """Yield the lines that no run of the program gets to."""
    for (first, last), reason in sorted(record.unreached.items()):
        if not any(first <= line <= last for line in record.reached):
            yield Clear("*", first, last, reason)
