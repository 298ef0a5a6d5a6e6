"""What an expression may hold: the constants, the data from outside, the objects.

A `Value` is a set of possibilities; `joined` unites two of them. Nothing is ever left out of it
that a run of the program could hold: what is not understood is an `Origin` of kind UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

_MOST_CONSTANTS = 12
_MOST_ORIGINS = 24
_LONGEST = 4096
_WIDEST = 256
_NONE: frozenset[Any] = frozenset()

Constant = tuple[str, Any]
"""A type's name and the value: `1`, `True` and `1.0` are three constants."""


class Kind(IntEnum):
    """Where data comes from, the least trusted last."""

    SAFE = 0  # no text of anybody's choice: numbers, digests, the program's own texts
    UNKNOWN = 1  # from what is not followed: files, databases, other modules
    PARAMETER = 2  # from a caller that this file does not hold
    REQUEST = 3  # from a visitor


@dataclass(frozen=True, slots=True)
class Origin:
    """Data that is no constant of the program.

    Attributes:
        kind: how far it is to be trusted.
        line: where it enters, 1-based.
        column: 0-based.
        what: the expression it enters by, for people.
        clean: the weaknesses that it can no longer cause, and what it surely lacks, e.g. `no '`.
        whole: it is exactly what entered: what is asked of it is asked of all of it.
        before: the constant text right before it, as far as that is known.
        anchored: `before` begins where the whole text begins.
        fields: it is a collection of fields, such as a form: what is taken out of it is whole.
        within: constant text of the program somewhere before it, the nearest last.
        entry: numbers the place and the way there; the same number, the same data.
    """

    kind: Kind
    line: int = 0
    column: int = 0
    what: str = ""
    clean: frozenset[str] = frozenset()
    whole: bool = True
    before: str = ""
    anchored: bool = True
    fields: bool = False
    entry: int = 0
    within: str = ""

    def kind_for(self, weakness: str) -> Kind:
        """Return how far it is to be trusted where a weakness is feared."""
        if weakness in self.clean or "*" in self.clean:
            return Kind.SAFE
        return min(self.kind, Kind.UNKNOWN) if "?" in self.clean else self.kind


@dataclass(frozen=True, slots=True)
class Library:
    """Something of another module, by its full name."""

    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of this file.

    Attributes:
        number: of its definition.
        scope: where the names are that it sees besides its own.
        receiver: what it is bound to, or None.
    """

    number: int
    scope: int
    receiver: Value | None = None


@dataclass(frozen=True, slots=True)
class Class:
    """A class of this file, by the number of its definition."""

    number: int


@dataclass(frozen=True, slots=True)
class Method:
    """A method of something that this file does not define."""

    receiver: Value
    name: str


Callee = Library | Function | Class | Method


@dataclass(frozen=True, slots=True)
class Value:
    """All that an expression may hold.

    Attributes:
        constants: exact constants.
        origins: data from outside.
        references: numbers of objects on the heap.
        callees: functions, classes, modules and what is in them.
        tags: what is known of its type or its making, e.g. `path`, `normalised`.
        tail: the constant text that it surely ends with.
    """

    constants: frozenset[Constant] = _NONE
    origins: frozenset[Origin] = _NONE
    references: frozenset[int] = _NONE
    callees: frozenset[Callee] = _NONE
    tags: frozenset[str] = _NONE
    tail: str = ""

    @property
    def fixed(self) -> bool:
        """True when it can be nothing but constants."""
        return bool(self.constants) and not (self.origins or self.references or self.callees)

    @property
    def sole(self) -> Constant | None:
        """Return the only constant it can be, or None."""
        return next(iter(self.constants)) if self.fixed and len(self.constants) == 1 else None

    @property
    def text(self) -> str | None:
        """Return the only text it can be, or None."""
        return self.sole[1] if self.sole and self.sole[0] == "str" else None

    @property
    def nothing(self) -> bool:
        """True when no run of the program gets here with a value."""
        return not (self.constants or self.origins or self.references or self.callees)


NOTHING = Value()
SAFE = Value(origins=frozenset({Origin(Kind.SAFE)}))
UNKNOWN = Value(origins=frozenset({Origin(Kind.UNKNOWN, whole=False)}))
_SCALARS = (str, bytes, int, float, bool, type(None))


def constant(value: object) -> Value:
    """Return a constant; what is too large to be worked with counts as harmless."""
    if not isinstance(value, _SCALARS) or _large(value):
        return SAFE
    return Value(constants=frozenset({(type(value).__name__, value)}))


def _large(value: object) -> bool:
    if isinstance(value, str | bytes):
        return len(value) > _LONGEST
    return isinstance(value, int) and value.bit_length() > _WIDEST


NULL = constant(None)
BOTH = Value(constants=frozenset({("bool", True), ("bool", False)}))


def joined(values: Iterable[Value]) -> Value:
    """Return what may be any of the values."""
    every = [value for value in values if not value.nothing]
    if not every:
        return NOTHING
    first = every[0]
    if all(value == first for value in every[1:]):
        return first
    return _bounded(_united(every))


def _united(every: Sequence[Value]) -> Value:
    """Return all possibilities of all the values, and what is known of every one of them."""
    tail = every[0].tail
    return Value(
        frozenset().union(*(value.constants for value in every)),
        frozenset().union(*(value.origins for value in every)),
        frozenset().union(*(value.references for value in every)),
        frozenset().union(*(value.callees for value in every)),
        _common_tags([value.tags for value in every]),
        tail if all(value.tail == tail for value in every) else "",
    )


def _common_tags(every: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return the tags that all have; that another module can change it holds if it does for one."""
    common = every[0].intersection(*every)
    return common | {OPEN} if any(OPEN in tags for tags in every) else common


def _bounded(value: Value) -> Value:
    if len(value.constants) > _MOST_CONSTANTS:
        value = replace(value, constants=_NONE, origins=value.origins | SAFE.origins)
    if len(value.origins) > _MOST_ORIGINS:
        value = replace(value, origins=frozenset(_blurred(value.origins)))
    return value


def _blurred(origins: Iterable[Origin]) -> Iterable[Origin]:
    """Return one origin for each kind, clean of what all of its kind are clean of."""
    by_kind: dict[Kind, Origin] = {}
    for origin in sorted(origins, key=lambda o: (o.kind, o.line, o.column)):
        known = by_kind.get(origin.kind, origin)
        clean = known.clean & origin.clean
        by_kind[origin.kind] = replace(
            known, clean=clean, whole=False, anchored=False, before="", entry=0
        )
    return by_kind.values()


def derived(value: Value, clean: Iterable[str] = (), *, still: bool = False) -> Value:
    """Return what was made of the value by a step that is not followed, such as a slice.

    Constants may have become any text of the program's own making, which is harmless.

    Args:
        value: constants and origins.
        clean: the weaknesses that the step takes the harm out for.
        still: it is still the same text, with the constant text around its data.
    """
    more = frozenset(clean)
    origins = {
        replace(
            o,
            clean=_kept(o.clean) | more,
            whole=False,
            before="",
            anchored=False,
            within=o.within if still else "",
        )
        for o in value.origins
    }
    if value.constants or not origins:
        origins |= SAFE.origins
    return Value(origins=frozenset(origins))


def undone(value: Value) -> Value:
    """Return what decoding makes of the value: what was escaped in it may come back."""
    origins = (o if "=" in o.clean else replace(o, clean=_NONE) for o in derived(value).origins)
    return Value(origins=frozenset(origins))


def _kept(clean: frozenset[str]) -> frozenset[str]:
    return frozenset(mark for mark in clean if not mark.startswith("no "))


OPEN = "open"
"""The tag of constants that another module can change: no branch is left out for them."""


def opened(value: Value) -> Value:
    """Return a value that another module can change."""
    return replace(value, tags=value.tags | {OPEN}) if value.constants else value


def alike(value: Value, *sources: Value) -> Value:
    """Return a value that can be changed like those that it was computed from."""
    return opened(value) if any(OPEN in source.tags for source in sources) else value


def cleaned(value: Value, clean: Iterable[str]) -> Value:
    """Return the value, harmless for some weaknesses from now on."""
    more = frozenset(clean)
    origins = frozenset(replace(o, clean=o.clean | more) for o in value.origins)
    return replace(value, origins=origins)


def worst(value: Value, weakness: str = "") -> Kind:
    """Return the least trusted kind of data that can still cause the weakness."""
    return max((o.kind_for(weakness) for o in value.origins), default=Kind.SAFE)
