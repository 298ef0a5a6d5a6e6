"""The ledger of a team: a real PostgreSQL server, the same promises."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatekeeper.ledger.entry import Draft
from gatekeeper.ledger.errors import LedgerError, RevisionConflictError
from gatekeeper.ledger.store import Ledger
from tests.staging.conftest import Database, Server, start_server

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROOT = Path()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = start_server("gkled")
    yield running
    running.handle.cleanup()


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    admin = Database(server, "postgres")
    admin.run("CREATE DATABASE ledger")
    yield server.url("ledger", "postgres")
    admin.run("DROP DATABASE ledger WITH (FORCE)")


def draft(number: int, who: str = "alice") -> Draft:
    at = NOW + timedelta(minutes=number)
    return Draft("feature/a", "approved", {"number": number}, who, at, f"{who}-{number}")


@pytest.fixture
def five(url: str) -> Ledger:
    ledger = Ledger.open(url, ROOT, create=True)
    for number in range(5):
        ledger.append(draft(number), expect_revision=number)
    return ledger


def test_what_was_recorded_reads_back_and_verifies(five: Ledger, url: str) -> None:
    found = Ledger.open(url, ROOT).verify()
    assert (found.entries, found.problems) == (5, ())
    assert found.head == five.entries()[-1].digest


def test_a_decision_on_an_old_revision_is_refused(five: Ledger) -> None:
    with pytest.raises(RevisionConflictError, match="somebody else was faster"):
        five.append(draft(9), expect_revision=3)
    assert len(five.entries()) == 5


def test_replaying_an_operation_is_a_no_op(five: Ledger) -> None:
    assert five.append(draft(2), expect_revision=2) == five.entries()[2]
    assert len(five.entries()) == 5


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ledger_entries SET actor='eve' WHERE sequence=3", "entry 3"),
        ("DELETE FROM ledger_entries WHERE sequence=3", "entry 3 was removed"),
        ("DELETE FROM ledger_entries WHERE sequence>3", "entries 4–5 were removed"),
    ],
)
def test_what_was_edited_or_removed_is_named(
    five: Ledger, server: Server, statement: str, named: str
) -> None:
    import psycopg

    with psycopg.connect(server.url("ledger", "postgres"), autocommit=True) as connection:
        connection.execute(statement)
    assert any(named in problem for problem in five.verify().problems)


def test_a_server_that_does_not_answer_is_an_error_that_keeps_the_password(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be used") as error:
        Ledger.open("postgresql://ann:s3cret@127.0.0.1:1/x", tmp_path).verify()
    assert "s3cret" not in error.value.reason
    assert error.value.next_step.startswith("see that the ledger's server runs")


def test_a_server_without_a_ledger_is_an_error_and_no_empty_ledger(url: str) -> None:
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger.open(url, ROOT).verify()


def _compete(url: str, number: int, won: multiprocessing.Queue[int]) -> None:
    ledger = Ledger.open(url, ROOT, create=True)
    for revision in range(4):
        try:
            ledger.append(draft(revision, f"p{number}"), expect_revision=revision)
            won.put(revision)
        except RevisionConflictError:
            pass
        while len(ledger.entries("feature/a")) <= revision:
            pass


def test_of_six_processes_that_also_make_it_exactly_one_wins_each_round(url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    won = spawn.Queue()
    racers = [spawn.Process(target=_compete, args=(url, n, won)) for n in range(6)]
    for racer in racers:
        racer.start()
    winners = sorted(won.get(timeout=120) for _ in range(4))
    for racer in racers:
        racer.join(120)
    assert winners == [0, 1, 2, 3]
    assert won.empty()
    assert Ledger.open(url, ROOT).verify().problems == ()
