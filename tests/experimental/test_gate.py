"""The gate: everything live in production that is not general has to be in order."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from gatekeeper.core import pipeline
from gatekeeper.core.digest import canonical
from gatekeeper.core.errors import PolicyError, UsageError
from gatekeeper.core.gate import Context, Options
from gatekeeper.core.model import Judgement, Severity, Verdict
from gatekeeper.experimental.facts import ExperimentalEvidence
from gatekeeper.experimental.gate import EXPERIMENTAL
from gatekeeper.experimental.outcome import Order
from tests.conftest import RequestFactory
from tests.experimental.conftest import D2, DECLARATION, KEY, START, Shop, done

EVIDENCE = TypeAdapter(ExperimentalEvidence)


@pytest.fixture
def judged(shop: Shop, context: Context, request_for: RequestFactory) -> Any:
    def run(**options: Any) -> Judgement:
        request = request_for(
            EXPERIMENTAL, shop.root, settings=shop.settings, options=Options(**options)
        )
        evidence = EXPERIMENTAL.collect(request)
        recorded = canonical(EVIDENCE.dump_python(evidence, mode="json"))
        again = EVIDENCE.validate_python(json.loads(recorded))
        assert again == evidence
        assert canonical(EVIDENCE.dump_python(again, mode="json")) == recorded
        return EXPERIMENTAL.judge(again, request.settings, replace(context, now=shop.now))

    return run


def verdict(judgement: Judgement) -> Verdict:
    return pipeline.conclude(pipeline.Outcome("experimental", 0, judgement), (), START).verdict


def rules(judgement: Judgement) -> list[str]:
    return [finding.rule for finding in judgement.findings]


def test_a_healthy_experimental_feature_passes_and_says_what_general_release_takes(
    shop: Shop, judged: Any
) -> None:
    shop.to_experimental()
    shop.wait(days=3, hours=4)
    shop.visit()
    done(shop.service.approve(KEY, Order("bob")))
    judgement = judged()
    assert verdict(judgement) is Verdict.PASS
    assert (
        "search-suggest is Experimental at 25 % since 3d 4h; may go general in 10d 20h "
        "after 1 more approval"
    ) in judgement.checked
    assert judgement.checked[0] == "1 feature declared in features/"
    assert judgement.checked[1] == "1 flag in production of the embedded backend, 1 of them on"
    assert judgement.summary == judgement.checked[-1]


def test_a_standing_leaves_out_seconds_after_an_hour_and_minutes_after_a_day(
    shop: Shop, judged: Any
) -> None:
    shop.to_experimental()
    for spent, shown in (
        ({"seconds": 59}, "59s"),
        ({"minutes": 60}, "1h"),
        ({"days": 3}, "3d 1h"),
        ({"minutes": 50}, "3d 1h"),
    ):
        shop.wait(**spent)
        assert f"is Experimental at 25 % since {shown};" in judged().checked[-1]


def test_what_is_ready_is_named_as_a_next_step(shop: Shop, judged: Any) -> None:
    shop.to_ready()
    judgement = judged()
    assert any(line.endswith("may go general now") for line in judgement.checked)
    assert judgement.next_steps == ("gatekeeper feature promote search-suggest",)


def test_a_general_feature_passes_even_when_its_declaration_was_cleaned_up(
    shop: Shop, judged: Any
) -> None:
    shop.to_ready()
    done(shop.service.promote(KEY, Order("alice")))
    assert verdict(judged()) is Verdict.PASS
    assert judged().summary == "every live flag is in order: 1 General"
    (shop.root / "features" / f"{KEY}.yml").unlink()
    assert verdict(judged()) is Verdict.PASS


def test_nothing_declared_and_no_backend_is_skipped_with_its_reason(judged: Any) -> None:
    judgement = judged()
    assert verdict(judgement) is Verdict.SKIP
    assert judgement.skipped == "no feature is declared in features/ and no flag backend exists"
    assert "gatekeeper feature start KEY" in judgement.next_steps[0]


def test_features_declared_without_a_backend_are_no_skip(shop: Shop, judged: Any) -> None:
    shop.declare()
    judgement = judged()
    assert verdict(judgement) is Verdict.ERROR
    assert "does not exist" in judgement.failures[0].reason


def test_a_feature_before_its_time_in_production_passes_while_its_flag_is_off(
    shop: Shop, judged: Any
) -> None:
    shop.to_staging()
    assert verdict(judged()) is Verdict.PASS


def test_a_flag_changed_by_hand_is_drift(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.tamper(
        "UPDATE flags SET document = replace(document, '25000', '90000')"
        " WHERE environment = 'production'",
        file="flags.db",
    )
    judgement = judged()
    assert rules(judgement) == ["experimental-drift"]
    assert verdict(judgement) is Verdict.FAIL
    assert "25 % → 90 % experimental" in judgement.findings[0].message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"on":true', '"on":true,"targets":[{"variation":1,"values":["me"]}]'),
        ('"on":true', '"on":true,"rules":[{"variation":1,"clauses":[]}]'),
        ('"on":true', '"on":1'),
        ('"salt":"search-suggest"', '"salt":"pick-my-friends"'),
        ('"offVariation":0', '"offVariation":1'),
        ('[false,true]', '[true,true]'),
        ('"on":true', '"on":false'),
        ('EXPERIMENTAL', 'GENERAL'),
    ],
)  # fmt: skip
def test_no_change_by_hand_goes_unseen(shop: Shop, judged: Any, old: str, new: str) -> None:
    shop.to_experimental()
    before = shop.backend.read(KEY, "production")
    shop.tamper("UPDATE flags SET document = replace(document, ?, ?)", old, new, file="flags.db")
    assert shop.backend.read(KEY, "production") != before
    assert verdict(judged()) is Verdict.FAIL


def test_a_flag_deleted_by_hand_is_drift(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.tamper("DELETE FROM flags", file="flags.db")
    judgement = judged()
    assert rules(judgement) == ["experimental-drift"]
    assert "is gone" in judgement.findings[0].message


def test_a_live_flag_that_nobody_declared_is_found(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.tamper(
        "INSERT INTO flags SELECT environment, 'stray', version, document, operation_id"
        " FROM flags WHERE environment = 'production'",
        file="flags.db",
    )
    judgement = judged()
    assert rules(judgement) == ["experimental-undeclared-flag"]
    assert judgement.findings[0].where.feature == "stray"


def test_a_name_of_a_flag_is_quoted_for_the_shell(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.tamper("UPDATE flags SET key = 'x; rm -rf /'", file="flags.db")
    steps = judged().next_steps
    assert "gatekeeper feature rollback 'x; rm -rf /'" in steps


def test_a_flag_that_is_there_twice_is_no_pass(shop: Shop, judged: Any) -> None:
    """The SDK would read the other one; that takes a table without its key."""
    from gatekeeper.experimental.backends.interface import BackendError

    shop.to_experimental()
    shop.tamper("CREATE TABLE mine AS SELECT * FROM flags", file="flags.db")
    shop.tamper("DROP TABLE flags", file="flags.db")
    shop.tamper("ALTER TABLE mine RENAME TO flags", file="flags.db")
    shop.tamper(
        "INSERT INTO flags SELECT environment, key, version, replace(document, '25000', '99000'),"
        " operation_id FROM flags WHERE environment = 'production'",
        file="flags.db",
    )
    with pytest.raises(BackendError, match="cannot be read"):
        judged()
    done(shop.service.rollback(KEY, Order("alice")))
    (flag,) = shop.backend.flags("production")
    assert not flag.live


@pytest.mark.parametrize("value", ["NULL", "'three'", "2.5", "x'00'"])
def test_a_version_of_another_type_is_no_pass_and_no_obstacle_to_rolling_back(
    shop: Shop, judged: Any, value: str
) -> None:
    from gatekeeper.experimental.backends.interface import BackendError

    shop.to_experimental()
    shop.tamper("CREATE TABLE mine AS SELECT * FROM flags", file="flags.db")
    shop.tamper("DROP TABLE flags", file="flags.db")
    shop.tamper("ALTER TABLE mine RENAME TO flags", file="flags.db")
    shop.tamper(f"UPDATE flags SET version = {value}", file="flags.db")
    with pytest.raises(BackendError, match="cannot be read"):
        judged()
    done(shop.service.rollback(KEY, Order("alice")))
    assert not shop.backend.read(KEY, "production").live


def test_taking_a_declaration_away_makes_its_live_flag_undeclared(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    (shop.root / "features" / f"{KEY}.yml").unlink()
    assert rules(judged()) == ["experimental-undeclared-flag"]


def test_declaring_another_flag_does_not_hide_the_live_one(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.declare(DECLARATION.replace("owner: alice", "owner: alice\nflag: something-else"))
    found = rules(judged())
    assert "experimental-undeclared-flag" in found
    assert "experimental-declaration-changed" in found


def test_a_flag_turned_on_before_its_time_or_after_a_rollback_is_found(
    shop: Shop, judged: Any
) -> None:
    shop.to_experimental()
    done(shop.service.rollback(KEY, Order("alice")))
    shop.tamper("UPDATE flags SET document = replace(document, ?, ?)", '"on":false', '"on":true',
                file="flags.db")  # fmt: skip
    judgement = judged()
    assert rules(judgement) == ["experimental-wrong-phase"]
    assert "it is Rolled back" in judgement.findings[0].message


@pytest.mark.parametrize(
    ("old", "new"), [('"offVariation":0', '"offVariation":1'), ("[false,true]", "[true,true]")]
)
def test_a_flag_that_serves_the_treatment_while_it_is_off_is_found(
    shop: Shop, judged: Any, old: str, new: str
) -> None:
    shop.to_experimental()
    done(shop.service.rollback(KEY, Order("alice")))
    assert rules(judged()) == []
    shop.tamper("UPDATE flags SET document = replace(document, ?, ?)", old, new, file="flags.db")
    assert rules(judged()) == ["experimental-wrong-phase"]
    assert judged().next_steps == (f"gatekeeper feature rollback {KEY}",)
    (shop.root / "features" / f"{KEY}.yml").unlink()
    assert verdict(judged()) is Verdict.FAIL


def test_a_flag_that_was_made_by_hand_and_serves_the_treatment_while_off_is_found(
    shop: Shop, judged: Any
) -> None:
    shop.to_staging()
    shop.tamper(
        "INSERT INTO flags SELECT 'production', key, version, ?, operation_id FROM flags",
        json.dumps({"key": KEY, "on": False, "offVariation": 0, "variations": [True, False]}),
        file="flags.db",
    )
    judgement = judged()
    assert rules(judgement) == ["experimental-wrong-phase"]
    assert "serves true to everybody instead of false" in judgement.findings[0].message


def test_a_general_feature_cannot_lend_its_record_to_another_flag(shop: Shop, judged: Any) -> None:
    shop.to_ready()
    done(shop.service.promote(KEY, Order("alice")))
    shop.tamper(
        "INSERT INTO flags SELECT environment, 'stray', version, replace(document, ?, 'stray'),"
        " operation_id FROM flags WHERE environment = 'production'",
        KEY,
        file="flags.db",
    )
    assert rules(judged()) == ["experimental-undeclared-flag"]
    shop.declare(DECLARATION.replace("owner: alice", "owner: alice\nflag: stray"))
    assert rules(judged()) == ["experimental-drift"]


def test_a_live_feature_has_to_be_recorded_in_the_environment_that_is_judged(
    shop: Shop, judged: Any
) -> None:
    shop.to_experimental()
    shop.settings = {**shop.settings, "production": "prod"}
    judgement = judged()
    assert rules(judgement) == ["experimental-drift"]
    assert "nothing is recorded in prod; recorded is " in judgement.findings[0].message
    assert "search-suggest in production" in judgement.findings[0].message


def test_a_reconfiguration_under_a_policy_of_ones_own_is_found(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    strict = {**shop.settings, "entry_approvals": 2}
    shop.declare(DECLARATION.replace("25", "100"))
    done(shop.service.approve(KEY, Order("bob")))
    done(shop.service.advance(KEY, Order("alice")))
    assert rules(judged()) == []
    shop.settings = strict
    assert rules(judged()) == ["experimental-weaker-terms"]


def test_a_stage_that_was_entered_under_a_policy_of_ones_own_is_found(
    shop: Shop, judged: Any
) -> None:
    policy = shop.settings
    shop.to_staging()
    shop.declare(f"{DECLARATION}  - {{percentage: 100}}\n")
    done(shop.service.sign_off(KEY, Order("quinn")))
    done(shop.service.advance(KEY, Order("alice")))
    done(shop.service.approve(KEY, Order("bob")))
    done(shop.service.advance(KEY, Order("alice")))
    shop.wait(hours=1)
    shop.visit(20)
    shop.settings = {**policy, "min_contexts": 1}
    done(shop.service.advance(KEY, Order("alice")))
    assert rules(judged()) == []
    shop.settings = policy
    judgement = judged()
    assert rules(judgement) == ["experimental-weaker-terms"]
    assert "became Experimental at stage 2 with" in judgement.findings[0].message
    assert "of 20 contexts" in judgement.findings[0].message


def test_an_experiment_past_its_expiry_is_found_the_day_after(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.now = shop.now.replace(month=12, day=31)
    assert rules(judged()) == []
    shop.wait(days=1)
    assert rules(judged()) == ["experimental-expired"]


def test_taking_the_expiry_away_does_not_end_it(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.declare(DECLARATION.replace("expires: 2026-12-31\n", ""))
    assert rules(judged()) == ["experimental-expired", "experimental-declaration-changed"]


def test_an_artifact_that_qa_never_saw_is_found(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.wait(hours=1)
    shop.service.advance(KEY, Order("alice"), D2)
    assert rules(judged()) == ["experimental-not-signed-off"]


def test_a_promotion_under_a_policy_of_ones_own_is_found(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    policy = shop.settings
    shop.settings = {"soak": "0s", "min_contexts": 1, "approvals": 1}
    shop.settings |= {"guardrail": {"negligible": 0.9, "alpha": 0.2}}
    shop.wait(minutes=1)
    shop.visit(60)
    done(shop.service.approve(KEY, Order("bob")))
    done(shop.service.promote(KEY, Order("alice")))
    assert rules(judged()) == []
    shop.settings = policy
    judgement = judged()
    assert rules(judgement) == ["experimental-weaker-terms"]
    assert "it became General with 1 of 2 approvals, 1m of 14d soak" in (
        judgement.findings[0].message
    )


def test_a_promotion_without_evidence_of_no_harm_is_found(shop: Shop, judged: Any) -> None:
    shop.to_ready()
    done(shop.service.promote(KEY, Order("alice")))
    assert rules(judged()) == []
    shop.settings = {**shop.settings, "guardrail": {"negligible": 0.001}}
    judgement = judged()
    assert rules(judgement) == ["experimental-weaker-terms"]
    assert "nothing that shows errors to be less than 1.5 ×" in judgement.findings[0].message


def test_a_feature_that_does_harm_is_found_and_to_be_rolled_back(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.wait(days=1)
    shop.visit(400, failing=40)
    judgement = judged()
    assert rules(judgement) == ["experimental-harm"]
    assert judgement.findings[0].severity is Severity.CRITICAL
    assert judgement.next_steps[0] == f"gatekeeper feature rollback {KEY}"


def test_arms_of_the_wrong_size_are_found(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.wait(days=1)
    shop.visit(1_000)
    shop.tamper(
        "DELETE FROM outcomes WHERE variation = 0 AND substr(hex(context), 1, 1) > '3'",
        file="flags.db",
    )
    judgement = judged()
    assert rules(judgement) == ["experimental-sample-ratio"]


def test_an_interrupted_move_is_found(
    shop: Shop, judged: Any, monkeypatch: pytest.MonkeyPatch
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
    assert rules(judged()) == ["experimental-unconfirmed-write"]


def test_a_ledger_that_does_not_verify_is_an_error_that_names_the_entry(
    shop: Shop, judged: Any
) -> None:
    shop.to_experimental()
    shop.tamper("UPDATE ledger_entries SET actor = 'carol' WHERE kind = 'approved'")
    judgement = judged()
    assert verdict(judgement) is Verdict.ERROR
    assert "`approved` of feature/search-suggest by carol) was edited" in (
        judgement.failures[0].reason
    )


def test_deleting_the_ledger_while_a_flag_is_live_is_an_error(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    for file in (shop.root / ".gatekeeper").glob("ledger.db*"):
        file.unlink()
    judgement = judged()
    assert verdict(judgement) is Verdict.ERROR
    assert "no ledger that says who decided" in judgement.failures[0].reason


def test_an_emptied_ledger_is_an_error(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.tamper("DELETE FROM ledger_entries")
    assert verdict(judged()) is Verdict.ERROR


def test_a_ledger_rewound_with_its_head_leaves_the_live_flag_unexplained(
    shop: Shop, judged: Any
) -> None:
    shop.to_experimental()
    shop.tamper("DELETE FROM ledger_entries WHERE sequence > 1")
    shop.tamper("UPDATE ledger_head SET sequence = 1, digest = (SELECT digest FROM ledger_entries)")
    assert rules(judged()) == ["experimental-wrong-phase"]


def test_a_missing_flag_file_is_an_error(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.flags.unlink()
    assert verdict(judged()) is Verdict.ERROR


def test_a_missing_flag_file_is_an_error_even_without_declarations(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.flags.unlink()
    shutil.rmtree(shop.root / "features")
    assert verdict(judged()) is Verdict.ERROR


def test_a_clock_before_the_ledgers_last_entry_is_an_error(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.wait(days=-1)
    judgement = judged()
    assert verdict(judgement) is Verdict.ERROR
    assert "1d in the future" in judgement.failures[0].reason


def test_a_broken_declaration_is_no_pass(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    shop.declare("key: search-suggest\ntitel: x\n")
    with pytest.raises(PolicyError, match=r"features/search-suggest.yml:2:1: unknown key `titel`"):
        judged()


def test_one_feature_can_be_asked_for(shop: Shop, judged: Any) -> None:
    shop.to_experimental()
    assert verdict(judged(feature=KEY)) is Verdict.PASS
    with pytest.raises(UsageError, match="no feature `search-sugest`") as error:
        judged(feature="search-sugest")
    assert "did you mean `search-suggest`?" in error.value.next_step


def test_a_broken_flag_file_is_no_pass(shop: Shop, judged: Any) -> None:
    from gatekeeper.experimental.backends.interface import BackendError

    shop.to_experimental()
    for left in shop.flags.parent.glob("flags.db-*"):
        left.unlink()
    shop.flags.write_bytes(b"")
    with pytest.raises(BackendError, match="cannot be used"):
        judged()


@pytest.mark.parametrize("document", ["", "[]", "null", '{"on":', '{"variations":[1e999,2]}'])
def test_a_flag_that_cannot_be_read_is_no_pass(shop: Shop, judged: Any, document: str) -> None:
    from gatekeeper.experimental.backends.interface import BackendError

    shop.to_experimental()
    shop.tamper("UPDATE flags SET document = ?", document, file="flags.db")
    with pytest.raises(BackendError, match="cannot be read"):
        judged()


def test_importing_the_gate_stays_light() -> None:
    import subprocess
    import sys

    code = (
        "import sys, gatekeeper.experimental.gate as g;"
        "print([m for m in ('sqlalchemy','ldclient','sqlite3','rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
