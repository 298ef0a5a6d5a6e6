"""What is kept between runs is believed only where we wrote it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from gatekeeper.scan.results import FILE, Results, named

KEY = b"k" * 32
NAME, OTHER = named("code", "a.py"), named("code", "b.py")
CLEAN, WEAK = b'{"hits": []}', b'{"hits": [1]}'


@pytest.fixture
def kept(tmp_path: Path) -> Results:
    made = Results(tmp_path / "cache", KEY)
    made.put({NAME: WEAK, OTHER: CLEAN})
    return made


def sql(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "cache" / FILE) as database:
        for statement in statements:
            database.execute(statement)


def test_what_was_kept_is_there_for_who_has_the_key(kept: Results, tmp_path: Path) -> None:
    assert kept.get([NAME, OTHER]) == {NAME: WEAK, OTHER: CLEAN}
    assert Results(tmp_path / "cache", KEY).get([NAME]) == {NAME: WEAK}
    assert kept.get([named("code", "c.py")]) == {}


def test_another_key_finds_nothing(kept: Results, tmp_path: Path) -> None:
    assert Results(tmp_path / "cache", b"o" * 32).get([NAME, OTHER]) == {}


def test_without_a_key_nothing_is_kept_and_nothing_believed(kept: Results, tmp_path: Path) -> None:
    assert Results(tmp_path / "cache", b"").get([NAME]) == {}
    Results(tmp_path / "fresh", b"").put({NAME: CLEAN})
    assert not (tmp_path / "fresh").exists()


FORGERIES = {
    "another body": "UPDATE entry SET body = CAST('{\"hits\": []}' AS BLOB)",
    "the clean entry under the weak one's name": (
        "UPDATE entry SET body = (SELECT body FROM entry WHERE length(body) = 12),"
        " seal = (SELECT seal FROM entry WHERE length(body) = 12) WHERE length(body) = 13"
    ),
    "a shorter body": "UPDATE entry SET body = substr(body, 1, 4)",
    "an empty seal": "UPDATE entry SET seal = CAST('' AS BLOB)",
    "text in place of bytes": "UPDATE entry SET body = '{}', seal = 'x'",
    "numbers in place of bytes": "UPDATE entry SET body = 7, seal = 7",
    "a huge body": "UPDATE entry SET body = zeroblob(5000000)",
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_entry_is_no_entry(kept: Results, tmp_path: Path, how: str) -> None:
    sql(tmp_path, FORGERIES[how])
    assert NAME not in kept.get([NAME, OTHER])


def _view(path: Path) -> None:
    sql(
        path.parents[1],
        "ALTER TABLE entry RENAME TO real",
        "CREATE VIEW entry AS SELECT * FROM real",
    )


def _trigger(path: Path) -> None:
    made = "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END"
    sql(path.parents[1], made)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-4096]),
    "emptied": lambda path: path.write_bytes(b""),
    "overwritten": lambda path: path.write_bytes(b"\xff" * 9000),
    "half of it": lambda path: path.write_bytes(path.read_bytes()[:5000] + b"\0" * 5000),
    "no database": lambda path: path.write_text("hello"),
    "a view": _view,
    "a trigger": _trigger,
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_made_anew(kept: Results, tmp_path: Path, how: str) -> None:
    DAMAGE[how](tmp_path / "cache" / FILE)
    assert set(kept.get([NAME, OTHER]).items()) <= {(NAME, WEAK), (OTHER, CLEAN)}
    kept.put({NAME: WEAK})
    kept.put({NAME: WEAK})
    assert kept.get([NAME]) == {NAME: WEAK}


def test_a_folder_that_cannot_be_written_to_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    kept = Results(tmp_path / "cache", KEY)
    kept.put({NAME: WEAK})
    assert kept.get([NAME]) == {}


def test_more_names_than_sqlite_takes_at_once(kept: Results) -> None:
    many = {named("many", str(number)): b"x" for number in range(1200)}
    kept.put(many)
    assert kept.get([*many]) == many


def test_what_nobody_wants_any_more_is_dropped(kept: Results, tmp_path: Path) -> None:
    sql(tmp_path, "UPDATE entry SET used = used - 40")
    kept.get([NAME])
    kept.put({named("new"): CLEAN})
    assert kept.get([NAME, OTHER]) == {NAME: WEAK}


def test_parts_of_a_name_do_not_run_into_each_other() -> None:
    assert named("a", "bc") != named("ab", "c")
