"""Holding, freezing, extending, expiring, requiring, cleaning up: the rest of a feature's life."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gatekeeper.experimental.outcome import Order, Outcome
from gatekeeper.experimental.references import references
from gatekeeper.experimental.routine import routine
from gatekeeper.experimental.state import FeatureState, Phase
from tests.experimental.conftest import D1, D2, DECLARATION, KEY, Shop, done, refused

ALICE, BOT = Order("alice"), Order("release-bot")
FREEZE = {"reason": "holidays", "from": date(2026, 11, 10), "until": date(2026, 11, 20)}
OTHER = "ranking"
RANKING = DECLARATION.replace(KEY, OTHER)


def state(shop: Shop, key: str = KEY) -> FeatureState:
    found = shop.service.show(key).state
    assert found is not None
    return found


def step(shop: Shop) -> Outcome:
    return routine(shop.service, KEY, BOT)


def test_what_is_held_does_not_soak_and_goes_on_where_it_was(shop: Shop) -> None:
    shop.to_experimental()
    shop.wait(days=4)
    done(shop.service.hold(KEY, ALICE, "a doubt"))
    assert state(shop).phase is Phase.HELD
    shop.wait(days=30)
    assert state(shop).soaked(shop.now).days == 4
    refused(shop.service.promote(KEY, ALICE), "phase")
    refused(shop.service.advance(KEY, ALICE), "phase")
    assert shop.backend.read(KEY, "production").live
    done(shop.service.resume(KEY, ALICE))
    shop.wait(days=9)
    outcome = shop.service.promote(KEY, ALICE)
    soak = next(r for r in outcome.refusals if r.guard == "soak")
    assert soak.reason == "needs 1d more soak: 13d of 14d since the last change"


def test_a_change_while_it_is_held_starts_the_soak_anew(shop: Shop) -> None:
    shop.to_experimental()
    shop.wait(days=4)
    done(shop.service.hold(KEY, ALICE, "a doubt"))
    shop.wait(days=1)
    shop.service.advance(KEY, ALICE, D2)
    shop.wait(days=1)
    done(shop.service.resume(KEY, ALICE))
    shop.wait(days=2)
    assert state(shop).soaked(shop.now).days == 2


def test_what_was_counted_before_a_hold_still_counts(shop: Shop) -> None:
    shop.to_experimental()
    shop.wait(days=1)
    shop.visit(400, failing=40)
    done(shop.service.hold(KEY, ALICE, "a doubt"))
    shop.wait(days=1)
    done(shop.service.resume(KEY, ALICE))
    assert "harm" in [r.guard for r in shop.service.promote(KEY, ALICE).refusals]


def test_a_held_feature_can_be_rolled_back(shop: Shop) -> None:
    shop.to_experimental()
    done(shop.service.hold(KEY, ALICE, "a doubt"))
    done(shop.service.rollback(KEY, ALICE))
    assert state(shop).phase is Phase.ROLLED_BACK
    assert not shop.backend.read(KEY, "production").live
    refused(shop.service.resume(KEY, ALICE), "phase")
    refused(shop.service.hold(KEY, ALICE, "again"), "phase")


def test_a_freeze_stops_what_reaches_more_users_and_says_until_when(shop: Shop) -> None:
    shop.to_ready()
    shop.settings = {**shop.settings, "calendar": [FREEZE]}
    (freeze,) = refused(shop.service.promote(KEY, ALICE), "freeze").refusals
    assert freeze.reason == "frozen until 2026-11-20 (UTC): holidays"
    assert freeze.wait is not None
    shop.now += freeze.wait
    shop.visit(prefix="v")
    done(shop.service.promote(KEY, ALICE))


def test_a_hot_fix_passes_a_freeze_with_approvals_and_is_recorded(shop: Shop) -> None:
    shop.to_experimental()
    shop.settings = {**shop.settings, "calendar": [FREEZE], "hotfix_approvals": 3}
    shop.wait(days=15)
    shop.visit()
    for who in ("bob", "carol"):
        done(shop.service.approve(KEY, Order(who)))
    urgent = Order("alice", hotfix="checkout is down")
    (freeze,) = refused(shop.service.promote(KEY, urgent), "freeze").refusals
    assert freeze.reason == "a hot-fix needs 3 approvals during a freeze: 2 of 3"
    done(shop.service.approve(KEY, Order("dave")))
    done(shop.service.promote(KEY, urgent))
    moved = [e for e in shop.ledger.entries() if e.kind == "moved"][-1]
    assert moved.payload["hotfix"] == "checkout is down"


def test_no_hot_fix_takes_a_shorter_way_than_the_other_guards(shop: Shop) -> None:
    shop.to_experimental()
    outcome = shop.service.promote(KEY, Order("alice", hotfix="because"))
    assert {"soak", "exposure", "approvals"} <= {r.guard for r in outcome.refusals}


def test_a_rollback_does_not_know_of_freezes(shop: Shop) -> None:
    shop.to_experimental()
    shop.settings = {**shop.settings, "calendar": [FREEZE | {"from": date(2026, 1, 1)}]}
    done(shop.service.rollback(KEY, ALICE))
    assert not shop.backend.read(KEY, "production").live


def test_an_expiry_is_put_off_by_somebody_else_twice_and_no_more(shop: Shop) -> None:
    shop.to_experimental()
    refused(shop.service.extend(KEY, ALICE, date(2027, 1, 15)), "approvals")
    refused(shop.service.extend(KEY, Order("bob"), date(2027, 3, 15)), "extensions")
    done(shop.service.extend(KEY, Order("bob"), date(2027, 1, 15)))
    shop.now = shop.now.replace(year=2027, month=1, day=10)
    assert "expiry" not in [r.guard for r in shop.service.promote(KEY, ALICE).refusals]
    done(shop.service.extend(KEY, Order("bob"), date(2027, 2, 10)))
    (refusal,) = refused(
        shop.service.extend(KEY, Order("carol"), date(2027, 2, 20)), "extensions"
    ).refusals
    assert refusal.reason == "its expiry was put off 2 times; 2 may be"


def test_after_the_deadline_a_step_rolls_back_and_records_that_it_expired(shop: Shop) -> None:
    shop.to_experimental()
    shop.now = shop.now.replace(year=2027)
    done(step(shop))
    assert state(shop).phase is Phase.EXPIRED
    assert not shop.backend.read(KEY, "production").live
    shop.declare(DECLARATION.replace("2026-12-31", "2028-01-01"))
    assert done(shop.service.start(KEY, ALICE)).state.attempt == 2  # type: ignore[union-attr]


def test_harm_rolls_back_at_the_next_step_with_its_figures(shop: Shop) -> None:
    shop.to_experimental()
    shop.wait(days=1)
    shop.visit(400, failing=40)
    done(step(shop))
    assert state(shop).phase is Phase.ROLLED_BACK
    assert not shop.backend.read(KEY, "production").live
    reason = shop.ledger.entries()[-1].payload["reason"]
    assert reason.startswith("40 of ")
    assert "contexts with it met an error, 0 of " in reason


def test_a_step_promotes_what_is_ready_and_leaves_what_is_not(shop: Shop) -> None:
    shop.to_experimental()
    assert not step(shop).done
    assert state(shop).phase is Phase.EXPERIMENTAL
    shop.wait(days=15)
    shop.visit()
    for who in ("bob", "carol"):
        done(shop.service.approve(KEY, Order(who)))
    done(step(shop))
    assert state(shop).phase is Phase.GENERAL


def test_a_step_holds_in_a_freeze_and_lets_go_after_it_what_it_held(shop: Shop) -> None:
    shop.to_experimental()
    shop.settings = {**shop.settings, "calendar": [FREEZE]}
    shop.wait(days=9)
    done(step(shop))
    assert state(shop).phase is Phase.HELD
    assert step(shop).refusals or step(shop).note == "nothing to do"
    shop.wait(days=11)
    done(step(shop))
    assert state(shop).phase is Phase.EXPERIMENTAL
    assert state(shop).soaked(shop.now).days == 9


def test_a_step_does_not_let_go_what_a_person_held(shop: Shop) -> None:
    shop.to_experimental()
    done(shop.service.hold(KEY, ALICE, "a doubt"))
    step(shop)
    assert state(shop).phase is Phase.HELD


@pytest.fixture
def pair(shop: Shop) -> Shop:
    """A feature that requires another one; both are in QA's hands."""
    shop.declare(DECLARATION + f"requires: [{OTHER}]\n")
    shop.declare(RANKING, OTHER)
    for key in (OTHER, KEY):
        done(shop.service.start(key, ALICE))
        done(shop.service.advance(key, ALICE, D1))
        done(shop.service.sign_off(key, Order("quinn")))
        done(shop.service.advance(key, ALICE))
        done(shop.service.approve(key, Order("bob")))
    return shop


def test_a_dependent_is_never_ahead_of_what_it_requires(pair: Shop) -> None:
    (refusal,) = refused(pair.service.advance(KEY, ALICE), "prerequisites").refusals
    assert refusal.reason == (
        "it requires ranking, which is QA passed at 0 %, and would be at 25 %"
    )
    done(pair.service.advance(OTHER, ALICE))
    done(pair.service.advance(KEY, ALICE))
    assert "prerequisites" in [r.guard for r in pair.service.promote(KEY, ALICE).refusals]


def test_what_requires_a_feature_that_is_rolled_back_is_rolled_back_too(pair: Shop) -> None:
    done(pair.service.advance(OTHER, ALICE))
    done(pair.service.advance(KEY, ALICE))
    outcome = done(pair.service.rollback(OTHER, ALICE))
    assert f"{KEY} requires it and is off as well" in outcome.note
    assert state(pair).phase is Phase.ROLLED_BACK
    assert not pair.backend.read(KEY, "production").live


def test_a_feature_cannot_require_itself(shop: Shop) -> None:
    shop.declare(DECLARATION + f"requires: [{KEY}]\n")
    with pytest.raises(Exception, match="names other features"):
        shop.service.start(KEY, ALICE)


def test_a_general_feature_is_cleaned_up_and_archived_once_nobody_needs_its_flag(
    shop: Shop,
) -> None:
    shop.to_ready()
    done(shop.service.promote(KEY, ALICE))
    (bake,) = refused(shop.service.advance(KEY, ALICE), "bake").refusals
    assert bake.reason == "needs 14d more as a general feature"
    shop.wait(days=14)
    done(shop.service.advance(KEY, ALICE))
    shop.visit(5)
    refused(shop.service.advance(KEY, ALICE), "references", "evaluations")
    subprocess.run(["git", "init", "--quiet"], cwd=shop.root, check=True)
    (shop.root / ".gitignore").write_text(".gatekeeper/\n")
    code = shop.root / "shop.py"
    code.write_text(f"variation('{KEY}')\n")
    shop.wait(days=8)
    (named,) = refused(shop.service.advance(KEY, ALICE), "references").refusals
    assert named.reason == "its flag search-suggest is named in shop.py"
    code.write_text("on()\n")
    done(shop.service.advance(KEY, ALICE))
    assert state(shop).phase is Phase.ARCHIVED
    assert not shop.backend.read(KEY, "production").live


Damage = Callable[[Shop], None]


def killed(shop: Shop) -> None:
    shop.backend.kill(KEY, "production", "by-hand")


def widened(shop: Shop) -> None:
    shop.tamper("UPDATE flags SET document = replace(document, '25000', '90000')", file="flags.db")


def test_what_somebody_turned_off_is_recorded_and_stays_off(shop: Shop) -> None:
    shop.to_experimental()
    killed(shop)
    done(shop.service.reconcile(KEY, ALICE))
    assert state(shop).phase is Phase.ROLLED_BACK
    assert not shop.backend.read(KEY, "production").live


def test_what_somebody_changed_is_set_back_and_recorded(shop: Shop) -> None:
    shop.to_experimental()
    before = shop.backend.read(KEY, "production").configuration
    widened(shop)
    dry = shop.service.reconcile(KEY, Order("alice", dry_run=True))
    assert dry.plans
    assert not dry.done
    done(shop.service.reconcile(KEY, ALICE))
    assert shop.backend.read(KEY, "production").configuration == before
    assert shop.ledger.entries()[-1].kind == "reconciled"
    assert done(shop.service.reconcile(KEY, ALICE)).note == "ledger and flags agree"


def test_what_somebody_turned_on_after_a_rollback_is_turned_off_again(shop: Shop) -> None:
    shop.to_experimental()
    done(shop.service.rollback(KEY, ALICE))
    shop.tamper(
        "UPDATE flags SET document = replace(document, '\"on\":false', '\"on\":true')",
        file="flags.db",
    )
    assert shop.backend.read(KEY, "production").live
    done(shop.service.reconcile(KEY, ALICE))
    assert not shop.backend.read(KEY, "production").live
    assert state(shop).phase is Phase.ROLLED_BACK


def test_outside_of_a_checkout_nobody_can_tell_who_names_the_flag(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(KEY)
    assert references(tmp_path, KEY, "features") is None
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / f"{KEY}.yml").write_text(DECLARATION)
    (tmp_path / "gone").symlink_to("nowhere")
    assert references(tmp_path, KEY, "features") == ("shop.py",)
