"""The arguments of a call."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from gatekeeper.scan.flow import containers
from gatekeeper.scan.flow.data import as_data
from gatekeeper.scan.flow.run import Run
from gatekeeper.scan.flow.values import NOTHING, Value, joined


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call is given.

    Attributes:
        positional: in order, as far as that is known.
        keywords: by name.
        spread: what `*` and `**` may bring besides.
    """

    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    spread: Value = NOTHING

    def at(self, place: int, *names: str) -> Value | None:
        """Return an argument by place or by one of its names; None when it is not given."""
        if place < len(self.positional):
            return self.positional[place]
        found = next((self.keywords[name] for name in names if name in self.keywords), None)
        if found is None and not self.spread.nothing:
            return self.spread
        return found

    def every(self) -> tuple[Value, ...]:
        """Return all of them."""
        more = () if self.spread.nothing else (self.spread,)
        return (*self.positional, *self.keywords.values(), *more)

    def data(self, run: Run) -> Value:
        """Return all that is in them, as text; constants beside data add nothing to it."""
        every = [as_data(run, value) for value in self.every()]
        return joined([value for value in every if not value.fixed] or every)


def evaluated(run: Run, node: ast.Call) -> Arguments:
    """Evaluate the arguments of a call."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    spread: list[Value] = []
    for part in node.args:
        if not isinstance(part, ast.Starred):
            (spread if spread else positional).append(run.evaluate(part))
            continue
        inner = run.evaluate(part.value)
        places = containers.sequence(run, inner)
        if places is not None and not spread:
            positional += places
        else:
            spread.append(containers.element(run, inner))
    for keyword in node.keywords:
        value = run.evaluate(keyword.value)
        if keyword.arg is None:
            spread += _unpacked(run, value, keywords)
        else:
            keywords[keyword.arg] = value
    return Arguments(tuple(positional), keywords, joined(spread))


def _unpacked(run: Run, value: Value, keywords: dict[str, Value]) -> list[Value]:
    things = run.now.things(value)
    if (
        len(things) == 1
        and not value.origins
        and things[0][1].exact
        and things[0][1].kind == "dict"
    ):
        keywords.update({str(key[1]): held for key, held in things[0][1].items.items()})
        return []
    return [joined((run.content(value), as_data(run, value)))]
