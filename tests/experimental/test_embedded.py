"""The embedded backend behind LaunchDarkly's real SDK."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ldclient import Context, LDClient

from gatekeeper.core.errors import UsageError
from gatekeeper.experimental.backends import database
from gatekeeper.experimental.backends.embedded import EmbeddedBackend, client
from gatekeeper.experimental.backends.interface import BackendError, ConflictError, Span, Window
from gatekeeper.experimental.backends.registry import BACKENDS, open_backend
from gatekeeper.experimental.configuration import Configuration, Counts, Fared
from gatekeeper.experimental.statistics.tally import Arm

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
QUARTER = Configuration(True, 25_000, "user", "false", "true", "EXPERIMENTAL")
WHOLE = Configuration(True, 100_000, "user", "false", "true", "GENERAL")
OFF = Configuration(False, 25_000, "user", "false", "true", "EXPERIMENTAL")
WINDOW = Window(NOW - timedelta(days=1), NOW)


@pytest.fixture
def backend(tmp_path: Path) -> EmbeddedBackend:
    backend = EmbeddedBackend(tmp_path / "flags.db")
    backend.prepare()
    return backend


def write(backend: EmbeddedBackend, configuration: Configuration, name: str = "op") -> None:
    plan = backend.plan(backend.read("s", "production"), configuration)
    backend.apply(plan, name)


@pytest.fixture
def sdk(backend: EmbeddedBackend) -> Iterator[LDClient]:
    with client(backend.path, "production", poll=0.02, clock=NOW.timestamp) as found:
        yield found


def meets(sdk: LDClient, person: str, kind: str = "user") -> bool:
    return sdk.variation("s", Context.create(person, kind), False) is True


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until, "it never came to hold"
        time.sleep(0.02)


def test_what_was_written_reads_back_exactly(backend: EmbeddedBackend) -> None:
    write(backend, QUARTER)
    seen = backend.read("s", "production")
    assert (seen.version, seen.configuration, seen.operation_id) == (1, QUARTER, "op")
    assert backend.flags("production") == (seen,)
    assert backend.flags("staging") == ()


def test_the_sdk_serves_the_share_that_was_written(backend: EmbeddedBackend) -> None:
    write(backend, QUARTER)
    with client(backend.path, "production", poll=60) as sdk:
        met = sum(meets(sdk, f"u{n}") for n in range(4_000))
    assert 900 < met < 1_100


def test_a_person_keeps_the_feature_when_its_share_grows(backend: EmbeddedBackend) -> None:
    people = [f"u{n}" for n in range(500)]
    before: set[str] = set()
    for weight in (5_000, 25_000, 60_000, 100_000):
        write(backend, Configuration(True, weight, "user", "false", "true", "X"), str(weight))
        with client(backend.path, "production", poll=60) as sdk:
            now = {person for person in people if meets(sdk, person)}
        assert before <= now
        before = now
    assert len(before) == 500


def test_a_context_without_the_unit_gets_the_control_value_until_all_get_it(
    backend: EmbeddedBackend,
) -> None:
    write(backend, QUARTER)
    with client(backend.path, "production", poll=60) as sdk:
        assert not any(meets(sdk, f"d{n}", "device") for n in range(50))
    write(backend, WHOLE, "op2")
    with client(backend.path, "production", poll=60) as sdk:
        assert all(meets(sdk, f"d{n}", "device") for n in range(50))


def test_a_running_client_sees_every_write(backend: EmbeddedBackend, sdk: LDClient) -> None:
    assert not meets(sdk, "u1")
    write(backend, WHOLE)
    eventually(lambda: meets(sdk, "u1"))
    backend.kill("s", "production", "op-kill")
    eventually(lambda: not meets(sdk, "u1"))


def test_a_running_client_keeps_its_flags_while_the_file_is_broken(
    backend: EmbeddedBackend, sdk: LDClient
) -> None:
    write(backend, WHOLE)
    eventually(lambda: meets(sdk, "u1"))
    connection = sqlite3.connect(backend.path)
    with connection:
        connection.execute("UPDATE flags SET document = 'null'")
    connection.close()
    time.sleep(0.2)
    assert meets(sdk, "u1")


@pytest.mark.parametrize(
    "document", ["null", "{", "[" * 50_000, '{"key":"other","version":1}', '{"key":"t","on":7}']
)
def test_a_flag_that_cannot_be_read_does_not_keep_another_from_being_turned_off(
    backend: EmbeddedBackend, sdk: LDClient, document: str
) -> None:
    write(backend, WHOLE)
    eventually(lambda: meets(sdk, "u1"))
    connection = sqlite3.connect(backend.path)
    with connection:
        connection.execute("INSERT INTO flags VALUES ('production', 't', 1, ?, '')", (document,))
    connection.close()
    backend.kill("s", "production", "op-kill")
    eventually(lambda: not meets(sdk, "u1"))


def test_a_missing_file_serves_defaults_and_is_picked_up_when_it_comes(tmp_path: Path) -> None:
    backend = EmbeddedBackend(tmp_path / "later" / "flags.db")
    with client(backend.path, "production", poll=0.02) as sdk:
        assert not sdk.is_initialized()
        assert not meets(sdk, "u1")
        assert not backend.exists()
        backend.prepare()
        write(backend, WHOLE)
        eventually(lambda: meets(sdk, "u1"))


def test_distinct_contexts_are_counted_once_for_each_arm(backend: EmbeddedBackend) -> None:
    write(backend, QUARTER)
    with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk:
        met = [meets(sdk, f"u{n % 400}") for n in range(1_200)]
    experimental = sum(met[:400])
    assert backend.exposure("s", "production", WINDOW) == Counts(400 - experimental, experimental)
    assert backend.exposure("s", "staging", WINDOW) is None


def test_two_clients_count_the_same_person_once(backend: EmbeddedBackend) -> None:
    write(backend, WHOLE)
    for _ in range(2):
        with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk:
            meets(sdk, "u1")
    assert backend.exposure("s", "production", WINDOW) == Counts(0, 1)


def test_what_was_met_before_the_window_does_not_count(backend: EmbeddedBackend) -> None:
    write(backend, WHOLE)
    with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk:
        meets(sdk, "u1")
    assert backend.exposure("s", "production", Window(NOW)) is None
    assert backend.exposure("s", "production", Window(NOW - timedelta(seconds=1))) is not None


def test_contexts_without_the_unit_and_defaults_are_no_exposure(backend: EmbeddedBackend) -> None:
    write(backend, QUARTER)
    with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk:
        meets(sdk, "d1", "device")
        sdk.variation("unknown", Context.create("u1"), False)
    assert backend.exposure("s", "production", WINDOW) is None
    assert backend.exposure("unknown", "production", WINDOW) is None


def test_the_file_holds_no_raw_context(backend: EmbeddedBackend) -> None:
    write(backend, WHOLE)
    with client(backend.path, "production", poll=60) as sdk:
        meets(sdk, "jane.doe@example.org")
    for file in backend.path.parent.iterdir():
        assert b"jane.doe" not in file.read_bytes()


def test_a_plan_says_what_changes_and_is_empty_when_nothing_does(backend: EmbeddedBackend) -> None:
    write(backend, QUARTER)
    seen = backend.read("s", "production")
    assert backend.plan(seen, QUARTER).changes == ()
    assert backend.plan(seen, OFF).changes == ("on → off",)


def test_a_plan_for_another_version_is_a_conflict_and_writes_nothing(
    backend: EmbeddedBackend,
) -> None:
    write(backend, QUARTER)
    plan = backend.plan(backend.read("s", "production"), WHOLE)
    write(backend, OFF, "op2")
    with pytest.raises(ConflictError, match="is at version 2"):
        backend.apply(plan, "op3")
    assert backend.read("s", "production").configuration == OFF


def test_applying_the_same_operation_twice_changes_nothing(backend: EmbeddedBackend) -> None:
    plan = backend.plan(backend.read("s", "production"), QUARTER)
    assert backend.apply(plan, "op") == backend.apply(plan, "op")
    assert backend.read("s", "production").version == 1


def test_killing_only_turns_the_flag_off(backend: EmbeddedBackend) -> None:
    write(backend, QUARTER)
    assert backend.kill("s", "production", "op2").configuration == OFF
    assert backend.kill("s", "production", "op3").version == 2
    assert backend.kill("none", "production", "op4").version == 0


def test_a_file_that_is_busy_is_not_to_be_restored_from_a_backup(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WAIT", 0.0)
    write(backend, WHOLE)
    other = sqlite3.connect(backend.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BackendError, match="is locked") as error:
        backend.kill("s", "production", "op-kill")
    other.close()
    assert error.value.next_step == "somebody else is writing: run the command again"


def test_reading_a_missing_file_is_an_error_and_makes_none(tmp_path: Path) -> None:
    backend = EmbeddedBackend(tmp_path / "flags.db")
    with pytest.raises(BackendError, match="cannot be used"):
        backend.flags("production")
    with pytest.raises(BackendError):
        backend.kill("s", "production", "op")
    assert not backend.exists()


@pytest.mark.parametrize("url", ["embeded:x", "x", "embedded:", ":x", ""])
def test_an_unknown_backend_is_a_usage_error(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="names no flag backend") as error:
        open_backend(url, tmp_path)
    assert "embedded" in error.value.next_step


def test_every_registered_backend_states_its_name_and_what_it_can_do(tmp_path: Path) -> None:
    for scheme in BACKENDS:
        backend = open_backend(f"{scheme}:x", tmp_path)
        assert backend.name == scheme
        assert backend.capabilities
        assert type(backend).__doc__


SPAN = Span(WINDOW.since, WINDOW.since, NOW)


def test_contexts_with_errors_are_counted_once_however_often_they_fail(
    backend: EmbeddedBackend,
) -> None:
    write(backend, WHOLE)
    with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk:
        for number in range(30):
            with sdk.request() as request:
                meets(sdk, f"u{number % 10}")
                if number % 10 < 3:
                    request.failed()
    found = backend.fared("s", "production", SPAN)
    assert found == Fared(Arm(), Arm(10, 3), NOW)


def test_an_exception_that_leaves_a_request_is_an_error(backend: EmbeddedBackend) -> None:
    write(backend, WHOLE)
    with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk:
        with suppress(KeyError), sdk.request():
            meets(sdk, "u1")
            raise KeyError
        with sdk.request():
            meets(sdk, "u1")
    found = backend.fared("s", "production", SPAN)
    assert found is not None
    assert found.experimental == Arm(1, 1)


def test_who_was_never_told_of_is_no_context_without_errors(backend: EmbeddedBackend) -> None:
    write(backend, WHOLE)
    with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk:
        meets(sdk, "u1")
        with sdk.request():
            pass
    assert backend.fared("s", "production", SPAN) is None


def test_who_failed_in_an_earlier_stage_is_no_news_in_the_next(backend: EmbeddedBackend) -> None:
    write(backend, QUARTER)
    times = [NOW - timedelta(hours=2)]

    def then() -> float:
        return times[-1].timestamp()

    with client(backend.path, "production", poll=0.02, clock=then) as sdk:
        with sdk.request() as request:
            meets(sdk, "u1")
            request.failed()
        write(backend, WHOLE, "op2")
        eventually(lambda: all(meets(sdk, f"x{n}") for n in range(20)))
        times.append(NOW)
        for name in ("u1", "u2"):
            with sdk.request() as request:
                meets(sdk, name)
                request.failed()
    found = backend.fared("s", "production", Span(SPAN.settled, NOW - timedelta(hours=1), NOW))
    assert found is not None
    assert found.experimental == Arm(1, 1)


def test_a_file_of_an_older_version_counts_once_a_client_reports(backend: EmbeddedBackend) -> None:
    write(backend, WHOLE)
    assert backend.fared("s", "production", SPAN) is None
    with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk, sdk.request():
        meets(sdk, "u1")
    assert backend.fared("s", "production", SPAN) is not None


def test_requests_that_overlap_in_threads_do_not_mix(backend: EmbeddedBackend) -> None:
    write(backend, WHOLE)
    barrier = threading.Barrier(2)

    def work(name: str) -> None:
        with sdk.request() as request:
            barrier.wait(30)
            meets(sdk, name)
            barrier.wait(30)
            if name == "bad":
                request.failed()

    with client(backend.path, "production", poll=60, clock=NOW.timestamp) as sdk:
        threads = [threading.Thread(target=work, args=(name,)) for name in ("good", "bad")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = backend.fared("s", "production", SPAN)
    assert found is not None
    assert found.experimental == Arm(2, 1)
