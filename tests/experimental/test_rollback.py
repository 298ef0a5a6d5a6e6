"""Rolling back works whatever is broken, and off means that nobody meets the treatment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ldclient import Context

from gatekeeper.experimental.backends.embedded import EmbeddedBackend, client
from gatekeeper.experimental.backends.interface import BackendError
from gatekeeper.experimental.configuration import Observed
from gatekeeper.experimental.outcome import Order
from gatekeeper.experimental.state import Phase
from gatekeeper.ledger.entry import Draft
from gatekeeper.ledger.errors import LedgerError, RevisionConflictError
from gatekeeper.ledger.store import Ledger
from tests.experimental.conftest import DECLARATION, KEY, Shop, done

NOBODY = Order("anybody")
PRODUCTION = "WHERE environment = 'production'"
SERVE_TO_ALL = [('"offVariation":0', '"offVariation":1'), ("[false,true]", "[true,true]")]


def edit(shop: Shop, old: str, new: str) -> None:
    """Change the flag by hand, in every environment."""
    before = shop.backend.flags("production")
    shop.tamper("UPDATE flags SET document = replace(document, ?, ?)", old, new, file="flags.db")
    assert shop.backend.flags("production") != before


def met(shop: Shop) -> int:
    """Return how many of 50 people meet the feature, asked through LaunchDarkly's own SDK."""
    with client(shop.flags, "production", poll=60) as sdk:
        people = (Context.create(f"p{number}") for number in range(50))
        return sum(sdk.variation(KEY, person, False) is True for person in people)


def recorded_phase(shop: Shop) -> Phase:
    state = shop.service.show(KEY).state
    assert state is not None
    return state.phase


@pytest.mark.parametrize(("old", "new"), SERVE_TO_ALL)
def test_what_a_flag_serves_while_it_is_off_is_put_right(shop: Shop, old: str, new: str) -> None:
    shop.to_experimental()
    edit(shop, old, new)
    done(shop.service.rollback(KEY, NOBODY))
    assert met(shop) == 0


@pytest.mark.parametrize(("old", "new"), SERVE_TO_ALL)
def test_a_flag_that_serves_the_treatment_while_off_was_not_off_already(
    shop: Shop, old: str, new: str
) -> None:
    shop.to_experimental()
    done(shop.service.rollback(KEY, NOBODY))
    edit(shop, old, new)
    assert met(shop) == 50
    assert done(shop.service.rollback(KEY, NOBODY)).note == ""
    assert met(shop) == 0
    assert done(shop.service.rollback(KEY, NOBODY)).note == "it was off already"


@pytest.mark.parametrize("document", ["null", "{", "[" * 50_000])
@pytest.mark.parametrize("where", [PRODUCTION, "WHERE environment = 'staging'", ""])
def test_a_flag_that_cannot_be_read_is_turned_off_all_the_same(
    shop: Shop, document: str, where: str
) -> None:
    shop.to_experimental()
    shop.tamper(f"UPDATE flags SET document = ? {where}", document, file="flags.db")
    outcome = done(shop.service.rollback(KEY, NOBODY))
    assert ("cannot be read → off",) in [plan.changes for plan in outcome.plans]
    assert met(shop) == 0
    assert not shop.backend.read(KEY, "staging").live
    assert recorded_phase(shop) is Phase.ROLLED_BACK


def test_one_flag_that_cannot_be_turned_off_does_not_keep_the_others_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.to_experimental()
    kill = EmbeddedBackend.kill

    def stuck(self: EmbeddedBackend, flag: str, environment: str, name: str) -> Observed:
        if environment == "production":
            raise BackendError("no answer")
        return kill(self, flag, environment, name)

    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedBackend, "kill", stuck)
        with pytest.raises(BackendError, match="no answer"):
            shop.service.rollback(KEY, NOBODY)
    assert not shop.backend.read(KEY, "staging").live
    assert recorded_phase(shop) is Phase.EXPERIMENTAL


def test_a_clock_that_is_behind_does_not_keep_it_from_being_recorded(shop: Shop) -> None:
    shop.to_experimental()
    before = shop.now
    shop.wait(days=-400)
    done(shop.service.rollback(KEY, NOBODY))
    shop.now = before
    assert recorded_phase(shop) is Phase.ROLLED_BACK
    assert shop.ledger.verify().problems == ()
    assert shop.ledger.entries()[-1].time == before


def test_an_environment_that_the_policy_calls_otherwise_now_is_turned_off_too(shop: Shop) -> None:
    shop.to_experimental()
    shop.settings = {**shop.settings, "production": "prod", "staging": "qa"}
    done(shop.service.rollback(KEY, NOBODY))
    assert not shop.backend.read(KEY, "production").live
    assert not shop.backend.read(KEY, "staging").live


def test_a_ledger_that_cannot_be_written_is_told_with_what_was_done(shop: Shop) -> None:
    shop.to_experimental()
    shop.tamper(
        "CREATE TRIGGER full BEFORE INSERT ON ledger_entries"
        " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    with pytest.raises(LedgerError, match=r"the flag is off, but that is not recorded: .*full"):
        shop.service.rollback(KEY, NOBODY)
    assert met(shop) == 0


def test_an_entry_that_makes_no_sense_does_not_keep_the_flag_on(shop: Shop) -> None:
    shop.to_experimental()
    revision = len(shop.ledger.entries())
    ledger = Ledger.open("sqlite:///.gatekeeper/ledger.db", shop.root, create=True)
    nonsense = Draft(f"feature/{KEY}", "moved", {}, "eve", shop.now, "op")
    ledger.append(nonsense, expect_revision=revision)
    with pytest.raises(LedgerError, match=r"the flag is off.*makes no sense here"):
        shop.service.rollback(KEY, NOBODY)
    assert met(shop) == 0


def test_the_flag_is_found_when_only_another_declaration_and_the_ledger_are_broken(
    shop: Shop,
) -> None:
    shop.to_experimental()
    shop.tamper("UPDATE flags SET key = 'suggest', document = replace(document, ?, 'suggest')", KEY,
                file="flags.db")  # fmt: skip
    shop.declare(DECLARATION.replace("owner:", "flag: suggest\nowner:"))
    shop.declare("key: [", "other")
    shop.tamper("UPDATE ledger_entries SET actor = 'eve'")
    with pytest.raises(LedgerError, match="the flag is off"):
        shop.service.rollback(KEY, NOBODY)
    assert not shop.backend.read("suggest", "production").live


@pytest.mark.parametrize("verb", ["approve", "rollback"])
def test_an_operation_id_that_was_used_before_is_no_reason_not_to_record(
    shop: Shop, verb: str
) -> None:
    order = Order("bob", operation_id="the-run")
    shop.to_experimental()
    done(getattr(shop.service, verb)(KEY, order))
    if verb == "rollback":
        shop.to_experimental()
    done(shop.service.rollback(KEY, order))
    assert recorded_phase(shop) is Phase.ROLLED_BACK
    assert met(shop) == 0


def test_a_rollback_wins_against_a_move_that_is_being_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.to_ready()
    apply = EmbeddedBackend.apply

    def overtaken(self: EmbeddedBackend, plan: Any, name: str) -> Observed:
        monkeypatch.setattr(EmbeddedBackend, "apply", apply)
        done(shop.service.rollback(KEY, NOBODY))
        return apply(self, self.plan(self.read(KEY, "production"), plan.desired), name)

    monkeypatch.setattr(EmbeddedBackend, "apply", overtaken)
    with pytest.raises(RevisionConflictError, match="was rolled back in the meantime"):
        shop.service.promote(KEY, Order("alice"))
    assert recorded_phase(shop) is Phase.ROLLED_BACK
    assert met(shop) == 0


def test_a_flag_that_serves_to_all_through_a_rule_is_not_described_as_harmless(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path)
    shop.to_experimental()
    edit(shop, '"on":true', '"on":true,"rules":[{"variation":1,"clauses":[]}]')
    described = shop.backend.read(KEY, "production").described
    assert described == "on at 25 % with rules, targets or settings of the vendor's own"
