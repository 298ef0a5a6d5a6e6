"""A staging database held against the fingerprint of a production one: real files throughout."""

from __future__ import annotations

import random
import sqlite3
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gatekeeper.cli.staging import staging
from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Context
from gatekeeper.staging.facts import StagingEvidence
from gatekeeper.staging.fingerprints import files
from gatekeeper.staging.fingerprints.keys import VARIABLE, keys_from
from tests.staging.conftest import Scan

SECRET = "b1946ac92492d2347c6235b4d2611184a7f0e3c9"
GIVEN = {VARIABLE: SECRET}
Rows = Iterable[tuple[Any, ...]]


def people(seed: int, count: int) -> list[tuple[str, str, str, str]]:
    """E-mail, note, phone, token: made up, and different for every seed."""
    source = random.Random(seed)
    return [
        (
            f"{source.choice('abcdefgh')}{source.randrange(10**9)}@mail-planted.com",
            f"note {source.randrange(10**9)}",
            f"+49 17{source.randrange(10**8):08} {n % 10}{n % 7}",
            str(uuid.UUID(int=source.getrandbits(128), version=4)),
        )
        for n in range(count)
    ]


def store(path: Path, rows: Rows, table: str = "customers") -> Path:
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {table} (id INTEGER, email, note, phone, token)")
        connection.executemany(
            f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)",
            ((n, *row) for n, row in enumerate(rows, 100_000_000)),
        )
    connection.close()
    return path


@pytest.fixture
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Context) -> Path:
    """A fingerprint of 5,000 people, made as a user would."""
    monkeypatch.setenv(VARIABLE, SECRET)
    store(tmp_path / "production.db", people(1, 5000))
    made = CliRunner().invoke(
        staging,
        ["fingerprint", "--store", f"sqlite:///{tmp_path}/production.db",
         "--output", str(tmp_path / "production.gkfp")],
        standalone_mode=False,
    )  # fmt: skip
    assert made.exception is None, made.output
    assert made.return_value == 0
    assert "values of 4 columns, 1 columns left out" in made.output.replace("\n", " ")
    return dated(tmp_path / "production.gkfp", context.now - timedelta(days=1))


def dated(path: Path, moment: datetime) -> Path:
    keys = keys_from(GIVEN)
    found = files.read(path, keys)
    origin = type(found.origin)(moment, found.origin.sources)
    files.write(type(found)(origin, found.columns, found.hashes, found.owners), path, keys)
    return path


def held_against(scan_url: Scan, rows: Rows, tmp_path: Path, **more: Any) -> Any:
    # the addresses are in the budget, so that what follows is the comparison's doing alone
    path = store(tmp_path / "staging.db", rows, more.pop("table", "people"))
    more = {
        "fingerprint": "production.gkfp",
        "budget": {"email": 10**6},
        "environment": GIVEN,
    } | more
    return scan_url(f"sqlite:///{path}", **more)


def copied(run: Any) -> set[str]:
    return {
        (f.where.object or "").rpartition("/")[2]
        for f in run.judgement.findings
        if f.rule == "staging-production-copy"
    }


def test_made_up_people_are_no_copy(scan_url: Scan, production: Path, tmp_path: Path) -> None:
    run = held_against(scan_url, people(2, 3000), tmp_path)
    assert not copied(run)
    assert not run.judgement.failures
    assert any("5 columns compared with" in line for line in run.judgement.checked)


def test_a_copy_is_found_column_by_column(scan_url: Scan, production: Path, tmp_path: Path) -> None:
    run = held_against(scan_url, people(1, 5000)[:3000], tmp_path)
    assert copied(run) == {"email", "note", "phone", "token"}
    assert "holds 3,000 values that stand in production's" in str(run.judgement.findings)


def test_a_copy_with_a_masked_column_is_found(
    scan_url: Scan, production: Path, tmp_path: Path
) -> None:
    masked = [(f"user{n}@example.com", *row[1:]) for n, row in enumerate(people(1, 1000))]
    assert copied(held_against(scan_url, masked, tmp_path)) == {"note", "phone", "token"}


@pytest.mark.parametrize("leaked", [28, 5])
def test_a_partial_leak_is_found(
    leaked: int, scan_url: Scan, production: Path, tmp_path: Path
) -> None:
    rows = [*people(3, 20_000), *people(1, 5000)[100 : 100 + leaked]]
    assert copied(held_against(scan_url, rows, tmp_path)) >= {"token"}
    if leaked == 28:
        assert copied(run_again(scan_url, tmp_path)) == {"email", "note", "phone", "token"}


def run_again(scan_url: Scan, tmp_path: Path) -> Any:
    return scan_url(
        f"sqlite:///{tmp_path}/staging.db",
        fingerprint="production.gkfp",
        budget={"email": 10**6},
        environment=GIVEN,
    )


def test_another_spelling_is_the_same_value(
    scan_url: Scan, production: Path, tmp_path: Path
) -> None:
    rows = [
        (
            f" {email.upper()}",
            f"NOTE  {note[5:]}",
            phone.replace("+", "00").replace(" ", "-"),
            token,
        )
        for email, note, phone, token in people(1, 500)
    ]
    assert copied(held_against(scan_url, rows, tmp_path)) == {"email", "note", "phone", "token"}


def test_counted_up_numbers_and_reserved_addresses_are_shared_by_everybody(
    scan_url: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    seeds = [(f"user{n}@example.com", *row[1:]) for n, row in enumerate(people(1, 500))]
    path = store(tmp_path / "production.db", seeds)
    arguments = ["fingerprint", "--store", f"sqlite:///{path}"]
    arguments += ["--output", str(tmp_path / "production.gkfp")]
    assert CliRunner().invoke(staging, arguments, standalone_mode=False).return_value == 0
    rows = [(f"user{n}@example.com", *row[1:]) for n, row in enumerate(people(9, 500))]
    assert not copied(held_against(scan_url, rows, tmp_path))


def test_no_value_leaves_production(production: Path, tmp_path: Path) -> None:
    written = production.read_bytes()
    for row in people(1, 5000):
        for value in row:
            assert value.encode() not in written
    assert SECRET.encode() not in written


Damage = Callable[[Path], None]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4000])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (Path.unlink, "there is no fingerprint"),
        (cut, "damaged or cut off"),
        (flip, "made with another key, or was changed"),
        (lambda path: path.write_bytes(b""), "damaged or cut off"),
        (lambda path: path.write_text("hash,owner\n"), "damaged or cut off"),
    ],
)
def test_a_fingerprint_that_cannot_be_trusted_is_an_error(
    damage: Damage, reason: str, scan_url: Scan, production: Path, tmp_path: Path
) -> None:
    damage(production)
    run = held_against(scan_url, people(2, 100), tmp_path)
    assert reason in run.reasons()


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, f"{VARIABLE} is not set"),
        ({VARIABLE: "short"}, "is too weak"),
        ({VARIABLE: "a" * 64}, "is too weak"),
        ({VARIABLE: SECRET[::-1]}, "made with another key"),
    ],
)
def test_without_the_right_key_nothing_passes(
    environment: dict[str, str],
    reason: str,
    scan_url: Scan,
    production: Path,
    tmp_path: Path,
) -> None:
    run = held_against(scan_url, people(2, 100), tmp_path, environment=environment)
    assert reason in run.reasons()


def test_a_stale_fingerprint_is_an_error(scan_url: Scan, production: Path, tmp_path: Path) -> None:
    run = held_against(scan_url, people(2, 100), tmp_path, fingerprint_max_age="1s")
    assert "the policy allows 1s" in run.reasons()


def test_one_from_the_future_is_an_error(
    scan_url: Scan, production: Path, tmp_path: Path, context: Context
) -> None:
    dated(production, context.now + timedelta(days=1))
    run = held_against(scan_url, people(2, 100), tmp_path)
    assert "says that it was made later than now" in run.reasons()


def test_two_fingerprints_make_the_fingerprint_of_both(
    scan_url: Scan, production: Path, tmp_path: Path
) -> None:
    other = store(tmp_path / "eu.db", people(5, 1000))
    arguments = ["fingerprint", "--store", f"sqlite:///{other}", "--merge", str(production)]
    arguments += ["--output", str(production)]
    assert CliRunner().invoke(staging, arguments, standalone_mode=False).return_value == 0
    rows = [*people(1, 30), *people(5, 30)]
    run = held_against(scan_url, rows, tmp_path)
    assert copied(run) == {"email", "note", "phone", "token"}
    assert len(files.read(production, keys_from(GIVEN)).origin.sources) == 2


def test_what_cannot_be_read_of_production_must_be_left_out_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    (tmp_path / "cut.db").write_bytes(store(tmp_path / "p.db", people(1, 500)).read_bytes()[:-100])
    arguments = ["fingerprint", "--store", f"sqlite:///{tmp_path}/cut.db"]
    arguments += ["--output", str(tmp_path / "out.gkfp")]
    made = CliRunner().invoke(staging, arguments, standalone_mode=False)
    assert isinstance(made.exception, EvidenceError)
    assert not (tmp_path / "out.gkfp").exists()


def test_evidence_holds_no_value(scan_url: Scan, production: Path, tmp_path: Path) -> None:
    from gatekeeper.evidence import records
    from gatekeeper.staging.gate import STAGING

    run = held_against(scan_url, people(1, 200), tmp_path)
    text = str(records.freeze(STAGING, run.evidence))
    assert isinstance(run.evidence, StagingEvidence)
    for email, note, phone, token in people(1, 200):
        assert not any(value in text for value in (email, note, phone, token))


def canaries(count: int) -> list[str]:
    made = CliRunner().invoke(staging, ["canary", "--count", str(count)], standalone_mode=False)
    return made.output.split()


@pytest.mark.parametrize("form", ["{}", "call me: {}!", "{}@mail.example.com", "A{}"])
def test_a_canary_is_found_wherever_it_stands(
    form: str,
    scan_url: Scan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    first, second = canaries(2)
    assert first != second
    rows = [*people(2, 200), (form.format(second), form.format(second).upper(), "", "")]
    path = store(tmp_path / "staging.db", rows)
    more = {"budget": {"email": 10**6}, "environment": GIVEN, "canaries": True}
    run = scan_url(f"sqlite:///{path}", **more)
    found = [f.where.object for f in run.judgement.findings if f.rule == "staging-canary"]
    assert [str(place).rpartition("/")[2] for place in found] == ["email", "note"]
    assert second not in str(run.evidence)


def test_no_canary_is_taken_from_another_key_or_from_its_form_alone(
    scan_url: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET[::-1])
    (other,) = canaries(1)
    path = store(tmp_path / "staging.db", [(other, "gkc" + "a" * 24, "", "")])
    run = scan_url(f"sqlite:///{path}", environment=GIVEN, canaries=True)
    assert not run.judgement.findings
    assert any("3 columns searched for canaries" in line for line in run.judgement.checked)


def test_canaries_cannot_be_looked_for_without_the_key(scan_url: Scan, tmp_path: Path) -> None:
    path = store(tmp_path / "staging.db", people(2, 10))
    run = scan_url(f"sqlite:///{path}", canaries=True, budget={"email": 100})
    assert f"{VARIABLE} is not set" in run.reasons()
