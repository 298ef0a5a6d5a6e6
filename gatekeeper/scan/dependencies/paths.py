"""How a package comes into a project: the shortest chain of what asks for what. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TypeAlias

from gatekeeper.scan.dependencies.facts import Pin

_Asking: TypeAlias = Mapping[str, Set[str]]


@dataclass(frozen=True, slots=True)
class Graph:
    """What asks for each package, by lock file."""

    files: Mapping[str, _Asking]

    def path_to(self, pin: Pin) -> tuple[str, ...]:
        """Return the names from what nothing asks for down to the package; it alone when direct.

        A package that only packages in a circle ask for has the longest way round as its path.
        """
        asking = self.files.get(pin.path, {})
        came_from: dict[str, str] = {pin.name: ""}
        waiting, name = deque([pin.name]), pin.name
        while waiting:
            name = waiting.popleft()
            if not asking.get(name):
                break
            for parent in sorted(asking[name]):
                if parent not in came_from:
                    came_from[parent] = name
                    waiting.append(parent)
        return _walked(name, came_from)


def _walked(name: str, came_from: Mapping[str, str]) -> tuple[str, ...]:
    path = []
    while name:
        path.append(name)
        name = came_from[name]
    return tuple(path)


def graph(pins: Iterable[Pin]) -> Graph:
    """Return the graph of all lock files."""
    files: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for pin in pins:
        files[pin.path][pin.name].update(pin.via)
    return Graph(files)
