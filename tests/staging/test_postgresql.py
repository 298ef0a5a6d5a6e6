"""PostgreSQL, read for real."""

from __future__ import annotations

import os
import shutil
import signal
from typing import Any

import pytest

from gatekeeper.core.gate import Options
from gatekeeper.staging import reader
from gatekeeper.staging.gate import STAGING as GATE
from gatekeeper.staging.stores.postgresql import PostgresqlSession
from tests.staging.conftest import CARD, EMAIL, IBAN, Database, Scan, start_server


def test_every_kind_of_leak_is_found_with_its_column(database: Database, scan_url: Scan) -> None:
    database.run(
        "CREATE TABLE customers (id int, email text, card numeric, account varchar)",
        f"INSERT INTO customers VALUES (1, '{EMAIL.upper()}', {CARD}, '{IBAN}')",
    )
    run = scan_url(database.url(), name="shop")
    assert not run.judgement.failures
    assert run.rules() == {
        ("staging-production-email", "shop/public.customers/email"),
        ("staging-payment-card", "shop/public.customers/card"),
        ("staging-iban", "shop/public.customers/account"),
    }
    assert run.evidence.environments[0].stores[0].server.startswith("PostgreSQL ")


VALUES = {
    "json": f"""'{{"a": [{{"b": "{EMAIL}"}}]}}'""",
    "json escapes": """'{"a": "\\u006barla.winter\\u0040brightmail-planted.com"}'""",
    "jsonb": f"""'{{"a": [{{"b": "{EMAIL}"}}]}}'""",
    "text[]": f"ARRAY['x', '{EMAIL}']",
    "bytea": f"convert_to('{EMAIL}', 'UTF8')",
    "pair": f"ROW('x', '{EMAIL}')",
    "pair[]": f"ARRAY[ROW('x', '{EMAIL}')::pair]",
    "address": f"'{EMAIL}'",
    "picky": f"'{EMAIL}'",
    "text": f"repeat('lorem ipsum ', 5000) || '{EMAIL}'",
    "tsvector": f"to_tsvector('simple', '{EMAIL}')",
}


@pytest.mark.parametrize("kind", list(VALUES))
def test_an_address_is_found_in_a_column_of_any_type(
    kind: str, database: Database, scan_url: Scan
) -> None:
    database.run(
        "CREATE TYPE pair AS (a text, b text)",
        "CREATE DOMAIN address AS varchar(80) CHECK (value LIKE '%@%')",
        f"CREATE TYPE picky AS ENUM ('none', '{EMAIL}')",
        f"CREATE TABLE t (v {kind.removesuffix(' escapes')})",
        f"INSERT INTO t VALUES ({VALUES[kind]})",
    )
    run = scan_url(database.url(), name="shop")
    assert not run.judgement.failures
    assert run.rules() == {("staging-production-email", "shop/public.t/v")}


NUMBERS = {
    "int8": CARD,
    "numeric": CARD,
    "float8": CARD,
    "numeric(30,2)": CARD,
    "money": CARD,
    "int8[]": f"ARRAY[{CARD}]",
    "float8[]": f"ARRAY[0.5, {CARD}]",
    "pair": f"ROW('x', {CARD})",
    "json": """'{"pan": 4.716000011112221e15}'""",
}


@pytest.mark.parametrize("kind", list(NUMBERS))
def test_a_card_is_found_in_a_numeric_column(kind: str, database: Database, scan_url: Scan) -> None:
    database.run(
        # what a database sets for itself must not cut digits off
        f"ALTER DATABASE {database.name} SET extra_float_digits = -5",
        "CREATE TYPE pair AS (a text, b float8)",
        f"CREATE TABLE t (v {kind})",
        f"INSERT INTO t VALUES ({NUMBERS[kind]})",
    )
    expected = {("staging-payment-card", "shop/public.t/v")}
    assert scan_url(database.url(), name="shop").rules() == expected


@pytest.mark.parametrize(
    ("kind", "value", "named"),
    [
        ("money[]", f"ARRAY[{CARD}::money]", "money"),
        ("runs", f"runs(run('{EMAIL}'::bytea, NULL))", "bytea"),
    ],
)
def test_a_type_whose_text_would_hide_its_parts_is_a_failure(
    kind: str, value: str, named: str, database: Database, scan_url: Scan
) -> None:
    """Money has commas among its digits, and the bounds of a range of bytes come as hex."""
    database.run(
        "CREATE TYPE run AS RANGE (subtype = bytea, multirange_type_name = runs)",
        f"CREATE TABLE t (v {kind})",
        f"INSERT INTO t VALUES ({value})",
    )
    assert f"values of type {named} cannot be scanned" in scan_url(database.url()).reasons()


def test_special_numbers_do_not_stop_the_scan(database: Database, scan_url: Scan) -> None:
    database.run(
        "CREATE TABLE t (f float8, g float4, n numeric)",
        "INSERT INTO t VALUES ('NaN', 'NaN', 'NaN'), ('Infinity', '-Infinity', 'Infinity'),"
        " (1e300, -1e30, 1e300), (NULL, NULL, NULL), (0.5, -0.0, 7)",
    )
    run = scan_url(database.url())
    assert not run.judgement.failures
    assert run.item("public.t").rows == 5


@pytest.mark.parametrize(
    ("kind", "value"),
    [("bytea[]", "ARRAY['\\xff'::bytea]"), ("hidden", "ROW('\\x41'::bytea)"), ("bytea", "'\\xff'")],
)
def test_bytes_that_cannot_be_read_are_a_failure_with_the_columns_name(
    kind: str, value: str, database: Database, scan_url: Scan
) -> None:
    database.run(
        "CREATE TYPE hidden AS (a bytea)",
        f"CREATE TABLE t (id int, v {kind})",
        f"INSERT INTO t VALUES (1, {value})",
    )
    run = scan_url(database.url(), name="shop")
    assert "staging: shop/public.t/v was not read in full" in run.reasons()
    assert run.judgement.failures[0].next_step
    excluded = {"object": "public.t/v", "reason": "rendered thumbnails, no personal data"}
    assert not scan_url(database.url(), exclude=[excluded]).judgement.failures


@pytest.fixture
def role(database: Database) -> str:
    name = f"scanner_{database.name}"
    database.run(f"CREATE ROLE {name} LOGIN", "CREATE TABLE seen (a text)",
                 "INSERT INTO seen VALUES ('x')", f"GRANT SELECT ON seen TO {name}")  # fmt: skip
    return name


def test_a_table_without_a_grant_is_listed_and_fails(
    database: Database, role: str, scan_url: Scan
) -> None:
    database.run("CREATE TABLE hidden (a text)", f"INSERT INTO hidden VALUES ('{EMAIL}')")
    run = scan_url(database.url(role), name="shop")
    assert run.item("public.hidden").state == "unread"
    assert "shop/public.hidden was not read in full: the role may not read it" in run.reasons()
    assert "grant" in run.judgement.failures[0].next_step


def test_a_column_without_a_grant_fails(database: Database, role: str, scan_url: Scan) -> None:
    database.run("CREATE TABLE half (a text, b text)", "INSERT INTO half VALUES ('x', 'y')",
                 f"GRANT SELECT (a) ON half TO {role}")  # fmt: skip
    run = scan_url(database.url(role), name="shop")
    assert "shop/public.half/b was not read in full" in run.reasons()
    assert "half/a " not in run.reasons()


def test_a_schema_without_a_grant_fails(database: Database, role: str, scan_url: Scan) -> None:
    database.run("CREATE SCHEMA attic", "CREATE TABLE attic.t (a text)",
                 f"GRANT SELECT ON attic.t TO {role}")  # fmt: skip
    assert "attic.t was not read in full" in scan_url(database.url(role)).reasons()


def test_row_level_security_is_a_failure_not_an_empty_table(
    database: Database, role: str, scan_url: Scan
) -> None:
    database.run("CREATE TABLE walled (a text)", f"INSERT INTO walled VALUES ('{EMAIL}')",
                 "ALTER TABLE walled ENABLE ROW LEVEL SECURITY",
                 f"GRANT SELECT ON walled TO {role}")  # fmt: skip
    run = scan_url(database.url(role), name="shop")
    assert "shop/public.walled was not read in full: row-level security" in run.reasons()
    assert run.item("public.seen").state == "read", "one unreadable table stops no other"


def test_views_partitions_and_materialized_views_are_in_the_ledger(
    database: Database, scan_url: Scan
) -> None:
    database.run(
        "CREATE TABLE sales (day int, note text) PARTITION BY RANGE (day)",
        "CREATE TABLE sales_1 PARTITION OF sales FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE sales_2 PARTITION OF sales FOR VALUES FROM (10) TO (20)",
        f"INSERT INTO sales VALUES (1, 'a'), (11, '{EMAIL}')",
        "CREATE VIEW latest AS SELECT * FROM sales",
        "CREATE MATERIALIZED VIEW old AS SELECT * FROM sales",
        "CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM sales WITH NO DATA",
        f"CREATE VIEW invented AS SELECT '{EMAIL}' AS a",
        f"CREATE VIEW mixed AS SELECT note FROM sales UNION ALL SELECT '{EMAIL}'",
        "CREATE FUNCTION secret() RETURNS text LANGUAGE plpgsql AS"
        f" $$ BEGIN RETURN reverse('{EMAIL[::-1]}'); END $$",
        "CREATE VIEW through_code AS SELECT secret() AS a FROM sales",
        "CREATE TABLE parent (a text)",
        "CREATE TABLE child () INHERITS (parent)",
        f"INSERT INTO child VALUES ('{EMAIL}')",
    )
    run = scan_url(database.url(), name="shop")
    assert not run.judgement.failures
    states = {o.name: (o.kind, o.state, o.rows)
              for o in run.evidence.environments[0].stores[0].objects}  # fmt: skip
    assert states == {
        "public.sales": ("partitioned table", "accounted", 0),
        "public.sales_1": ("partition", "read", 1),
        "public.sales_2": ("partition", "read", 1),
        "public.latest": ("view", "accounted", 0),
        "public.old": ("materialized view", "read", 2),
        "public.unfilled": ("materialized view", "accounted", 0),
        "public.invented": ("view", "read", 1),
        "public.mixed": ("view", "accounted", 0),
        "public.through_code": ("view", "read", 2),
        "public.parent": ("table", "read", 0),
        "public.child": ("table", "read", 1),
    }
    assert {place for _, place in run.rules()} == {
        "shop/public.sales_2/note",
        "shop/public.old/note",
        "shop/public.invented/a",
        "shop/public.mixed/(definition)",
        "shop/public.through_code/a",
        "shop/public.child/a",
    }


def test_a_superuser_runs_no_view(database: Database, scan_url: Scan) -> None:
    """A view may call a function that its author wrote for whoever has more rights."""
    database.run("CREATE TABLE t (a text)", "INSERT INTO t VALUES ('x')",
                 "CREATE FUNCTION trap() RETURNS text LANGUAGE plpgsql AS"
                 " $$ BEGIN COPY (SELECT 1) TO PROGRAM 'touch trapped'; RETURN 'x'; END $$",
                 "CREATE VIEW v AS SELECT trap() AS a FROM t")  # fmt: skip
    run = scan_url(database.url("postgres"), name="shop")
    assert "shop/public.v was not read in full: reading it could run" in run.reasons()
    assert not (database.server.folder / "data" / "trapped").exists()


def test_a_role_that_can_become_superuser_runs_no_view(
    database: Database, role: str, scan_url: Scan
) -> None:
    database.run(f"GRANT postgres TO {role}", f"CREATE VIEW v AS SELECT '{EMAIL}' AS a")
    run = scan_url(database.url(role), name="shop")
    assert "shop/public.v was not read in full: reading it could run" in run.reasons()


def test_a_view_that_reads_more_than_tables_is_read(database: Database, scan_url: Scan) -> None:
    """An operator is a function too; and where a view inserts says nothing of what it reads."""
    database.run(
        "CREATE TABLE t (a text)",
        "INSERT INTO t VALUES ('x')",
        "CREATE FUNCTION secret(text) RETURNS text LANGUAGE plpgsql AS"
        f" $$ BEGIN RETURN reverse('{EMAIL[::-1]}'); END $$",
        "CREATE OPERATOR ## (rightarg = text, procedure = secret)",
        "CREATE VIEW operated AS SELECT ## a AS a FROM t",
        f"CREATE VIEW inserting AS SELECT reverse('{EMAIL[::-1]}') AS a",
        "CREATE RULE r AS ON INSERT TO inserting DO INSTEAD INSERT INTO t VALUES ('x')",
    )
    run = scan_url(database.url(), name="shop")
    assert not run.judgement.failures
    assert {place for _, place in run.rules()} == {
        "shop/public.operated/a",
        "shop/public.inserting/a",
    }


def test_what_a_view_sets_does_not_outlive_it(database: Database, scan_url: Scan) -> None:
    """Else one view could put its own `format` in place, and let rows be hidden again."""
    database.run(
        "CREATE SCHEMA own",
        "GRANT USAGE ON SCHEMA own TO public",
        "CREATE FUNCTION own.format(text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'no' $$",
        "CREATE FUNCTION own.trap() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM"
        " set_config('search_path', 'own, pg_catalog', false),"
        " set_config('row_security', 'on', false); RETURN 'x'; END $$",
        "CREATE VIEW a AS SELECT own.trap() AS a",
        "CREATE TABLE t (a text)",
        f"INSERT INTO t VALUES ('{EMAIL}')",
        "CREATE TABLE walled (a text)",
        f"INSERT INTO walled VALUES ('{EMAIL}')",
        "ALTER TABLE walled ENABLE ROW LEVEL SECURITY",
    )
    run = scan_url(database.url(), name="shop")
    assert run.item("public.a").state == "read"
    assert run.rules() == {("staging-production-email", "shop/public.t/a")}
    assert "shop/public.walled was not read in full: row-level security" in run.reasons()


@pytest.mark.parametrize(
    "changes",
    [
        ["ALTER TABLE t ALTER a TYPE varchar(90)", "ALTER TABLE t ALTER a TYPE char(90)"],
        ["ALTER TABLE t RENAME TO u; CREATE TABLE t (a text); DROP TABLE u",
         f"INSERT INTO t VALUES ('{EMAIL}')"],
        ["TRUNCATE t", f"INSERT INTO t VALUES ('{EMAIL}')"],
    ],
    ids=["rewritten", "replaced", "filled anew"],
)  # fmt: skip
def test_a_table_that_changes_under_the_scan_is_not_taken_for_empty(
    changes: list[str], database: Database, scan_url: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run("CREATE TABLE t (a text)", f"INSERT INTO t VALUES ('{EMAIL}')",
                 "CREATE TABLE full_one (a text)", "INSERT INTO full_one VALUES ('x')",
                 "CREATE TABLE empty_one (a text)")  # fmt: skip
    listed = PostgresqlSession.objects

    def list_then_change(session: PostgresqlSession) -> Any:
        objects = listed(session)
        database.run(*changes)
        return objects

    monkeypatch.setattr(PostgresqlSession, "objects", list_then_change)
    run = scan_url(database.url(), name="shop")
    (failure,) = run.judgement.failures
    assert "shop/public.t was not read in full: it was rewritten or replaced" in failure.reason


def test_a_cast_that_lies_is_not_asked(database: Database, scan_url: Scan) -> None:
    database.run(
        "CREATE TYPE pair AS (a text, b text)",
        "CREATE FUNCTION lie(pair) RETURNS text LANGUAGE sql AS $$ SELECT 'nothing here' $$",
        "CREATE CAST (pair AS text) WITH FUNCTION lie(pair) AS IMPLICIT",
        "CREATE TABLE t (v pair)",
        f"INSERT INTO t VALUES (ROW('x', '{EMAIL}'))",
    )
    assert scan_url(database.url(), name="shop").rules() == {
        ("staging-production-email", "shop/public.t/v")
    }


def test_a_function_named_like_a_built_in_one_is_not_asked(
    database: Database, scan_url: Scan
) -> None:
    database.run(
        "CREATE TYPE pair AS (a text, b text)",
        "CREATE FUNCTION format(text, pair) RETURNS text LANGUAGE sql AS $$ SELECT 'nothing' $$",
        "CREATE FUNCTION abs(float8) RETURNS float8 LANGUAGE sql AS $$ SELECT 1e20::float8 $$",
        f"ALTER DATABASE {database.name} SET search_path = public, pg_catalog",
        "CREATE TABLE t (v pair, n float8)",
        f"INSERT INTO t VALUES (ROW('x', '{EMAIL}'), {CARD})",
    )
    assert scan_url(database.url(), name="shop").rules() == {
        ("staging-production-email", "shop/public.t/v"),
        ("staging-payment-card", "shop/public.t/n"),
    }


def test_large_objects_are_a_failure_until_excluded(database: Database, scan_url: Scan) -> None:
    database.run("CREATE TABLE t (a text)", "INSERT INTO t VALUES ('x')",
                 f"SELECT lo_from_bytea(0, '{EMAIL}')")  # fmt: skip
    assert "pg_largeobject was not read in full" in scan_url(database.url()).reasons()
    excluded = {"object": "pg_largeobject", "reason": "scanned invoices, masked at the source"}
    assert not scan_url(database.url(), exclude=[excluded]).judgement.failures


@pytest.mark.parametrize("name", ['we"ird', "semi;colon", "naïve ☃", "select", "A.b/c", "%s", "o'"])
def test_unusual_names_hide_nothing(name: str, database: Database, scan_url: Scan) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    database.run(
        f"CREATE SCHEMA {quoted}",
        f'CREATE TABLE {quoted}.{quoted} ({quoted} text, "x" text GENERATED ALWAYS AS'
        f" ({quoted} || '.de') STORED)",
        f"INSERT INTO {quoted}.{quoted} VALUES ('{EMAIL}')",
    )
    run = scan_url(database.url(), name="shop")
    assert not run.judgement.failures
    assert run.rules() == {
        ("staging-production-email", f"shop/{name}.{name}/{name}"),
        ("staging-production-email", f"shop/{name}.{name}/x"),
    }


def test_a_schema_named_like_the_servers_own_is_read(database: Database, scan_url: Scan) -> None:
    database.run("CREATE TABLE information_schema.t (a text)",
                 f"INSERT INTO information_schema.t VALUES ('{EMAIL}')")  # fmt: skip
    run = scan_url(database.url(), name="shop")
    assert run.rules() == {("staging-production-email", "shop/information_schema.t/a")}


def test_a_table_among_the_servers_own_is_read(database: Database, scan_url: Scan) -> None:
    database.run("SET allow_system_table_mods = on", "CREATE TABLE pg_toast.t (a text)",
                 f"INSERT INTO pg_toast.t VALUES ('{EMAIL}')")  # fmt: skip
    run = scan_url(database.url(), name="shop")
    assert run.rules() == {("staging-production-email", "shop/pg_toast.t/a")}


def test_an_empty_database_is_no_pass(database: Database, scan_url: Scan) -> None:
    run = scan_url(database.url())
    assert "was read and holds nothing" in run.reasons()
    assert not run.judgement.checked


def test_100_000_rows_stream_in_several_batches(database: Database, scan_url: Scan) -> None:
    database.run(
        "CREATE TABLE t (id int, email text, note text)",
        "INSERT INTO t SELECT g, 'user' || g || '@example.com', repeat('x', 400)"
        " FROM generate_series(1, 100000) g",
        f"UPDATE t SET email = '{EMAIL}' WHERE id IN (3, 50000, 100000)",
    )
    run = scan_url(database.url(), name="shop")
    assert not run.judgement.failures
    assert run.item("public.t").rows == run.item("public.t").counted == 100_000
    (finding,) = run.judgement.findings
    assert "holds 3 e-mail addresses" in finding.message
    assert "99,997 reserved" in finding.message


def test_nothing_can_be_written(database: Database, scan_url: Scan) -> None:
    """A view can call a function that writes: the transaction must refuse it."""
    database.run(
        "CREATE TABLE log (a text)",
        "CREATE FUNCTION note() RETURNS text LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO log VALUES ('x'); RETURN 'x'; END $$",
        "CREATE VIEW v AS SELECT note() AS a",
    )
    run = scan_url(database.url(), name="shop")
    assert "shop/public.v was not read in full" in run.reasons()
    assert scan_url(database.url()).item("public.log").counted == 0


def test_a_statement_that_takes_too_long_is_a_failure(database: Database, scan_url: Scan) -> None:
    database.run("CREATE TABLE t (a text)", "INSERT INTO t VALUES ('x')",
                 "CREATE VIEW slow AS SELECT pg_sleep(60)::text AS a")  # fmt: skip
    run = scan_url(database.url(), name="shop", deadline=1.5)
    assert "shop/public.slow was not read in full: the server gave up" in run.reasons()


def test_an_error_in_the_middle_of_a_table_is_a_failure_that_quotes_no_data(
    database: Database, scan_url: Scan
) -> None:
    database.run(
        "CREATE FUNCTION bad(n int) RETURNS text LANGUAGE plpgsql AS"
        f" $$ BEGIN IF n > 500 THEN RAISE '{EMAIL}'; END IF; RETURN 'x'; END $$",
        "CREATE TABLE t (n int)",
        "INSERT INTO t SELECT generate_series(1, 1000)",
        "CREATE VIEW v AS SELECT bad(n) AS a FROM t",
    )
    run = scan_url(database.url(), name="shop")
    assert "shop/public.v was not read in full" in run.reasons()
    assert "karla" not in repr(run)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://anna:Ge%40heim-9@127.0.0.1:1/shop", "no server answers there"),
        ("postgresql://anna:Ge/heim-9@127.0.0.1:1/shop", "more than one way"),
        ("postgresql://anna:Ge@heim-9@127.0.0.1:1/shop", "more than one way"),
        ("postgresql://anna:Ge#heim-9@127.0.0.1:1/shop", "more than one way"),
        ("postgresql://anna:Ge?heim-9@127.0.0.1:1/shop", "more than one way"),
        ("postgresql://anna:Geheim-9@127.0.0.1:port/shop", "more than one way"),
        ("postgresql:anna:Geheim-9", "no store of this kind"),
        ("mysql://anna:Geheim-9@127.0.0.1/shop", "no store of this kind"),
        ("anna:Geheim-9", "no store of this kind"),
        ("Geheim-9", "no store of this kind"),
    ],
)
def test_a_store_that_cannot_be_reached_is_a_failure_that_shows_no_password(
    url: str, words: str, scan_url: Scan
) -> None:
    run = scan_url("${STAGING_URL}", environment={"STAGING_URL": url})
    assert words in run.reasons()
    assert not run.judgement.checked
    assert "heim" not in repr((run.evidence, run.judgement, run.progress))


def test_a_variable_that_is_not_set_is_a_failure(scan_url: Scan) -> None:
    assert "variable STAGING_URL is not set" in scan_url("${STAGING_URL}").reasons()


@pytest.fixture(scope="module")
def own_server() -> Any:
    """A server to lock, to starve and to kill."""
    running = start_server("gkkill")
    Database(running, "postgres").run("CREATE ROLE anna LOGIN PASSWORD 'Geheim-9'")
    lines = ["local all postgres,scanner trust", "local all all scram-sha-256"]
    (running.folder / "data" / "pg_hba.conf").write_text("\n".join(lines) + "\n")
    Database(running, "postgres").run("SELECT pg_reload_conf()")
    yield running
    running.handle.cleanup()
    shutil.rmtree(running.folder, ignore_errors=True)


def test_a_wrong_password_is_not_authorised_and_is_not_shown(
    own_server: Any, scan_url: Scan
) -> None:
    run = scan_url(own_server.url("postgres", "anna", "Falsch-7"))
    assert "the server refused the user name or password" in run.reasons()
    assert all(failure.unauthorised for failure in run.judgement.failures)
    assert "Falsch" not in repr((run.evidence, run.judgement, run.progress))


def test_a_server_that_is_killed_during_the_scan_is_a_failure_for_all_that_is_left(
    own_server: Any, scan_url: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    Database(own_server, "postgres").run(
        "CREATE TABLE a (x text)",
        "INSERT INTO a SELECT repeat('x', 1000) FROM generate_series(1, 100000)",
        "CREATE TABLE b (x text)",
        "INSERT INTO b VALUES ('x')",
    )
    scan, calls = reader.scan, []

    def scan_then_kill(*arguments: Any, **more: Any) -> Any:
        if not calls:
            os.kill(own_server.handle.get_pid(), signal.SIGQUIT)
        calls.append(1)
        return scan(*arguments, **more)

    monkeypatch.setattr(reader, "scan", scan_then_kill)
    run = scan_url(own_server.url("postgres", "postgres"), name="shop")
    assert run.item("public.a").state == run.item("public.b").state == "unread"
    assert not run.judgement.checked


def test_the_environment_on_the_command_line_must_be_declared(
    request_for: Any, tmp_path: Any
) -> None:
    from gatekeeper.core.errors import EvidenceError, UsageError

    settings = {"environments": {"staging": {"stores": [{"url": "sqlite:///a.db"}]}}}
    request = request_for(GATE, tmp_path, settings=settings, options=Options(environment="stging"))
    with pytest.raises(UsageError, match="it declares: staging"):
        GATE.collect(request)
    with pytest.raises(EvidenceError, match="no environment is declared"):
        GATE.collect(request_for(GATE, tmp_path))
