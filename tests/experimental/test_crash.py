"""Killed before and after every write of every operation, then reconciled: all agree again.

The points are enumerated: each operation is killed at its first write, its second, … until it
comes to its end.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from gatekeeper.experimental.backends.embedded import EmbeddedBackend
from gatekeeper.experimental.outcome import Order
from gatekeeper.experimental.state import LIVE, Phase
from gatekeeper.ledger.errors import LedgerError
from gatekeeper.ledger.store import Ledger
from tests.experimental.conftest import KEY, SMALL, Shop, done
from tests.staging.conftest import Database, Server, start_server

MOST = 12


OPERATIONS: dict[str, Callable[[Shop], Any]] = {
    "advance": lambda shop: shop.service.advance(KEY, Order("alice", operation_id="the-op")),
    "promote": lambda shop: shop.service.promote(KEY, Order("alice", operation_id="the-op")),
    "rollback": lambda shop: shop.service.rollback(KEY, Order("alice", operation_id="the-op")),
    "approve": lambda shop: shop.service.approve(KEY, Order("dave", operation_id="the-op")),
    "hold": lambda shop: shop.service.hold(KEY, Order("alice", operation_id="the-op"), "a doubt"),
}
WRITES = ((Ledger, "append"), (EmbeddedBackend, "apply"), (EmbeddedBackend, "kill"))


def die(shop: Shop, operation: str, side: str, number: int) -> bool:
    """Run it in a process that is killed at that write; False when it came to its end before."""
    child = os.fork()
    if not child:
        _doomed(shop, operation, side, number)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, f"{operation} failed before write {number}"
    return False


def _doomed(shop: Shop, operation: str, side: str, number: int) -> NoReturn:
    writes = itertools.count(1)

    def dying(write: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **more: Any) -> Any:
            due = next(writes) == number
            if due and side == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            written = write(*args, **more)
            if due:
                os.kill(os.getpid(), signal.SIGKILL)
            return written

        return wrapped

    code = 1
    try:
        for owner, name in WRITES:
            setattr(owner, name, dying(getattr(owner, name)))
        OPERATIONS[operation](shop)
        code = 0
    finally:
        os._exit(code)


def agrees(shop: Shop, operation: str) -> None:
    """Bring ledger and flag together, and say that they are, and that nothing happened twice."""
    done(shop.service.reconcile(KEY, Order("alice")))
    found = shop.service.show(KEY)
    state = found.state
    assert state is not None
    assert state.pending == ""
    assert found.situation is not None
    assert found.situation.drift == ()
    assert shop.backend.read(KEY, "production").live == (state.phase in LIVE)
    kinds = [event.kind for event in found.events if event.operation_id.startswith("the-op")]
    assert len(kinds) == len(set(kinds)), kinds
    assert state.revision == len(found.events)
    assert done(shop.service.reconcile(KEY, Order("alice"))).note == "ledger and flags agree"
    if operation == "rollback":
        again = shop.service.rollback(KEY, Order("alice", operation_id="the-op"))
        assert again.state is not None
        assert again.state.phase is Phase.ROLLED_BACK


def prepared(shop: Shop, operation: str) -> None:
    if operation == "advance":
        shop.to_staging()
        done(shop.service.sign_off(KEY, Order("quinn")))
        done(shop.service.advance(KEY, Order("alice")))
        done(shop.service.approve(KEY, Order("bob")))
    elif operation == "promote":
        shop.to_ready()
    else:
        shop.to_experimental()


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("operation", ["advance", "promote", "rollback", "approve", "hold"])
def test_killed_at_any_write_all_agree_after_reconciling(
    tmp_path: Path, operation: str, side: str
) -> None:
    ready = Shop(tmp_path / "ready")
    ready.root.mkdir()
    prepared(ready, operation)
    for number in range(1, MOST):
        copy = Shop(tmp_path / f"{number}", now=ready.now)
        shutil.copytree(ready.root, copy.root)
        if not die(copy, operation, side, number):
            assert number > 1, "nothing was ever written"
            return
        agrees(copy, operation)
        shutil.rmtree(copy.root)
    pytest.fail(f"{operation} makes more writes than {MOST}")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = start_server("gkcra")
    yield running
    running.handle.cleanup()


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("operation", ["promote", "rollback"])
def test_the_same_with_a_ledger_on_postgresql(
    tmp_path: Path, server: Server, operation: str, side: str
) -> None:
    admin = Database(server, "postgres")
    template = f"t{uuid.uuid4().hex[:8]}"
    admin.run(f"CREATE DATABASE {template}")
    settings = {**SMALL, "ledger": server.url(template, "postgres")}
    ready = Shop(tmp_path / "ready", settings)
    ready.root.mkdir()
    prepared(ready, operation)
    for number in range(1, MOST):
        name = f"{template}_{number}"
        admin.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        settings = {**SMALL, "ledger": server.url(name, "postgres")}
        copy = Shop(tmp_path / f"{number}", settings, ready.now)
        shutil.copytree(ready.root, copy.root)
        if not die(copy, operation, side, number):
            assert number > 1, "nothing was ever written"
            return
        agrees(copy, operation)
    pytest.fail(f"{operation} makes more writes than {MOST}")


def test_a_rollback_with_the_ledgers_server_down_turns_the_flag_off_and_is_recorded_later(
    tmp_path: Path,
) -> None:
    running = start_server("gkdow")
    shop = Shop(tmp_path, {**SMALL, "ledger": running.url("postgres", "postgres")})
    shop.to_experimental()
    url = shop.settings["ledger"]
    shop.settings = {**shop.settings, "ledger": "postgresql://postgres@127.0.0.1:1/postgres"}
    with pytest.raises(LedgerError, match="the flag is off, but that is not recorded"):
        shop.service.rollback(KEY, Order("alice"))
    assert not shop.backend.read(KEY, "production").live
    shop.settings = {**shop.settings, "ledger": url}
    done(shop.service.reconcile(KEY, Order("alice")))
    state = shop.service.show(KEY).state
    assert state is not None
    assert state.phase is Phase.ROLLED_BACK
    running.handle.cleanup()
