"""No value that was read, and no password, may leave the scan."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from pydantic import TypeAdapter

from gatekeeper.core.digest import canonical
from gatekeeper.staging.gate import STAGING as GATE
from tests.staging.conftest import CARD, EMAIL, IBAN, Database, Run, Scan

RAW = [EMAIL, EMAIL.partition("@")[0], EMAIL.partition("@")[2], CARD, CARD[:6], IBAN, IBAN[-8:],
       "karla", "Geheim-9", "Winter, Karla"]  # fmt: skip


def everything_said(run: Run) -> str:
    recorded = canonical(TypeAdapter(GATE.evidence).dump_python(run.evidence, mode="json"))
    judged = TypeAdapter(type(run.judgement)).dump_json(run.judgement)
    return "\n".join([recorded.decode(), judged.decode(), *run.progress])


def test_planted_values_appear_nowhere(sqlite_file: Any, scan_url: Scan) -> None:
    row = (EMAIL, int(CARD), IBAN, f"Winter, Karla {EMAIL} {CARD}", EMAIL.encode() + b"\xff")
    sqlite_file(
        f'CREATE TABLE "of {EMAIL}" (a TEXT, b INTEGER, c TEXT, "{EMAIL}" TEXT, e BLOB);'
        f"CREATE VIEW \"v {CARD}\" AS SELECT '{IBAN}' AS a;",
        (f'INSERT INTO "of {EMAIL}" VALUES (?, ?, ?, ?, ?)', [row] * 3),
    )
    run = scan_url("sqlite:///shop.db")
    said = everything_said(run)
    assert len(run.judgement.findings) >= 6
    assert [word for word in RAW if word.lower() in said.lower()] == []
    assert "k***@b***.com" in said


def test_a_servers_errors_and_passwords_appear_nowhere(database: Database, scan_url: Scan) -> None:
    role = f"anna_{database.name}"
    database.run(
        f"CREATE ROLE {role} LOGIN PASSWORD 'Geheim-9'",
        "CREATE TABLE t (a text)",
        f"INSERT INTO t VALUES ('Winter, Karla {EMAIL}')",
        "CREATE FUNCTION same(v text) RETURNS text LANGUAGE sql AS 'SELECT v'",
        "CREATE VIEW broken AS SELECT same(a)::int AS n FROM t",
        f"GRANT SELECT ON t, broken TO {role}",
    )
    run = scan_url("${URL}", environment={"URL": database.url(role, "Geheim-9")})
    said = everything_said(run)
    assert run.item("public.broken").state == "unread"
    assert [word for word in RAW if word.lower() in said.lower()] == []
    assert f"postgresql://{role}:***@[socket]/{database.name}" in said


def test_the_name_of_a_type_is_masked_too(
    database: Database, sqlite_file: Any, scan_url: Scan
) -> None:
    sqlite_file(f'CREATE TABLE t (a "{EMAIL}"); INSERT INTO t VALUES (1);')
    database.run(f'CREATE TYPE "{EMAIL}" AS (a bytea)', f'CREATE TABLE t (a "{EMAIL}")',
                 f'CREATE TYPE "{CARD}" AS RANGE (subtype = bytea)',
                 f'CREATE TABLE u (a "{CARD}", b "{CARD}"[])')  # fmt: skip
    for url in ("sqlite:///shop.db", database.url()):
        said = everything_said(scan_url(url))
        assert [word for word in RAW if word.lower() in said.lower()] == []


def test_an_unexpected_crash_of_a_driver_shows_nothing_of_the_url(
    database: Database, scan_url: Scan
) -> None:
    """Even the traceback of what is raised must not quote the driver."""
    from gatekeeper.core.errors import GatekeeperError
    from gatekeeper.staging.stores.adbc import Link, linked

    def connect() -> object:
        raise OSError("cannot reach postgresql://anna:Geheim-9@host")

    from gatekeeper.staging.stores.postgresql import _explain_connecting

    with pytest.raises(GatekeeperError) as caught, linked(connect, _explain_connecting):
        pass
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "Geheim" not in str(caught.value)
    assert "Geheim" not in repr(Link(None, _explain_connecting))


def test_evidence_survives_a_round_trip_through_canonical_json(
    sqlite_file: Any, scan_url: Scan
) -> None:
    sqlite_file("CREATE TABLE t (a TEXT, b BLOB);", ("INSERT INTO t VALUES (?, ?)", [(EMAIL, b"")]))
    run = scan_url("sqlite:///shop.db")
    adapter = TypeAdapter(GATE.evidence)
    dumped = canonical(adapter.dump_python(run.evidence, mode="json"))
    assert adapter.validate_python(json.loads(dumped)) == run.evidence


def test_importing_the_gate_stays_light() -> None:
    code = (
        "import sys, gatekeeper.staging.gate; "
        "print([m for m in ('pyarrow', 'adbc_driver_manager', 'stdnum', 'numpy') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
