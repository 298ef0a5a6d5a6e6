"""The phase machine as a table: one situation in which all holds, and what breaks each guard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gatekeeper.experimental import guards, phases
from gatekeeper.experimental.configuration import Configuration, Counts, Fared
from gatekeeper.experimental.features import Feature, Stage
from gatekeeper.experimental.guards import Situation
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import Approval, FeatureState, Phase, SignOff, Target
from gatekeeper.experimental.statistics.tally import Arm, Tally

D1, D2 = ("sha256:" + digit * 64 for digit in "12")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
FEATURE = Feature(
    key="a",
    title="A",
    owner="alice",
    flag="a",
    unit="user",
    control="false",
    experimental="true",
    expires="2026-12-31",
    stages=(Stage(25_000, 86_400),),
    path="features/a.yml",
)
ON = Configuration(True, 25_000, "user", "false", "true", "EXPERIMENTAL")
STATE = FeatureState(
    key="a",
    revision=9,
    attempt=1,
    phase=Phase.EXPERIMENTAL,
    stage=0,
    since=SINCE,
    stage_since=SINCE,
    changed=SINCE,
    latest=SINCE,
    author="alice",
    contributors=("alice",),
    mover="alice",
    artifact=D1,
    config=FEATURE.config,
    approvals=tuple(Approval(who, Phase.GENERAL, D1, FEATURE.config) for who in ("bob", "carol")),
    sign_offs=(SignOff("quinn", D1),),
    targets=(Target("production", "a", ON),),
)
READY = Situation(
    feature=FEATURE,
    state=STATE,
    settings=ExperimentalSettings(),
    exposure=Counts(9_000, 3_000),
    drift=(),
    now=SINCE + timedelta(days=14),
    fared=Fared(Arm(30_000, 300), Arm(10_000, 100), SINCE + timedelta(days=14)),
)


def refusals(at: Situation) -> dict[str, str]:
    move = phases.promote(at.state)
    assert move is not None
    return {refusal.guard: refusal.reason for refusal in move.refusals(at)}


def state(**changes: Any) -> Situation:
    return replace(READY, state=replace(STATE, **changes))


def approvals(*given: tuple[str, Phase, str, str]) -> Situation:
    return state(approvals=tuple(Approval(*one) for one in given))


def fared(control: Arm, experimental: Arm, age: timedelta = timedelta(0)) -> Situation:
    return replace(READY, fared=Fared(control, experimental, READY.now - age))


G, C = Phase.GENERAL, FEATURE.config
BOB = ("bob", G, D1, C)


def test_nothing_stands_in_the_way_when_everything_holds() -> None:
    assert refusals(READY) == {}


def test_the_last_part_of_a_second_of_soak_is_asked_for_as_one() -> None:
    at = replace(READY, now=SINCE + timedelta(days=14, microseconds=-1))
    reason = refusals(at)["soak"]
    assert reason.startswith("needs 1s more soak: 13d 23h of 14d")


@pytest.mark.parametrize(
    ("at", "guard", "reason"),
    [
        (
            replace(READY, now=SINCE + timedelta(days=10, hours=20)),
            "soak",
            "needs 3d 4h more soak: 10d 20h of 14d since the last change",
        ),
        (replace(READY, now=SINCE + timedelta(days=13, hours=23, minutes=59)), "soak", "needs 1m"),
        (state(changed=SINCE + timedelta(days=1)), "soak", "needs 1d more soak"),
        (state(since=SINCE + timedelta(days=2)), "soak", "needs 2d more soak"),
        (state(stage_since=SINCE + timedelta(days=13, hours=12)), "stage soak", "needs 12h more"),
        (state(latest=SINCE + timedelta(days=15)), "clock", "this clock is 1d behind"),
        (replace(READY, exposure=None), "exposure", "no exposure was counted; 1,000 distinct"),
        (replace(READY, exposure=Counts(9_000, 0)), "exposure", "about 1,000 more contexts"),
        (replace(READY, exposure=Counts(9_000, 999)), "exposure", "about 1 more contexts"),
        (state(approvals=()), "approvals", "needs 2 more approvals: 0 of 2"),
        (approvals(BOB), "approvals", "needs 1 more approval: 1 of 2"),
        (approvals(BOB, ("BOB ", G, D1, C)), "approvals", "needs 1 more approval: 1 of 2"),
        (approvals(BOB, ("Ｂｏｂ", G, D1, C)), "approvals", "1 of 2"),
        (approvals(BOB, ("b\u200bob", G, D1, C)), "approvals", "1 of 2"),
        (approvals(BOB, ("@bob", G, D1, C)), "approvals", "1 of 2"),
        (approvals(BOB, ("Alice", G, D1, C)), "approvals", "1 of 2"),
        (approvals(BOB, ("carol", G, D2, C)), "approvals", "1 of 2"),
        (approvals(BOB, ("carol", G, D1, "sha256:other")), "approvals", "1 of 2"),
        (approvals(BOB, ("carol", Phase.EXPERIMENTAL, D1, C)), "approvals", "1 of 2"),
        (state(contributors=("alice", "carol")), "approvals", "1 of 2"),
        (state(mover="Bob"), "approvals", "1 of 2"),
        (replace(READY, feature=replace(FEATURE, owner="CAROL")), "approvals", "1 of 2"),
        (state(sign_offs=()), "qa", "QA has not signed off sha256:111111111111"),
        (state(sign_offs=(SignOff("quinn", D2),)), "qa", "the last sign-off is for sha256:2222"),
        (state(sign_offs=(SignOff("ALICE", D1),)), "qa", "ALICE is part of it"),
        (state(artifact=D2), "qa", "QA has not signed off sha256:222222222222"),
        (state(artifact="", sign_offs=(SignOff("quinn", ""),)), "qa", "QA has not signed off"),
        (replace(READY, feature=replace(FEATURE, expires="")), "expiry", "no expiry is set"),
        (
            replace(READY, feature=replace(FEATURE, expires="2026-11-14")),
            "expiry",
            "it expired on 2026-11-14",
        ),
        (state(config="sha256:before"), "configuration", "features/a.yml was changed"),
        (replace(READY, drift=("a is off",)), "in-sync", "not as recorded: a is off"),
        (replace(READY, fared=None), "freshness", "nothing is known about how contexts fared"),
        (
            fared(Arm(30_000, 300), Arm(10_000, 100), age=timedelta(days=1, hours=1)),
            "freshness",
            "the latest word on how contexts fare is 1d 1h old; 1d is allowed",
        ),
        (
            fared(Arm(30_000, 300), Arm(10_000, 200)),
            "harm",
            "200 of 10,000 contexts with it met an error, 300 of 30,000 without (2 times as",
        ),
        (fared(Arm(30_000, 300), Arm(10_000, 200)), "non-inferiority", "is not shown yet"),
        (fared(Arm(3_000, 30), Arm(1_000, 10)), "non-inferiority", "20:1"),
        (fared(Arm(1, 0), Arm(0, 0)), "non-inferiority", "0 of 0 contexts with it met an error"),
        (fared(Arm(10, 11), Arm(10, 0)), "counts", "more contexts with errors"),
        (
            fared(Arm(20_000, 200), Arm(20_000, 200)),
            "sample ratio",
            "20,000 of 40,000 contexts are experimental, and 0.25 of them should be",
        ),
        (
            state(tallies=(Tally(Arm(20_000), Arm(20_000), 25_000),)),
            "sample ratio",
            "20,000 of 40,000",
        ),
        (state(stage=-1), "stage", "is not declared any more"),
        (state(stage=7), "stage", "stage 8 is not declared any more"),
        (
            replace(READY, feature=replace(FEATURE, stages=(*FEATURE.stages, Stage(50_000, 0)))),
            "stage",
            "it is at stage 1 of 2",
        ),
    ],
)
def test_each_guard_refuses_with_its_figures(at: Situation, guard: str, reason: str) -> None:
    assert reason in refusals(at)[guard]


def test_the_last_day_of_an_expiry_still_counts() -> None:
    assert refusals(replace(READY, feature=replace(FEATURE, expires="2026-11-15"))) == {
        "configuration": "features/a.yml was changed since the flag was set",
        "approvals": refusals(replace(READY, feature=replace(FEATURE, expires="2026-11-15")))[
            "approvals"
        ],
    }


def test_a_clock_that_is_behind_asks_for_no_soak_where_none_is_needed() -> None:
    at = replace(
        READY,
        now=SINCE - timedelta(days=1),
        settings=ExperimentalSettings(soak=timedelta(0)),
        feature=replace(FEATURE, stages=(Stage(25_000, 0),)),
    )
    assert "clock" in refusals(at)
    assert not {"soak", "stage soak"} & set(refusals(at))


def test_every_move_looks_at_the_clock() -> None:
    assert all(guards.clock in found for found in (*phases.GUARDS.values(), phases.RECONFIGURE))


def test_a_soak_that_is_missing_says_how_long_to_wait() -> None:
    move = phases.promote(STATE)
    assert move is not None
    (refusal,) = move.refusals(replace(READY, now=SINCE + timedelta(days=10, hours=20)))
    assert refusal.wait == timedelta(days=3, hours=4)


def test_exposure_that_is_missing_estimates_the_wait_from_the_rate_so_far() -> None:
    move = phases.promote(STATE)
    assert move is not None
    (refusal,) = move.refusals(replace(READY, exposure=Counts(0, 500)))
    assert refusal.wait == timedelta(days=14)


@pytest.mark.parametrize(
    ("phase", "to"),
    [
        (Phase.DRAFT, Phase.STAGING),
        (Phase.STAGING, Phase.QA_PASSED),
        (Phase.QA_PASSED, Phase.EXPERIMENTAL),
        (Phase.EXPERIMENTAL, None),
        (Phase.HELD, None),
        (Phase.GENERAL, Phase.CLEANUP),
        (Phase.CLEANUP, Phase.ARCHIVED),
        (Phase.ARCHIVED, None),
        (Phase.EXPIRED, None),
        (Phase.ROLLED_BACK, None),
    ],
)
def test_advancing_leads_one_phase_on_and_never_to_general(phase: Phase, to: Phase | None) -> None:
    move = phases.advance(FEATURE, replace(STATE, phase=phase))
    assert (move.to if move else None) is to


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.EXPERIMENTAL])
def test_only_an_experimental_feature_can_be_promoted(phase: Phase) -> None:
    assert phases.promote(replace(STATE, phase=phase)) is None


def test_evidence_that_is_missing_says_how_many_more_contexts_and_how_long() -> None:
    move = phases.promote(STATE)
    assert move is not None
    (refusal,) = move.refusals(fared(Arm(3_000, 30), Arm(1_000, 10)))
    more = refusal.contexts
    assert f"wait for about {more:,} more contexts" in refusal.remedy
    assert refusal.wait == timedelta(seconds=round(14 * 86_400 * more / 1_000))
    grown = 1 + more / 1_000
    enough = Arm(round(3_000 * grown), round(30 * grown)), Arm(1_000 + more, round(10 * grown))
    assert refusals(fared(*enough)) == {}


def test_no_wait_is_promised_while_the_feature_does_worse() -> None:
    move = phases.promote(STATE)
    assert move is not None
    found = {r.guard: r for r in move.refusals(fared(Arm(30_000, 300), Arm(10_000, 200)))}
    assert found["non-inferiority"].wait is None
    assert found["non-inferiority"].needs == "evidence that it is not worse"


def test_evidence_of_earlier_stages_counts_at_the_share_that_they_had() -> None:
    early = Tally(Arm(95_000, 950), Arm(5_000, 50), 5_000)
    at = fared(Arm(12_000, 120), Arm(4_000, 40))
    alone = refusals(at)
    assert "non-inferiority" in alone
    assert refusals(replace(at, state=replace(STATE, tallies=(early, early)))) == {}


def test_every_way_to_general_is_guarded_by_soak_exposure_approvals_and_sign_off() -> None:
    names = {
        guard.__name__
        for (_, to), found in phases.GUARDS.items()
        for guard in found
        if to is Phase.GENERAL
    }
    assert {"clock", "qa", "soak", "exposure", "approvals", "expiry", "in_sync"} <= names
    assert {"fresh", "counted", "unharmed", "evenly", "not_worse"} <= names
    assert [source for source, to in phases.GUARDS if to is Phase.GENERAL] == [Phase.EXPERIMENTAL]
