"""A GraphQL server in miniature: answers a query from plain values, as GitHub would.

A value is a dict with `__typename`, a list behind a `Connection`, a function of the field's
arguments, or a scalar. A field that a value does not have is an error, as with a real schema.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError, parse
from graphql.language import (
    FieldNode,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)
from graphql.utilities import value_from_ast_untyped

MOST = 100


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
    operation = parse(query).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    try:
        return {"data": _select(operation.selection_set, root, variables)}
    except GraphQLError as error:
        kind = (error.extensions or {}).get("type")
        return {"data": None, "errors": [{"message": error.message, "type": kind}]}


def _select(selection: SelectionSetNode, source: Any, variables: dict[str, Any]) -> Any:
    if source is None:
        return None
    if isinstance(source, list | tuple):
        return [_select(selection, item, variables) for item in source]
    out: dict[str, Any] = {}
    for node in selection.selections:
        if isinstance(node, InlineFragmentNode):
            kind = node.type_condition.name.value if node.type_condition else None
            if kind in (None, "Node", source["__typename"]):
                out.update(_select(node.selection_set, source, variables))
        elif isinstance(node, FieldNode):
            args = {arg.name.value: _value(arg.value, variables) for arg in node.arguments or ()}
            value = resolve(source, node.name.value, args)
            key = node.alias.value if node.alias else node.name.value
            inner = node.selection_set
            out[key] = _select(inner, value, variables) if inner else value
    return out


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
