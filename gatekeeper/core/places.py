"""YAML with a place for everything: values plain as in JSON, and where each of them stands.

PyYAML keeps positions only on its nodes, lets a repeated key win silently and expands aliases
without bounds. Here a repeated key, an alias, a tag and a key that is not a string are problems
with a place, and every value's place is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from gatekeeper.core.errors import PolicyProblem

Path = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
}


# libyaml reads the same language ten times as fast; wheels of PyYAML bring it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Document:
    """A parsed file.

    Attributes:
        path: as the user named it.
        value: the content as dict, list, str, int, float, bool, date or None.
        places: (line, column), 1-based, of the value at each path; of the key for mappings.
        problems: what could not be read.
    """

    path: str
    value: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[PolicyProblem] = field(default_factory=list)

    def problem(self, at: Path, message: str) -> PolicyProblem:
        """Return a problem at the nearest place that is known for `at`."""
        while at and at not in self.places:
            at = at[:-1]
        line, column = self.places.get(at, (1, 1))
        return PolicyProblem(self.path, line, column, message)


def parse(text: str, path: str) -> Document:
    """Parse one YAML document; problems are collected, never raised."""
    document = Document(path)
    if len(text) > MAX_BYTES:
        message = f"larger than {MAX_BYTES:,} characters; a policy is a small file"
        document.problems.append(PolicyProblem(path, 1, 1, message))
        return document
    try:
        _read(text, document)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        document.problems.append(_not_yaml(error, path))
    return document


def _read(text: str, document: Document) -> None:
    _refuse_traps(text, document)
    node = None if document.problems else yaml.compose(text, Loader=_LOADER)
    if node is not None:
        document.value = _Builder(document).build(node, ())


def _not_yaml(error: Exception, path: str) -> PolicyProblem:
    """Explain with the place where PyYAML names one."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "context", None)
    reason = problem or next(iter(str(error).splitlines()), type(error).__name__)
    return PolicyProblem(path, *_position(mark), f"not valid YAML: {reason}")


def _refuse_traps(text: str, document: Document) -> None:
    """Refuse what can make a small file endless, before anything is built from it.

    Aliases expand without bounds and hide what a reviewer reads; deep nesting takes PyYAML
    minutes. Events come one by one, so the walk ends at the first of them.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            message = f"alias `*{event.anchor}`: write the value out, aliases are not read here"
        elif depth > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
        else:
            continue
        line, column = _position(event.start_mark)
        document.problems.append(PolicyProblem(document.path, line, column, message))
        return


class _Builder:
    """Turns nodes into plain values while it notes their places."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._scalars = yaml.SafeLoader("")

    def build(self, node: yaml.Node, at: Path) -> Any:
        self._document.places.setdefault(at, _place(node))
        if node.tag not in _TAGS:
            return self._refuse(node, f"the tag `{node.tag}` is not read here")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*at, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, at: Path) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if key_node.tag == "tag:yaml.org,2002:str" else None
            if not isinstance(key, str):
                self._refuse(key_node, "a key must be a plain string; put it in quotes")
            elif key in built:
                self._refuse(key_node, f"`{key}` stands here twice; keep one")
            else:
                self._document.places[*at, key] = _place(key_node)
                built[key] = self.build(value_node, (*at, key))
        return built

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            reason = str(error).splitlines()[0]
            return self._refuse(node, f"`{node.value}` cannot be read: {reason}")

    def _refuse(self, node: yaml.Node, message: str) -> None:
        line, column = _place(node)
        self._document.problems.append(PolicyProblem(self._document.path, line, column, message))


def _place(node: yaml.Node) -> tuple[int, int]:
    return _position(node.start_mark)


def _position(mark: Any) -> tuple[int, int]:
    """1-based line and column; PyYAML counts from 0."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
