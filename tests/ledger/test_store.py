"""The ledger: append-only, chained, compare-and-set, idempotent; tampering is named."""

from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.digest import canonical
from gatekeeper.ledger import entry as entry_module
from gatekeeper.ledger import store
from gatekeeper.ledger.entry import Draft
from gatekeeper.ledger.errors import LedgerError, RevisionConflictError
from gatekeeper.ledger.store import Ledger

URL = "sqlite:///keep/ledger.db"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def draft(number: int, stream: str = "feature/a", **changes: object) -> Draft:
    values: dict[str, object] = {
        "stream": stream,
        "kind": "approved",
        "payload": {"number": number},
        "actor": "bob",
        "at": NOW + timedelta(minutes=number),
        "operation_id": f"op-{stream}-{number}",
    }
    return Draft(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(URL, tmp_path, create=True)


@pytest.fixture
def five(ledger: Ledger) -> Ledger:
    for number in range(5):
        ledger.append(draft(number), expect_revision=number)
    return ledger


def tamper(root: Path, *statements: str) -> None:
    connection = sqlite3.connect(root / "keep" / "ledger.db")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_entries_are_numbered_over_all_and_within_their_stream(ledger: Ledger) -> None:
    ledger.append(draft(1), expect_revision=0)
    ledger.append(draft(2, "feature/b"), expect_revision=0)
    last = ledger.append(draft(3), expect_revision=1)
    assert (last.sequence, last.revision, last.payload) == (3, 2, {"number": 3})
    assert [entry.sequence for entry in ledger.entries("feature/a")] == [1, 3]
    assert last.time == NOW + timedelta(minutes=3)


def test_an_honest_ledger_verifies_and_tells_its_head(five: Ledger) -> None:
    verification = five.verify()
    assert verification.problems == ()
    assert verification.entries == 5
    assert verification.head == five.entries()[-1].digest


def test_an_empty_ledger_verifies(ledger: Ledger) -> None:
    assert (ledger.verify().entries, ledger.verify().problems) == (0, ())


def test_a_decision_on_an_old_revision_is_refused_and_records_nothing(five: Ledger) -> None:
    with pytest.raises(RevisionConflictError, match="somebody else was faster"):
        five.append(draft(9), expect_revision=4)
    assert len(five.entries()) == 5


def test_replaying_an_operation_is_a_no_op_even_later(five: Ledger) -> None:
    again = five.append(draft(2, at=NOW + timedelta(days=9)), expect_revision=2)
    assert again == five.entries()[2]
    assert len(five.entries()) == 5


def test_an_operation_id_cannot_be_reused_for_something_else(five: Ledger) -> None:
    with pytest.raises(RevisionConflictError, match="used for something else"):
        five.append(draft(2, actor="mallory"), expect_revision=5)


def test_a_clock_in_the_past_is_refused(five: Ledger) -> None:
    with pytest.raises(LedgerError, match="runs backwards"):
        five.append(draft(9, at=NOW - timedelta(days=14)), expect_revision=5)


def test_what_must_be_recorded_whatever_the_clock_is_dated_like_the_last_entry(
    five: Ledger,
) -> None:
    last = five.entries()[-1].time
    late = five.append(
        draft(9, at=NOW - timedelta(days=14)), expect_revision=5, whatever_the_clock=True
    )
    assert late.time == last
    early = draft(10, at=last + timedelta(minutes=1))
    assert five.append(early, expect_revision=6, whatever_the_clock=True).time == early.at
    assert five.verify().problems == ()


def test_a_folder_that_cannot_be_made_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "keep").write_text("")
    with pytest.raises(LedgerError, match="the ledger's folder cannot be made"):
        Ledger.open(URL, tmp_path, create=True)


def test_a_time_without_a_zone_is_refused(five: Ledger) -> None:
    with pytest.raises(ValueError, match="time zone"):
        five.append(draft(9, at=datetime(2026, 12, 1)), expect_revision=5)  # noqa: DTZ001 - the point


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (
            ["UPDATE ledger_entries SET actor='eve' WHERE sequence=3"],
            "entry 3 (`approved` of feature/a by eve) was edited",
        ),
        (["UPDATE ledger_entries SET body='{\"number\":7}' WHERE sequence=1"], "entry 1"),
        (["UPDATE ledger_entries SET at='2020' WHERE sequence=5"], "entry 5"),
        (["DELETE FROM ledger_entries WHERE sequence=3"], "entry 3 was removed"),
        (["DELETE FROM ledger_entries WHERE sequence=1"], "entry 1 was removed"),
        (["DELETE FROM ledger_entries WHERE sequence>3"], "entries 4–5 were removed"),
        (["DELETE FROM ledger_entries"], "entries 1–5 were removed"),
    ],
)
def test_what_was_edited_or_removed_is_named(
    five: Ledger, tmp_path: Path, statements: list[str], named: str
) -> None:
    tamper(tmp_path, *statements)
    assert any(named in problem for problem in five.verify().problems)


def test_what_was_reordered_is_named_with_its_true_place(five: Ledger, tmp_path: Path) -> None:
    swap = [
        f"UPDATE ledger_entries SET sequence={to}, revision=-{to} WHERE sequence={of}"
        for of, to in ((2, 99), (4, 2), (99, 4))
    ]
    tamper(tmp_path, *swap, "UPDATE ledger_entries SET revision=6-sequence WHERE revision<0")
    problems = five.verify().problems
    assert any("entry 2" in p and "was written as entry 4" in p for p in problems)
    assert any("entry 4" in p and "was written as entry 2" in p for p in problems)


def test_an_entry_sealed_anew_after_an_edit_breaks_the_next_link(
    five: Ledger, tmp_path: Path
) -> None:
    from dataclasses import replace

    from gatekeeper.ledger.entry import digest_of

    forged = replace(five.entries()[2], actor="eve")
    seal = digest_of(forged, 3)
    tamper(tmp_path, f"UPDATE ledger_entries SET actor='eve', digest='{seal}' WHERE sequence=3")
    assert any("entry 4" in problem for problem in five.verify().problems)


def test_removal_that_closes_the_gap_is_noticed(five: Ledger, tmp_path: Path) -> None:
    tamper(
        tmp_path,
        "DELETE FROM ledger_entries WHERE sequence=3",
        "UPDATE ledger_entries SET sequence=3 WHERE sequence=4",
        "UPDATE ledger_entries SET sequence=4 WHERE sequence=5",
    )
    assert five.verify().problems


def test_an_entry_added_past_the_ledger_is_noticed(five: Ledger, tmp_path: Path) -> None:
    from dataclasses import astuple

    from gatekeeper.ledger.entry import seal

    forged = seal(draft(7, kind="moved"), 6, 6, five.verify().head)
    connection = sqlite3.connect(tmp_path / "keep" / "ledger.db")
    with connection:
        connection.execute(
            "INSERT INTO ledger_entries VALUES (?,?,?,?,?,?,?,?,?,?)", astuple(forged)
        )
    connection.close()
    assert "the head is behind" in five.verify().problems[0]


def test_reading_never_makes_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        Ledger.open(URL, tmp_path)
    assert not (tmp_path / "keep").exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all, just text" * 50])
def test_a_broken_file_is_an_error_and_no_empty_ledger(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "ledger.db").write_bytes(content)
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger.open(URL, tmp_path).verify()


@pytest.mark.parametrize("column", ["revision", "at", "body", "previous"])
@pytest.mark.parametrize("value", ["NULL", "x'00ff'", "-1", "9007199254740993", "2.5"])
def test_a_column_of_another_type_is_no_crash_and_no_sound_ledger(
    five: Ledger, tmp_path: Path, column: str, value: str
) -> None:
    tamper(
        tmp_path,
        "CREATE TABLE mine AS SELECT * FROM ledger_entries",
        "DROP TABLE ledger_entries",
        "ALTER TABLE mine RENAME TO ledger_entries",
        f"UPDATE ledger_entries SET {column} = {value} WHERE sequence = 3",
    )
    try:
        problems = five.verify().problems
    except LedgerError:
        return
    assert problems


def test_a_reader_cannot_write(five: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be used") as error:
        Ledger.open(URL, tmp_path).append(draft(9), expect_revision=5)
    assert "may write" in error.value.next_step


def test_a_ledger_that_is_busy_is_not_to_be_restored_from_a_backup(
    five: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_WAIT", 0.0)
    other = sqlite3.connect(tmp_path / "keep" / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="is locked") as error:
        five.append(draft(9), expect_revision=5)
    other.close()
    assert error.value.next_step == "somebody else is writing: run the command again"
    five.append(draft(9), expect_revision=5)


@pytest.mark.parametrize("url", ["nonsense", "foo://x/y"])
def test_a_url_that_cannot_be_used_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(LedgerError, match="URL"):
        Ledger.open(url, tmp_path)


def _compete(root: Path, number: int, rounds: int, won: multiprocessing.Queue[int]) -> None:
    ledger = Ledger.open(URL, root, create=True)
    for revision in range(rounds):
        wish = draft(0, operation_id=f"{number}-{revision}", actor=f"p{number}")
        try:
            ledger.append(wish, expect_revision=revision)
            won.put(revision)
        except RevisionConflictError:
            pass
        while len(ledger.entries("feature/a")) <= revision:
            pass


def test_of_eight_processes_exactly_one_wins_each_round(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    won = spawn.Queue()
    racers = [spawn.Process(target=_compete, args=(tmp_path, n, 5, won)) for n in range(8)]
    for racer in racers:
        racer.start()
    winners = sorted(won.get(timeout=120) for _ in range(5))
    for racer in racers:
        racer.join(120)
    assert winners == [0, 1, 2, 3, 4]
    assert won.empty()
    assert Ledger.open(URL, tmp_path).verify().problems == ()


@given(
    st.lists(st.integers(0, 2**53 - 1) | st.text(st.characters(codec="utf-8")), max_size=12),
)
def test_the_fast_writer_of_digests_writes_canonical_json(values: list[int | str]) -> None:
    assert entry_module._text(values) == canonical(values)
