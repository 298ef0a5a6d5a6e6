"""What the program knows at one point: its variables and its objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from gatekeeper.scan.flow.values import NOTHING, SAFE, Constant, Value, joined

# Places that are kept apart: what is larger is no record that a program is written for.
_MOST = 256
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Thing:
    """A list, dictionary, instance or object of a library, at one point of the program.

    Attributes:
        kind: `list`, `tuple`, `set`, `dict`, `instance`, or the full name of a library's class.
        items: what stands under each constant key, index or attribute name.
        rest: what may stand anywhere besides; NOTHING when `items` holds all.
        sure: every key of `items` is there in every run.
        many: stands for several objects, so that writing never takes anything away.
        definition: the number of the class of an instance, else -1.
    """

    kind: str
    items: Mapping[Constant, Value] = field(default_factory=dict)
    rest: Value = NOTHING
    sure: bool = True
    many: bool = False
    definition: int = -1

    @property
    def exact(self) -> bool:
        """True when `items` tells all of it."""
        return self.rest.nothing and self.sure and not self.many

    def content(self) -> Value:
        """Return what any place of it may hold."""
        return joined((*self.items.values(), self.rest))

    def with_item(self, key: Constant, value: Value) -> Thing:
        """Return it after a write under a known key."""
        if len(self.items) >= _MOST and key not in self.items:
            return self.with_more(joined((value, SAFE)))
        value = joined((value, self.items[key])) if self.many and key in self.items else value
        return replace(self, items={**self.items, key: value}, sure=self.sure and not self.many)

    def with_more(self, value: Value) -> Thing:
        """Return it after a write at a place that is not known."""
        return replace(self, rest=joined((self.rest, value)))

    def blurred(self) -> Thing:
        """Return it without any knowledge of which place holds what."""
        return replace(self, items={}, rest=self.content(), sure=False)


def united(one: Thing, other: Thing) -> Thing:
    """Return what may be either."""
    if one == other:
        return one
    keys = {**one.items, **other.items}
    same = one.items.keys() == other.items.keys()
    if one.kind in {"list", "tuple"} and not same:
        one, other, keys = one.blurred(), other.blurred(), {}
    items = {k: joined((one.items.get(k, NOTHING), other.items.get(k, NOTHING))) for k in keys}
    return Thing(
        one.kind if one.kind == other.kind else "object",
        items,
        joined((one.rest, other.rest)),
        one.sure and other.sure and same,
        one.many or other.many,
        one.definition if one.definition == other.definition else -1,
    )


@dataclass(slots=True)
class State:
    """Variables by scope and name, and the heap. `base` holds the module's, never written."""

    variables: dict[tuple[int, str], Value] = field(default_factory=dict)
    heap: dict[int, Thing] = field(default_factory=dict)
    base: State | None = None

    def copy(self) -> State:
        """Return a state that can go its own way."""
        return State(dict(self.variables), dict(self.heap), self.base)

    def variable(self, scope: int, name: str) -> Value | None:
        """Return a variable of exactly this scope."""
        found = self.variables.get((scope, name))
        return self.base.variable(scope, name) if found is None and self.base else found

    def thing(self, number: int) -> Thing:
        """Return an object of the heap."""
        found = self.heap.get(number)
        if found is None:
            return self.base.thing(number) if self.base else Thing("object")
        return found

    def has(self, number: int) -> bool:
        """True when the object was made already."""
        return number in self.heap or bool(self.base and self.base.has(number))

    def things(self, value: Value) -> list[tuple[int, Thing]]:
        """Return the objects that a value may be."""
        return [(number, self.thing(number)) for number in sorted(value.references)]


def merged(states: Iterable[State | None]) -> State | None:
    """Return what holds after any of the states; None when no run gets there."""
    live = list({id(state): state for state in states if state is not None}.values())
    if len(live) <= 1:
        return live[0] if live else None
    base = live[0].base
    variables = _gathered([state.variables for state in live])
    heaps = _gathered([state.heap for state in live])
    return State(
        {key: _joined(key, held, len(live), base) for key, held in variables.items()},
        {number: _united(number, held, len(live), base) for number, held in heaps.items()},
        base,
    )


def _gathered(parts: Sequence[Mapping[K, V]]) -> dict[K, list[V]]:
    """Return for each key what it holds in the parts that have it."""
    found: dict[K, list[V]] = {}
    for part in parts:
        for key, value in part.items():
            found.setdefault(key, []).append(value)
    return found


def _joined(key: tuple[int, str], held: list[Value], count: int, base: State | None) -> Value:
    distinct = list({id(value): value for value in held}.values())
    below = base.variable(*key) if base and len(held) < count else None
    if below is not None:
        distinct.append(below)
    return joined(distinct) if len(distinct) > 1 else distinct[0]


def _united(number: int, held: list[Thing], count: int, base: State | None) -> Thing:
    distinct = list({id(thing): thing for thing in held}.values())
    if base and len(held) < count and base.has(number):
        distinct.append(base.thing(number))
    thing = distinct[0]
    for other in distinct[1:]:
        thing = united(thing, other)
    return thing
