"""Telephone numbers, national identity numbers and credentials in a database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.staging.conftest import Scan

SqliteFile = Callable[..., Path]
TABLE = "CREATE TABLE people (value TEXT)"


def held(scan_url: Scan, sqlite_file: SqliteFile, values: list[str], **more: Any) -> Any:
    rows = ("INSERT INTO people VALUES (?)", [(value,) for value in values])
    return scan_url(f"sqlite:///{sqlite_file(TABLE, rows)}", **more)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("RCCMNL83S18D969H", "staging-national-id"),
        ("2 95 10 99 126 111 93", "staging-national-id"),
        ("390.533.447-05", "staging-national-id"),
        ("AKIAQPLANTEDKEY23456", "staging-credential"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==", "staging-credential"),
    ],
)
def test_what_its_form_proves_blocks(
    value: str, rule: str, scan_url: Scan, sqlite_file: SqliteFile
) -> None:
    run = held(scan_url, sqlite_file, [value, "something else"])
    (found,) = run.judgement.findings
    assert (found.rule, found.blocking) == (rule, True)
    assert value not in str(run.evidence)


@pytest.mark.parametrize(
    ("value", "detector"),
    [("+49 170 7654321", "phone"), ("536-90-4399", "us-ssn"), ("54362315K", "es-dni")],
)
def test_what_anybody_can_make_up_is_shown_and_blocks_by_a_budget(
    value: str, detector: str, scan_url: Scan, sqlite_file: SqliteFile
) -> None:
    (found,) = held(scan_url, sqlite_file, [value]).judgement.findings
    assert not found.blocking
    run = held(scan_url, lambda *a: sqlite_file(*a, name="again.db"), [value], budget={detector: 0})
    assert [f.blocking for f in run.judgement.findings] == [True]


@pytest.mark.parametrize(
    "value", ["+1 212 555 0143", "+44 7700 900123", "078-05-1120", "12345678Z", "111.111.111-11"]
)
def test_what_is_given_to_nobody_is_no_finding(
    value: str, scan_url: Scan, sqlite_file: SqliteFile
) -> None:
    assert not held(scan_url, sqlite_file, [value] * 5).judgement.findings


def test_random_numbers_of_the_form_are_not_taken_for_real_ones(
    scan_url: Scan, sqlite_file: SqliteFile
) -> None:
    numbers = [f"{n * 1234567 % 10**8:08}{'TRWAGMYFPDXBNJZSQVHLCKE'[n % 23]}" for n in range(4000)]
    assert not held(scan_url, sqlite_file, numbers).judgement.findings
