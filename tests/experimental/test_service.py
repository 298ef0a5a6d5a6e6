"""A feature's way through its phases, on the real ledger, flag file and SDK."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from gatekeeper.core.errors import UsageError
from gatekeeper.experimental.configuration import Counts
from gatekeeper.experimental.outcome import REPLAYED, Order
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import Phase
from gatekeeper.ledger.errors import LedgerError, RevisionConflictError
from tests.experimental.conftest import D1, D2, DECLARATION, KEY, Shop, done, refused


def test_a_feature_goes_all_the_way(shop: Shop) -> None:
    shop.to_ready()
    outcome = done(shop.service.promote(KEY, Order("alice")))
    assert outcome.state is not None
    assert outcome.state.phase is Phase.GENERAL
    assert outcome.state.pending == ""
    seen = shop.backend.read(KEY, "production").configuration
    assert seen is not None
    assert (seen.on, seen.weight, seen.phase) == (True, 100_000, "GENERAL")
    assert shop.ledger.verify().problems == ()


def test_each_phase_leaves_the_flag_as_it_should_be(shop: Shop) -> None:
    shop.to_staging()
    assert shop.backend.read(KEY, "staging").live
    assert not shop.backend.read(KEY, "production").live
    done(shop.service.sign_off(KEY, Order("quinn")))
    done(shop.service.advance(KEY, Order("alice")))
    assert not shop.backend.read(KEY, "production").live


def test_soak_exposure_and_approvals_are_refused_with_figures(shop: Shop) -> None:
    shop.to_experimental()
    shop.wait(days=10, hours=20)
    shop.visit(40)
    outcome = refused(shop.service.promote(KEY, Order("alice")), "soak", "exposure", "approvals")
    soak, exposure, approvals = outcome.refusals
    assert soak.reason == "needs 3d 4h more soak: 10d 20h of 14d since the last change"
    met = shop.service.show(KEY).situation.exposure  # type: ignore[union-attr]
    assert isinstance(met, Counts)
    assert exposure.reason == (
        f"needs about {20 - met.experimental} more contexts: {met.experimental} of 20 met it"
    )
    assert exposure.wait is not None
    assert approvals.reason == "needs 2 more approvals: 0 of 2"
    assert "somebody other than alice" in approvals.remedy


def test_no_exposure_at_all_never_advances(shop: Shop) -> None:
    shop.to_experimental()
    shop.wait(days=30)
    for name in ("bob", "carol"):
        done(shop.service.approve(KEY, Order(name)))
    outcome = refused(
        shop.service.promote(KEY, Order("alice")), "exposure", "freshness", "non-inferiority"
    )
    assert "no exposure was counted" in outcome.refusals[0].reason


def test_another_artifact_restarts_soak_and_voids_sign_off_and_approvals(shop: Shop) -> None:
    shop.to_ready()
    refused(shop.service.advance(KEY, Order("dora"), D2), "phase")
    outcome = shop.service.promote(KEY, Order("alice"))
    missing = ("qa", "soak", "exposure", "freshness", "non-inferiority", "approvals")
    refused(outcome, *missing)
    assert outcome.refusals[1].reason.startswith("needs 14d more soak: 0s of 14d")
    # who deployed it is part of the change now
    refused(shop.service.approve(KEY, Order("dora")), "approvals")


def test_another_configuration_is_brought_to_the_flag_and_restarts_the_soak(shop: Shop) -> None:
    shop.to_ready()
    shop.declare(
        DECLARATION.replace("stages:", "variations: {control: a, experimental: b}\nstages:")
    )
    refused(shop.service.promote(KEY, Order("alice")), "configuration", "approvals")
    refused(shop.service.advance(KEY, Order("alice")), "approvals")
    done(shop.service.approve(KEY, Order("bob")))
    done(shop.service.advance(KEY, Order("alice")))
    seen = shop.backend.read(KEY, "production").configuration
    assert seen is not None
    assert seen.experimental == '"b"'
    refused(
        shop.service.promote(KEY, Order("alice")),
        *("soak", "exposure", "freshness", "non-inferiority", "approvals"),
    )


def test_stages_widen_one_by_one_and_each_has_its_soak(shop: Shop) -> None:
    shop.settings = {**shop.settings, "min_contexts": 1}
    stages = "  - {percentage: 5, soak: 2d}\n  - {percentage: 50}\n"
    text = DECLARATION.replace("  - {percentage: 25}\n", stages)
    shop.to_staging()
    shop.declare(text)
    done(shop.service.sign_off(KEY, Order("quinn")))
    done(shop.service.advance(KEY, Order("alice")))
    done(shop.service.approve(KEY, Order("bob")))
    done(shop.service.advance(KEY, Order("alice")))
    shop.wait(days=1)
    shop.visit()
    outcome = refused(shop.service.advance(KEY, Order("alice")), "stage soak")
    assert outcome.refusals[0].reason.startswith("needs 1d more soak")
    shop.wait(days=1)
    state = done(shop.service.advance(KEY, Order("alice"))).state
    assert state is not None
    assert state.stage == 1
    seen = shop.backend.read(KEY, "production").configuration
    assert seen is not None
    assert seen.weight == 50_000
    refused(shop.service.advance(KEY, Order("alice")), "phase")


@pytest.mark.parametrize("to", ["to_staging", "to_experimental", "to_ready"])
def test_rollback_is_open_from_everywhere_and_turns_every_flag_off(shop: Shop, to: str) -> None:
    getattr(shop, to)()
    outcome = done(shop.service.rollback(KEY, Order("anybody"), "it hurts"))
    assert outcome.state is not None
    assert outcome.state.phase is Phase.ROLLED_BACK
    assert not shop.backend.read(KEY, "production").live
    assert not shop.backend.read(KEY, "staging").live
    assert done(shop.service.rollback(KEY, Order("anybody"))).note == "it was off already"


def test_after_a_rollback_another_attempt_starts_from_the_beginning(shop: Shop) -> None:
    shop.to_ready()
    done(shop.service.rollback(KEY, Order("alice")))
    shop.wait(hours=1)
    state = done(shop.service.start(KEY, Order("alice"))).state
    assert state is not None
    assert (state.attempt, state.phase, state.approvals, state.artifact) == (2, Phase.DRAFT, (), "")
    refused(shop.service.promote(KEY, Order("alice")), "phase")


def test_rollback_works_with_a_broken_declaration_and_a_drifted_flag(shop: Shop) -> None:
    shop.to_experimental()
    shop.declare("key: [")
    shop.tamper("UPDATE flags SET version = 40", file="flags.db")
    done(shop.service.rollback(KEY, Order("alice")))
    assert not shop.backend.read(KEY, "production").live


def test_rollback_turns_the_flag_off_even_when_the_ledger_cannot_be_read(shop: Shop) -> None:
    shop.to_experimental()
    (shop.root / ".gatekeeper" / "ledger.db").write_bytes(b"broken" * 1000)
    for left in (shop.root / ".gatekeeper").glob("ledger.db-*"):
        left.unlink()
    with pytest.raises(LedgerError, match="the flag is off, but that is not recorded"):
        shop.service.rollback(KEY, Order("alice"))
    assert not shop.backend.read(KEY, "production").live


def test_rollback_turns_off_a_flag_that_nobody_declared(shop: Shop) -> None:
    shop.to_experimental()
    shop.tamper("UPDATE flags SET key = 'stray'", file="flags.db")
    outcome = done(shop.service.rollback("stray", Order("alice")))
    assert "recorded before" in outcome.note
    assert not shop.backend.read("stray", "production").live


def test_rolling_back_what_does_not_exist_is_a_usage_error(shop: Shop) -> None:
    with pytest.raises(UsageError, match="no feature and no flag"):
        shop.service.rollback("nothing", Order("alice"))


def test_start_writes_a_declaration_where_there_is_none(shop: Shop) -> None:
    outcome = done(shop.service.start(KEY, Order("alice")))
    assert outcome.note.startswith("wrote features/search-suggest.yml")
    assert outcome.feature is not None
    assert outcome.feature.owner == "alice"
    assert outcome.feature.expires == "2027-01-30"


def test_an_attempt_under_way_cannot_be_started_again(shop: Shop) -> None:
    shop.to_staging()
    refused(shop.service.start(KEY, Order("alice")), "phase")


def test_a_dry_run_shows_the_plan_and_writes_nothing(shop: Shop) -> None:
    shop.to_ready()
    before = shop.ledger.entries(), shop.backend.read(KEY, "production")
    told: list[object] = []
    outcome = shop.service.promote(KEY, Order("alice", dry_run=True, announce=told.append))
    assert not outcome.done
    assert not outcome.refusals
    assert outcome.plans[0].changes == ("25 % → 100 % experimental", "phase EXPERIMENTAL → GENERAL")
    assert told == list(outcome.plans)
    assert (shop.ledger.entries(), shop.backend.read(KEY, "production")) == before


def test_a_dry_run_in_an_empty_tree_makes_no_file(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.service.start(KEY, Order("alice", dry_run=True))
    assert list(tmp_path.iterdir()) == []


def test_the_plan_is_announced_before_it_is_written(shop: Shop) -> None:
    shop.to_ready()

    def announce(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.service.promote(KEY, Order("alice", announce=announce))
    assert shop.ledger.entries()[-1].kind == "approved"


@pytest.mark.parametrize("verb", ["start", "sign_off", "approve", "advance", "promote", "rollback"])
def test_replaying_an_operation_changes_nothing(shop: Shop, verb: str) -> None:
    order = Order("zoe", operation_id="op-1")
    if verb == "start":
        shop.declare()
    elif verb in {"sign_off", "advance"}:
        shop.to_staging()
    else:
        shop.to_ready()
    if verb == "advance":
        done(shop.service.sign_off(KEY, Order("quinn")))
    done(getattr(shop.service, verb)(KEY, order))
    before = shop.ledger.entries(), shop.backend.flags("production") if shop.flags.exists() else ()
    shop.wait(hours=1)
    again = done(getattr(shop.service, verb)(KEY, order))
    assert again.note in {REPLAYED, "it was off already"}
    assert (shop.ledger.entries(), shop.backend.flags("production")) == before


def test_an_interrupted_move_is_completed_by_the_next_operation(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gatekeeper.experimental.backends.embedded import EmbeddedBackend
    from gatekeeper.experimental.backends.interface import OutcomeUnknownError

    shop.to_ready()

    def lost(*_: object) -> None:
        raise OutcomeUnknownError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedBackend, "apply", lost)
        with pytest.raises(OutcomeUnknownError):
            shop.service.promote(KEY, Order("alice"))
    state = shop.service.show(KEY).state
    assert state is not None
    assert state.pending
    refused(shop.service.promote(KEY, Order("alice")), "phase")
    state = shop.service.show(KEY).state
    assert state is not None
    assert (state.phase, state.pending) == (Phase.GENERAL, "")
    seen = shop.backend.read(KEY, "production").configuration
    assert seen is not None
    assert seen.weight == 100_000


def test_a_move_that_was_not_set_yet_does_not_soak(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gatekeeper.experimental.backends.embedded import EmbeddedBackend
    from gatekeeper.experimental.backends.interface import OutcomeUnknownError

    def lost(*_: object) -> None:
        raise OutcomeUnknownError("no answer")

    shop.to_staging()
    done(shop.service.sign_off(KEY, Order("quinn")))
    done(shop.service.advance(KEY, Order("alice")))
    done(shop.service.approve(KEY, Order("bob")))
    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedBackend, "apply", lost)
        with pytest.raises(OutcomeUnknownError):
            shop.service.advance(KEY, Order("alice"))
    shop.wait(days=15)
    outcome = shop.service.promote(KEY, Order("alice"))
    assert outcome.refusals[0].reason.startswith("needs 14d more soak: 0s of 14d")


def test_an_operation_id_names_one_wish_of_one_person(shop: Shop) -> None:
    """Else a second approval, or a promotion, would be called done that never was."""
    shop.to_ready()
    done(shop.service.rollback(KEY, Order("alice")))
    shop.to_experimental()
    done(shop.service.approve(KEY, Order("bob", operation_id="the-run")))
    before = shop.ledger.entries()
    for verb, who in (("approve", "carol"), ("promote", "bob"), ("advance", "bob")):
        with pytest.raises(RevisionConflictError, match="the-run was used for something else"):
            getattr(shop.service, verb)(KEY, Order(who, operation_id="the-run"))
    assert shop.ledger.entries() == before


def test_a_live_feature_keeps_its_flag(shop: Shop) -> None:
    """The one that it leaves would stay on, and no rollback would know of it."""
    shop.to_experimental()
    shop.declare(DECLARATION.replace("owner:", "flag: other\nowner:"))
    done(shop.service.approve(KEY, Order("bob")))
    outcome = refused(shop.service.advance(KEY, Order("alice")), "flag")
    assert outcome.refusals[0].reason == (
        "its flag is search-suggest, and the declaration names other"
    )


def test_a_flag_file_that_is_gone_stands_in_the_way(shop: Shop) -> None:
    shop.to_staging()
    done(shop.service.sign_off(KEY, Order("quinn")))
    shop.flags.unlink()
    (refusal,) = shop.service.show(KEY).refusals
    assert refusal.guard == "in-sync"
    assert "search-suggest in staging is gone" in refusal.reason


def test_staging_and_production_cannot_be_one_environment() -> None:
    """Nothing guards what is turned on in staging."""
    with pytest.raises(ValidationError, match="have to be two environments"):
        ExperimentalSettings.model_validate({"production": "live", "staging": "live"})


@pytest.mark.parametrize("folder", ["/etc", "../features", "features/../..", "."])
def test_the_declarations_are_in_the_tree(folder: str) -> None:
    with pytest.raises(ValidationError, match="below the root of the tree"):
        ExperimentalSettings.model_validate({"features": folder})


def test_a_draft_that_is_started_again_is_told_how_to_go_on(shop: Shop) -> None:
    """Rolling back does not end it: nothing is on."""
    shop.declare()
    done(shop.service.start(KEY, Order("alice")))
    outcome = refused(shop.service.start(KEY, Order("alice")), "phase")
    assert f"feature advance {KEY} --artifact DIGEST" in outcome.refusals[0].remedy


def test_operations_on_what_was_never_started_say_so(shop: Shop) -> None:
    with pytest.raises(UsageError, match=r"features/search-suggest\.yml does not exist"):
        shop.service.promote(KEY, Order("alice"))
    shop.declare()
    with pytest.raises(UsageError, match="was not started"):
        shop.service.promote(KEY, Order("alice", dry_run=True))


@pytest.mark.parametrize("digest", ["v1.2", "sha256:12", "latest"])
def test_an_artifact_is_named_by_its_digest_only(shop: Shop, digest: str) -> None:
    shop.to_staging()
    with pytest.raises(UsageError, match="named by its digest"):
        shop.service.advance(KEY, Order("alice"), digest)


def test_the_standing_of_every_feature_is_listed(shop: Shop) -> None:
    shop.to_staging()
    shop.declare(DECLARATION.replace(KEY, "dark-mode"), "dark-mode")
    standings = {standing.key: standing for standing in shop.service.standings()}
    assert standings["dark-mode"].state is None
    assert [r.guard for r in standings[KEY].refusals] == ["qa"]
    assert [event.kind for event in standings[KEY].events] == [
        "started", "deployed", "moved", "applied",
    ]  # fmt: skip
    assert D1 in {event.payload.get("artifact") for event in standings[KEY].events}
