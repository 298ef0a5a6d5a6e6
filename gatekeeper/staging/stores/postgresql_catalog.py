"""What PostgreSQL's catalog lists, and what becomes of each entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from gatekeeper.staging.stores.adbc import quoted
from gatekeeper.staging.stores.interface import Column, StoreObject

T = TypeVar("T")

_KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}
# The first object id that is not PostgreSQL's own: unlike a schema's name, it cannot be chosen.
_FIRST = 16384
_READABLE_CATEGORIES = frozenset("BDEGINRSTVZ")
_READABLE_TYPES = frozenset(
    {"json", "jsonb", "uuid", "xml", "tsvector", "tsquery", "hstore", "pg_lsn", "txid_snapshot"}
)
_SEPARATOR = "\x1f"
# How to select a cell as text: `format` asks the type itself, while a cast to text could be a
# function of the database's owner, and say anything.
_FORMATTED = "format('%s', {cell})"
# Where a column is of one plain type: bytes as they are, and money without its `$4,111`.
_SELECTED = {"bytea": "{cell}::bytea", "money": "({cell})::numeric::text"}
# A view can call any function, and that runs with the rights of whoever reads the view.
_RISKY = (
    "reading it could run the database's own code with a superuser's rights",
    "scan with a role that is no superuser and can become none, e.g. one of pg_read_all_data",
)
_UNGRANTED = (
    "the role may not read it",
    "grant the role USAGE on the schema and SELECT on it",
)
_EXCLUDE = "exclude it in the policy with the reason why it cannot hold personal data"

# A view is derived when it reads user tables alone: no system relation, no function or operator
# but built-in ones (dblink would bring values that no table here holds). Only the rule that makes
# it a view counts ('1', ON SELECT), not one that says where to insert.
RELATIONS = f"""
WITH source AS (
    SELECT r.ev_class AS view,
           bool_or(d.refclassid = 'pg_class'::regclass AND d.refobjid >= {_FIRST}
                   AND d.refobjid <> r.ev_class) AS reads_tables,
           bool_or((d.refclassid = 'pg_class'::regclass AND d.refobjid < {_FIRST})
                   OR (d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
                       AND d.refobjid >= {_FIRST})
                  ) AS reads_more
    FROM pg_rewrite AS r
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    WHERE r.ev_type = '1'
    GROUP BY r.ev_class
)
SELECT c.oid::int8, n.nspname::text, c.relname::text,
       CASE WHEN c.relispartition AND c.relkind = 'r' THEN 'partition' ELSE c.relkind::text END,
       has_any_column_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'),
       pg_is_other_temp_schema(n.oid),
       coalesce(s.reads_tables AND NOT s.reads_more, false),
       CASE WHEN c.relkind = 'v' THEN coalesce(pg_get_viewdef(c.oid), '') ELSE '' END,
       CASE WHEN c.relkind = 'm' THEN c.relispopulated ELSE true END,
       c.relkind = 'v' AND EXISTS (
           SELECT FROM pg_roles AS p WHERE pg_has_role(session_user, p.oid, 'MEMBER')
           AND (p.rolsuper OR p.rolname IN ('pg_execute_server_program', 'pg_write_server_files')))
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN source AS s ON s.view = c.oid
WHERE c.oid >= {_FIRST} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY n.nspname, c.relname
"""  # noqa: S608 (no value from outside)

# For every column the types that its type is made of: of arrays their elements, of domains what
# they restrict, of composites their attributes, of ranges their bounds.
# (Before PostgreSQL 14 there is no `rngmultitypid`: as JSON it is null there, and no error.)
COLUMNS = f"""
WITH RECURSIVE part(whole, type) AS (
    SELECT DISTINCT a.atttypid, a.atttypid
    FROM pg_attribute AS a WHERE a.attrelid >= {_FIRST} AND a.attnum > 0 AND NOT a.attisdropped
  UNION
    SELECT p.whole, inner_type.oid
    FROM part AS p JOIN pg_type AS t ON t.oid = p.type
    CROSS JOIN LATERAL (
        SELECT t.typelem AS oid WHERE t.typcategory = 'A'
        UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd'
        UNION ALL SELECT r.rngsubtype FROM pg_range AS r
                  WHERE t.oid IN (r.rngtypid, (to_jsonb(r) ->> 'rngmultitypid')::oid)
        UNION ALL SELECT a.atttypid FROM pg_attribute AS a
                  WHERE a.attrelid = t.typrelid AND t.typtype = 'c'
                    AND a.attnum > 0 AND NOT a.attisdropped
    ) AS inner_type
), leaves AS (
    SELECT p.whole, string_agg(DISTINCT t.typcategory::text || ':' || t.typname, chr(31)) AS types
    FROM part AS p JOIN pg_type AS t ON t.oid = p.type
    WHERE t.typcategory <> 'A' AND t.typtype NOT IN ('d', 'c')
    GROUP BY p.whole
)
SELECT c.oid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod),
       coalesce(l.types, ''), t.typcategory = 'A' OR t.typtype = 'c',
       has_column_privilege(c.oid, a.attnum, 'SELECT')
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN leaves AS l ON l.whole = a.atttypid
WHERE c.oid >= {_FIRST} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.oid, a.attnum
"""  # noqa: S608 (no value from outside)


def still_there(item: StoreObject) -> str:
    """Return a query that has a row when what is listed is what a query would now read.

    To a snapshot that is older than the change, a table that was rewritten or put in another's
    place looks empty. The catalog is read as of the snapshot, the two functions look at the
    present.
    """
    name = item.source.removeprefix("ONLY ").replace("'", "''")
    return (
        f"SELECT oid::int8 FROM pg_class WHERE oid = to_regclass('{name}') "  # noqa: S608 (quoted)
        "AND relfilenode = coalesce(pg_relation_filenode(oid), 0)"
    )


LARGE_OBJECTS = "SELECT count(*) FROM pg_largeobject_metadata"

Row = tuple[Any, ...]


def relations(relations: Iterable[Row], columns: Iterable[Row]) -> Iterator[StoreObject]:
    """Yield what the rows of `RELATIONS` and `COLUMNS` list together."""
    by_relation: dict[int, list[Column]] = defaultdict(list)
    for row in columns:
        by_relation[row[0]].append(column(row))
    return (relation(row, tuple(by_relation[row[0]])) for row in relations)


def relation(row: Row, columns: tuple[Column, ...]) -> StoreObject:
    """Return what a row of `RELATIONS` lists."""
    _, schema, table, letter, granted, temporary, derived, definition, filled, risky = row
    item = StoreObject(f"{schema}.{table}", _KINDS.get(letter, str(letter)))
    derived_view = letter == "v" and derived
    accounted = (
        (temporary, "a temporary table of another session"),
        (letter == "p", "a partitioned table: its partitions are listed themselves"),
        (derived_view,
         "a view: its definition was scanned, and the tables it reads are listed themselves"),
        (not columns, "it has no columns"),
        (not filled, "a materialized view that was never filled"),
    )  # fmt: skip
    for reason in _holding(accounted):
        return replace(item, accounted=reason, definition=definition if derived_view else "")
    for reason, next_step in _holding(((risky, _RISKY), (not granted, _UNGRANTED))):
        return replace(item, unread=reason, next_step=next_step)
    # ONLY: what inherits from it is listed itself
    return replace(item, source=f"ONLY {quoted(schema)}.{quoted(table)}", columns=columns)


def _holding(told: Iterable[tuple[bool, T]]) -> Iterator[T]:
    return (what for holds, what in told if holds)


def column(row: Row) -> Column:
    """Return what a row of `COLUMNS` lists, with how to select it as text or bytes."""
    _, name, kind, leaves, composed, granted = row
    if not granted:
        return Column(name, kind, "the role may not read this column", "grant it SELECT on it")
    categories = _categories(leaves) or {kind: ""}
    alone = "" if composed else _only(categories)
    unknown = _unknown(categories) - ({alone} & _SELECTED.keys())
    if unknown:
        reason = f"values of type {', '.join(sorted(unknown))} cannot be scanned"
        return Column(name, kind, reason, _EXCLUDE)
    select = _SELECTED.get(alone, _FORMATTED).format(cell=quoted(name))
    return Column(name, kind, select=(select,))


def _categories(leaves: str) -> dict[str, str]:
    """Return the categories of the types that a column's type is made of."""
    return dict(leaf.split(":", 1)[::-1] for leaf in leaves.split(_SEPARATOR) if leaf)


def _only(types: Collection[str]) -> str:
    """Return the one type that a column's values are of; empty where there are several."""
    return next(iter(types)) if len(types) == 1 else ""


def _unknown(categories: Mapping[str, str]) -> set[str]:
    """Return the types, of these with their categories, whose text form may hide what they hold."""
    readable = {name for name, category in categories.items() if category in _READABLE_CATEGORIES}
    return categories.keys() - (readable - {"money"}) - _READABLE_TYPES


def large_objects(count: int) -> Iterator[StoreObject]:
    """Yield the ledger's line for large objects, which no table holds, where there are any."""
    if count:
        reason = f"{count} large objects cannot be scanned"
        yield StoreObject("pg_largeobject", "large objects", unread=reason, next_step=_EXCLUDE)
