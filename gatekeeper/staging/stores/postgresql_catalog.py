"""What PostgreSQL's catalog lists, and what becomes of each entry."""

from __future__ import annotations

from typing import Any

from gatekeeper.staging.stores.adbc import quoted
from gatekeeper.staging.stores.interface import Column, StoreObject

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
_WHOLE_REALS = frozenset({"float4", "float8"})
# A view can call any function, and that runs with the rights of whoever reads the view.
_RISKY = "reading it could run the database's own code with a superuser's rights"
_RISKY_STEP = "scan with a role that is no superuser, e.g. a member of pg_read_all_data"
_EXCLUDE = "exclude it in the policy with the reason why it cannot hold personal data"

# A view is derived when it reads user tables alone: no system relation, no function but
# built-in ones (dblink would bring values that no table here holds).
RELATIONS = f"""
WITH source AS (
    SELECT r.ev_class AS view,
           bool_or(d.refclassid = 'pg_class'::regclass AND d.refobjid >= {_FIRST}
                   AND d.refobjid <> r.ev_class) AS reads_tables,
           bool_or((d.refclassid = 'pg_class'::regclass AND d.refobjid < {_FIRST})
                   OR (d.refclassid = 'pg_proc'::regclass AND d.refobjid >= {_FIRST})
                  ) AS reads_more
    FROM pg_rewrite AS r
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    GROUP BY r.ev_class
)
SELECT c.oid::int8, n.nspname::text, c.relname::text,
       CASE WHEN c.relispartition AND c.relkind = 'r' THEN 'partition' ELSE c.relkind::text END,
       has_any_column_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'),
       pg_is_other_temp_schema(n.oid),
       coalesce(s.reads_tables AND NOT s.reads_more, false),
       CASE WHEN c.relkind = 'v' THEN coalesce(pg_get_viewdef(c.oid), '') ELSE '' END,
       CASE WHEN c.relkind = 'm' THEN c.relispopulated ELSE true END,
       c.relkind = 'v' AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN source AS s ON s.view = c.oid
WHERE c.oid >= {_FIRST} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname <> 'pg_toast'
ORDER BY n.nspname, c.relname
"""  # noqa: S608 (no value from outside)

# For every column the types that its type is made of: of arrays their elements, of domains what
# they restrict, of composites their attributes, of ranges their bounds.
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
        UNION ALL SELECT r.rngsubtype FROM pg_range AS r WHERE r.rngtypid = t.oid
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

LARGE_OBJECTS = "SELECT count(*) FROM pg_largeobject_metadata"


def relation(row: tuple[Any, ...], columns: tuple[Column, ...]) -> StoreObject:
    """Return what a row of `RELATIONS` lists."""
    _, schema, table, letter, granted, temporary, derived, definition, filled, risky = row
    name, kind = f"{schema}.{table}", _KINDS.get(letter, letter)
    view = letter == "v" and derived
    reasons = (
        (temporary, "a temporary table of another session"),
        (letter == "p", "a partitioned table: its partitions are listed themselves"),
        (view, "a view: its definition was scanned, and the tables it reads are listed themselves"),
        (not columns, "it has no columns"),
        (not filled, "a materialized view that was never filled"),
    )
    if accounted := next((reason for holds, reason in reasons if holds), ""):
        text = definition if view else ""
        return StoreObject(name, kind, accounted=accounted, definition=text)
    if risky:
        return StoreObject(name, kind, unread=_RISKY, next_step=_RISKY_STEP)
    if not granted:
        step = "grant the role USAGE on the schema and SELECT on it"
        return StoreObject(name, kind, unread="the role may not read it", next_step=step)
    # ONLY: what inherits from it is listed itself
    return StoreObject(name, kind, f"ONLY {quoted(schema)}.{quoted(table)}", columns)


def column(row: tuple[Any, ...]) -> Column:
    """Return what a row of `COLUMNS` lists, with how to select it as text or bytes."""
    _, name, kind, leaves, composed, granted = row
    if not granted:
        return Column(name, kind, "the role may not read this column", "grant it SELECT on it")
    categories = dict(leaf.split(":", 1)[::-1] for leaf in leaves.split(_SEPARATOR) if leaf)
    types = set(categories)
    if types == {"bytea"} and not composed:
        return Column(name, kind, select=(f"{quoted(name)}::bytea",))
    if unknown := _unknown(categories) or ([] if types else [kind]):
        reason = f"values of type {', '.join(unknown)} cannot be scanned"
        return Column(name, kind, reason, _EXCLUDE)
    return Column(name, kind, select=(_text(quoted(name), types, composed),))


def _unknown(categories: dict[str, str]) -> list[str]:
    """Return the types, of these with their categories, whose text form may hide what they hold."""
    readable = {name for name, category in categories.items() if category in _READABLE_CATEGORIES}
    return sorted(categories.keys() - readable - _READABLE_TYPES)


def large_objects(count: int) -> StoreObject:
    """Return the ledger's line for large objects, which no table holds."""
    return StoreObject(
        "pg_largeobject",
        "large objects",
        unread=f"{count} large objects cannot be scanned",
        next_step=_EXCLUDE,
    )


def _text(cell: str, types: set[str], composed: bool) -> str:
    """Return an expression for a cell as text, whole numbers as their digits.

    A float would come out as 4.1e+15, and money as $4,111. `format` asks the type itself: a cast
    to text could be a function of the database's owner, and say anything.
    """
    if types == {"money"} and not composed:
        return f"({cell})::numeric::text"
    if types <= _WHOLE_REALS and not composed:
        whole = f"abs({cell}) < 9e15 AND {cell} = trunc({cell})"
        return f"CASE WHEN {whole} THEN ({cell})::int8::text ELSE ({cell})::text END"
    return f"format('%s', {cell})"
