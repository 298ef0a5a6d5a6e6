"""A GraphQL server in miniature: answers a query from plain values, as GitHub would.

A value is a dict with `__typename`, a list behind a `Connection`, a function of the field's
arguments, or a scalar. A field that a value does not have is an error, as with a real schema.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError, parse
from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)
from graphql.utilities import value_from_ast_untyped

MOST = 100
MOST_NODES = 500_000


class Connection:
    """A list that is given page by page."""

    def __init__(self, items: Sequence[Any], name: str = "Connection") -> None:
        self.items = items
        self.name = name

    def page(self, args: dict[str, Any]) -> dict[str, Any]:
        first = args.get("first")
        if not isinstance(first, int) or not 0 < first <= MOST:
            raise GraphQLError("`first` must be between 1 and 100")
        items = [item for item in self.items if _wanted(item, args.get("itemTypes"))]
        start = int(args.get("after") or 0)
        end = start + first
        return {
            "__typename": self.name,
            "totalCount": len(items),
            "nodes": items[start:end],
            "pageInfo": {
                "__typename": "PageInfo",
                "hasNextPage": end < len(items),
                "endCursor": str(min(end, len(items))) if items[start:end] else None,
            },
        }


def resolve(source: Any, field: str, args: dict[str, Any]) -> Any:
    """Return a field's value; shared with the real executor in the schema tests."""
    if not isinstance(source, dict) or field not in source:
        kind = source.get("__typename") if isinstance(source, dict) else type(source).__name__
        raise GraphQLError(f"Field '{field}' doesn't exist on type '{kind}'")
    value = source[field]
    if isinstance(value, Connection):
        return value.page(args)
    return value(**args) if isinstance(value, Callable) else value


def answer(query: str, variables: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Execute a query; errors come with status 200 and null data, as GitHub sends them."""
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    run = _Run(variables, _fragments(document))
    try:
        asked = run.nodes(operation.selection_set, 1)
        if asked > MOST_NODES:
            message = f"By the time this query traverses the connections, it asks for {asked} nodes"
            raise GraphQLError(message, extensions={"type": "MAX_NODE_LIMIT_EXCEEDED"})
        return {"data": run.select(operation.selection_set, root)}
    except GraphQLError as error:
        kind = (error.extensions or {}).get("type")
        return {"data": None, "errors": [{"message": error.message, "type": kind}]}


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    found = (one for one in document.definitions if isinstance(one, FragmentDefinitionNode))
    return {one.name.value: one for one in found}


class _Run:
    """One query's execution."""

    def __init__(self, variables: dict[str, Any], fragments: dict[str, Any]) -> None:
        self.variables = variables
        self.fragments = fragments

    def select(self, selection: SelectionSetNode, source: Any) -> Any:
        if source is None:
            return None
        if isinstance(source, list | tuple):
            return [self.select(selection, item) for item in source]
        out: dict[str, Any] = {}
        for node in selection.selections:
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                out[key] = self._field(node, source)
                continue
            kind, inner = self._fragment(node)
            if kind in (None, "Node", source["__typename"]):
                out.update(self.select(inner, source))
        return out

    def _field(self, node: FieldNode, source: Any) -> Any:
        value = resolve(source, node.name.value, self._arguments(node))
        return self.select(node.selection_set, value) if node.selection_set else value

    def _arguments(self, node: FieldNode) -> dict[str, Any]:
        return {arg.name.value: _value(arg.value, self.variables) for arg in node.arguments or ()}

    def _fragment(self, node: Any) -> tuple[str | None, SelectionSetNode]:
        if isinstance(node, FragmentSpreadNode):
            node = self.fragments[node.name.value]
        assert isinstance(node, InlineFragmentNode | FragmentDefinitionNode)
        kind = node.type_condition
        return kind.name.value if kind else None, node.selection_set

    def nodes(self, selection: SelectionSetNode, times: int) -> int:
        """Return how many nodes a query may return, as GitHub counts them before it runs."""
        total = 0
        for node in selection.selections:
            if not isinstance(node, FieldNode):
                total += self.nodes(self._fragment(node)[1], times)
            elif node.selection_set:
                first = self._arguments(node).get("first") or 1
                more = times * first if isinstance(first, int) else times
                total += (more if first != 1 else 0) + self.nodes(node.selection_set, more)
        return total


def _value(node: ValueNode, variables: dict[str, Any]) -> Any:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    if isinstance(node, ListValueNode):
        return [_value(item, variables) for item in node.values]
    return value_from_ast_untyped(node)


def _wanted(item: Any, kinds: Sequence[str] | None) -> bool:
    if kinds is None:
        return True
    snake = "".join(f"_{c}" if c.isupper() else c for c in item["__typename"]).upper()
    return snake.lstrip("_") in kinds
