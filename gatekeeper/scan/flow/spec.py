"""The calls that matter, as `rules/scan/flow.yaml` names them.

A line such as `subprocess.run 0 args when=shell` stands for a call, its dangerous arguments by
place or keyword, and a condition. A name that begins with a dot is a method of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Sink:
    """A call that some data must not reach.

    Attributes:
        weakness: e.g. `sql`.
        places: dangerous arguments: numbers from 0, `*` for all, `self` for the receiver.
        keywords: dangerous arguments by keyword.
        condition: the name of a question to the whole call; empty for none.
    """

    weakness: str
    places: tuple[str, ...]
    keywords: tuple[str, ...]
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Weakness:
    """A weakness and the rule that tells it.

    Attributes:
        rule: id in the catalog; empty when only suspicions are told.
        suspect: id of the rule for data of callers and of unknown making, or empty.
        suspects: `parameter` when only what callers give is a suspicion, else empty.
        whole: it need not be put into a text of the program to be one.
        cwe: what is cleared where the data is proven harmless.
        message: what a finding says.
    """

    rule: str
    cwe: tuple[int, ...]
    message: str
    suspect: str = ""
    suspects: str = ""
    whole: bool = False


@dataclass(slots=True)
class Spec:
    """See the module."""

    weaknesses: Mapping[str, Weakness]
    sinks: Mapping[str, Sequence[Sink]]
    cleaners: Mapping[str, frozenset[str]]
    pure: frozenset[str]
    harmless: frozenset[str]
    responses: frozenset[str]
    fields: re.Pattern[str]
    texts: re.Pattern[str]
    methods: frozenset[str]
    runners: re.Pattern[str]
    words: frozenset[str] = field(default_factory=frozenset)

    def source(self, full: str) -> str:
        """Return what a name of a library is: `fields`, `text`, or empty when no request."""
        if self.fields.fullmatch(full):
            return "fields"
        return "text" if self.texts.fullmatch(full) else ""

    def sinks_of(self, names: Iterable[str]) -> Iterable[Sink]:
        """Return the dangers of a call by its possible names, the most exact name's only."""
        last = ""
        for name in names:
            if name in self.sinks:
                return self.sinks[name]
            last = name.rpartition(".")[2]
        return (_RUNNER,) if self.runners.fullmatch(last) else ()


_RUNNER = Sink("cmdtext", ("0",), (), "text")
"""A function that runs commands by its name, such as `_run_ssh`."""


def parse(document: Mapping[str, Any]) -> Spec:
    """Read the specification from plain data."""
    sinks: dict[str, list[Sink]] = {}
    for weakness, entry in document["weaknesses"].items():
        for line in entry["sinks"]:
            name, sink = _sink(weakness, line)
            sinks.setdefault(name, []).append(sink)
    return Spec(
        {name: _weakness(entry) for name, entry in document["weaknesses"].items()},
        sinks,
        _cleaners(document),
        frozenset(document["pure"]),
        frozenset(document["harmless"]),
        frozenset(document["responses"]),
        _any_of(document["sources"]["fields"]),
        _any_of(document["sources"]["texts"]),
        frozenset(document["sources"]["methods"]),
        _compiled(document["runners"]),
        frozenset(name.rpartition(".")[2] for name in sinks),
    )


def _weakness(entry: Mapping[str, Any]) -> Weakness:
    return Weakness(
        entry.get("rule", ""),
        tuple(entry["cwe"]),
        entry["message"],
        entry.get("suspect", ""),
        entry.get("suspects", ""),
        entry.get("whole", False),
    )


def _sink(weakness: str, line: str) -> tuple[str, Sink]:
    name, *rest = line.split()
    condition = next((part[5:] for part in rest if part.startswith("when=")), "")
    words = [part for part in rest if not part.startswith("when=")]
    places = tuple(part for part in words if part.isdigit() or part in {"*", "self"})
    return name, Sink(weakness, places, tuple(w for w in words if w not in places), condition)


def _cleaners(document: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for weakness, entry in document["weaknesses"].items():
        for name in entry.get("cleaners", ()):
            found.setdefault(name, set()).add(weakness)
    return {name: frozenset(marks) for name, marks in found.items()}


def _any_of(names: Sequence[str]) -> re.Pattern[str]:
    return _compiled("|".join(f"(?:{name})" for name in names))


@lru_cache(maxsize=4)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
