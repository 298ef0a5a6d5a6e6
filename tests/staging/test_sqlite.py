"""SQLite files, read for real."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.staging.gate import STAGING as GATE
from tests.staging.conftest import CARD, EMAIL, IBAN, Scan

URL = "sqlite:///shop.db"


def test_a_clean_staging_passes_and_says_how_much_was_read(
    sqlite_file: Any, scan_url: Scan
) -> None:
    sqlite_file(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT);",
        ("INSERT INTO customers (email) VALUES (?)", [(f"u{n}@example.com",) for n in range(500)]),
    )
    run = scan_url(URL)
    assert not run.judgement.failures
    assert not run.judgement.findings
    assert run.item("customers").rows == 500
    text = "\n".join(run.judgement.checked)
    assert "1 objects listed = 1 read fully" in text
    assert "500 of 500 rows, 2 of 2 columns, nothing found: leak rate < 0.006 at 95 %" in text


def test_every_kind_of_leak_is_found_with_its_column(sqlite_file: Any, scan_url: Scan) -> None:
    sqlite_file(
        "CREATE TABLE customers (email TEXT, card INTEGER, account TEXT);",
        ("INSERT INTO customers VALUES (?, ?, ?)", [(EMAIL, int(CARD), IBAN)] * 3),
    )
    run = scan_url(URL)
    assert run.rules() == {
        ("staging-production-email", "shop/customers/email"),
        ("staging-payment-card", "shop/customers/card"),
        ("staging-iban", "shop/customers/account"),
    }
    assert all(finding.blocking for finding in run.judgement.findings)
    assert "shop/customers/" in run.judgement.summary
    assert run.judgement.next_steps


def test_28_leaked_rows_among_20_000_are_found(sqlite_file: Any, scan_url: Scan) -> None:
    rows = [(f"u{n}@example.com",) for n in range(20_000)]
    rows[7_000:7_028] = [(f"customer{n}@brightmail-planted.com",) for n in range(28)]
    sqlite_file("CREATE TABLE t (email TEXT);", ("INSERT INTO t VALUES (?)", rows))
    (finding,) = scan_url(URL).judgement.findings
    assert "holds 28 e-mail addresses" in finding.message
    assert "19,972 reserved" in finding.message


def test_a_column_of_mixed_types_loses_nothing(sqlite_file: Any, scan_url: Scan) -> None:
    filler: list[tuple[Any]] = [(None,)] * 3000 + [(7,)] * 3000 + [(2.5,)] * 3000
    odd = [(int(CARD),), (float(CARD),), (CARD,), (EMAIL.encode(),), (f"x\0{EMAIL}",)]
    sqlite_file("CREATE TABLE t (any);", ("INSERT INTO t VALUES (?)", filler + odd))
    run = scan_url(URL)
    assert not run.judgement.failures
    (column,) = run.item("t").columns
    assert column.values == 6005
    assert {found.detector: found.valid for found in column.detections} == {
        "email": 2,
        "payment-card": 3,
    }


def test_a_number_with_a_point_keeps_all_its_digits(sqlite_file: Any, scan_url: Scan) -> None:
    rows = [(float(CARD),), (9792000011112250.0,)]
    sqlite_file("CREATE TABLE t (a REAL);", ("INSERT INTO t VALUES (?)", rows))
    (column,) = scan_url(URL).item("t").columns
    assert [(found.detector, found.valid) for found in column.detections] == [("payment-card", 2)]


@pytest.mark.parametrize("name", ['we"ird', "semi;colon", "naïve ☃", "select", "a.b/c", "o'clock"])
def test_unusual_names_of_tables_and_columns_hide_nothing(
    name: str, sqlite_file: Any, scan_url: Scan
) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    sqlite_file(
        f"CREATE TABLE {quoted} ({quoted} TEXT);",
        (f"INSERT INTO {quoted} VALUES (?)", [(EMAIL,)]),
    )
    run = scan_url(URL)
    assert not run.judgement.failures
    assert run.rules() == {("staging-production-email", f"shop/{name}/{name}")}


def test_generated_columns_are_read(sqlite_file: Any, scan_url: Scan) -> None:
    domain = EMAIL.partition("@")[2]
    sqlite_file(
        f"CREATE TABLE t (who TEXT, a TEXT AS (who || '@{domain}'),"
        f" b TEXT AS (who || '@{domain}') STORED);",
        ("INSERT INTO t VALUES (?)", [("karla",)]),
    )
    assert scan_url(URL).rules() == {
        ("staging-production-email", "shop/t/a"),
        ("staging-production-email", "shop/t/b"),
    }


def test_a_view_is_accounted_for_and_its_literals_are_scanned(
    sqlite_file: Any, scan_url: Scan
) -> None:
    sqlite_file(
        "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');"
        "CREATE VIEW plain AS SELECT a FROM t;"
        f"CREATE VIEW holding AS SELECT a FROM t UNION ALL SELECT '{EMAIL}';"
    )
    run = scan_url(URL)
    assert run.item("plain").state == "accounted"
    assert run.item("plain").reason
    assert run.rules() == {("staging-production-email", "shop/holding/(definition)")}
    assert "3 objects listed = 1 read fully + 2 accounted for" in run.judgement.checked[0]


def test_tables_without_rowid_and_virtual_tables_are_read(sqlite_file: Any, scan_url: Scan) -> None:
    sqlite_file(
        "CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE u (a INTEGER);"
        "CREATE VIRTUAL TABLE r USING rtree(id, low, high, +note);",
        ("INSERT INTO t VALUES (?)", [(EMAIL,)]),
        ("INSERT INTO r VALUES (1, 0, 1, ?)", [(EMAIL,)]),
    )
    run = scan_url(URL)
    assert ("staging-production-email", "shop/t/a") in run.rules()
    assert ("staging-production-email", "shop/r/note") in run.rules()
    assert "r_node/data was not read in full" in run.reasons()


def test_rows_that_still_stand_in_the_write_ahead_log_are_read(
    tmp_path: Path, scan_url: Scan
) -> None:
    writer = sqlite3.connect(tmp_path / "shop.db")
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("CREATE TABLE t (a TEXT)")
    writer.commit()
    writer.execute("INSERT INTO t VALUES (?)", (EMAIL,))
    writer.commit()
    try:
        assert scan_url(URL).rules() == {("staging-production-email", "shop/t/a")}
    finally:
        writer.close()


def test_utf_16_databases_are_read(sqlite_file: Any, scan_url: Scan) -> None:
    sqlite_file(
        "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a TEXT);",
        ("INSERT INTO t VALUES (?)", [(EMAIL,)]),
    )
    run = scan_url(URL)
    assert not run.judgement.failures
    assert run.rules() == {("staging-production-email", "shop/t/a")}


def test_bytes_that_are_no_text_fail_with_the_columns_name_until_excluded(
    sqlite_file: Any, scan_url: Scan
) -> None:
    sqlite_file(
        "CREATE TABLE t (id INTEGER, photo BLOB); INSERT INTO t VALUES (1, x'ff00ff'), (2, x'41');"
    )
    run = scan_url(URL)
    assert "staging: shop/t/photo was not read in full: 1 of 2 values are no text" in run.reasons()
    excluded = {"object": "t/photo", "reason": "product photos, made by the design team"}
    run = scan_url(URL, exclude=[excluded])
    assert not run.judgement.failures
    assert any("product photos" in line for line in run.judgement.checked)


def test_text_that_is_no_utf_8_fails_and_its_readable_part_is_still_scanned(
    sqlite_file: Any, scan_url: Scan
) -> None:
    latin = f"Zoë <{EMAIL}>".encode("latin-1").hex()
    sqlite_file(f"CREATE TABLE t (a TEXT); INSERT INTO t VALUES (CAST(x'{latin}' AS TEXT));")
    run = scan_url(URL)
    assert "1 of 1 values are no text" in run.reasons()
    assert run.rules() == {("staging-production-email", "shop/t/a")}


@pytest.mark.parametrize("script", ["", "CREATE TABLE t (a TEXT);"])
def test_an_empty_database_is_no_pass(script: str, sqlite_file: Any, scan_url: Scan) -> None:
    sqlite_file(script)
    run = scan_url(URL)
    assert "was read and holds" in run.reasons()
    assert not run.judgement.checked


@pytest.mark.parametrize("name", [b"table_name", b"column_name"])
def test_a_name_that_is_no_utf_8_is_an_error_and_no_crash(
    name: bytes, sqlite_file: Any, scan_url: Scan
) -> None:
    path = sqlite_file("CREATE TABLE table_name (column_name TEXT);")
    path.write_bytes(path.read_bytes().replace(name, b"\xff" + name[1:]))
    assert "a name in its schema is no UTF-8 text" in scan_url(URL).reasons()


def test_a_journal_that_is_still_to_be_played_back_is_an_error(
    sqlite_file: Any, tmp_path: Path, scan_url: Scan
) -> None:
    rows = [("filler " * 50,)] * 2000
    source = sqlite_file("CREATE TABLE t (a);", ("INSERT INTO t VALUES (?)", rows), name="live.db")
    writer = sqlite3.connect(source)
    writer.execute("PRAGMA cache_size = 2")
    writer.execute("DELETE FROM t WHERE rowid < 1900")
    for suffix in ("", "-journal"):
        shutil.copy(f"{source}{suffix}", tmp_path / f"shop.db{suffix}")
    writer.rollback()
    writer.close()
    assert "its journal is still to be played back" in scan_url(URL).reasons()


def test_a_missing_file_is_an_error_and_is_not_made(tmp_path: Path, scan_url: Scan) -> None:
    run = scan_url("sqlite:///nowhere/none.db")
    assert "(sqlite:///nowhere/none.db): there is no such file" in run.reasons()
    assert not list(tmp_path.iterdir())


def test_a_folder_is_no_database(tmp_path: Path, scan_url: Scan) -> None:
    (tmp_path / "shop.db").mkdir()
    assert "there is no such file" in scan_url(URL).reasons()


def test_a_file_of_another_format_is_an_error(tmp_path: Path, scan_url: Scan) -> None:
    (tmp_path / "shop.db").write_bytes(b"PK\x03\x04" * 4000)
    assert "the file is no SQLite database" in scan_url(URL).reasons()


def test_a_truncated_file_is_an_error_wherever_it_is_cut(sqlite_file: Any, scan_url: Scan) -> None:
    path = sqlite_file(
        "CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT);",
        ("INSERT INTO a VALUES (?)", [("filler " * 50,)] * 200),
        ("INSERT INTO b VALUES (?)", [("filler " * 50,)] * 200),
    )
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert scan_url(URL).judgement.failures, share


def test_a_damaged_page_is_an_error(sqlite_file: Any, scan_url: Scan) -> None:
    path = sqlite_file(
        "CREATE TABLE a (x TEXT);", ("INSERT INTO a VALUES (?)", [("filler " * 50,)] * 400)
    )
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 3 : 4096 * 4] = b"\xa5" * 4096
    path.write_bytes(damaged)
    assert "the file is damaged" in scan_url(URL).reasons()


def test_the_file_is_left_as_it_was(sqlite_file: Any, scan_url: Scan) -> None:
    path = sqlite_file("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');")
    before = path.read_bytes()
    scan_url(URL)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["shop.db"]


def test_file_names_with_special_characters_open_that_file(
    sqlite_file: Any, scan_url: Scan
) -> None:
    sqlite_file("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');", name="a b?mode=rwc#%.db")
    run = scan_url("sqlite:///a%20b%3Fmode=rwc%23%25.db")
    assert not run.judgement.failures


def test_an_absolute_path_is_read_and_its_folders_are_not_shown(
    sqlite_file: Any, scan_url: Scan
) -> None:
    path = sqlite_file("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');")
    run = scan_url(f"sqlite:///{path}")
    assert not run.judgement.failures
    assert run.evidence.environments[0].stores[0].url == "sqlite:////…/shop.db"
    assert str(path.parent) not in repr((run.evidence, run.judgement))


def test_tables_that_sqlite_keeps_for_itself_hide_nothing(sqlite_file: Any, scan_url: Scan) -> None:
    sqlite_file(
        "CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a); INSERT INTO t VALUES ('x'); ANALYZE;",
        ("INSERT INTO sqlite_stat1 VALUES ('t', 'i', ?)", [(EMAIL,)]),
    )
    assert scan_url(URL).rules() == {("staging-production-email", "shop/sqlite_stat1/stat")}


def test_two_stores_of_one_name_are_told_apart(
    sqlite_file: Any, request_for: Any, tmp_path: Path
) -> None:
    sqlite_file("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');")
    stores = [{"url": URL}, {"url": URL}, {"url": URL, "name": "orders"}]
    settings = {"environments": {"staging": {"stores": stores}}}
    evidence = GATE.collect(request_for(GATE, tmp_path, settings=settings))
    names = [store.name for store in evidence.environments[0].stores]
    assert names == ["shop", "shop-2", "orders"]
