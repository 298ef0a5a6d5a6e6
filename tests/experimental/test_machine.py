"""The invariants, with hypothesis looking for a sequence of actions that breaks them."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gatekeeper.experimental import health
from gatekeeper.experimental.identity import identity
from gatekeeper.experimental.outcome import Order, Outcome
from gatekeeper.experimental.routine import routine
from gatekeeper.experimental.state import EXPERIMENTING, LIVE, FeatureState, Phase
from tests.experimental.conftest import D1, D2, DECLARATION, KEY, Shop

PEOPLE = st.sampled_from(["alice", "Alice ", "bob", "BOB", "carol", "quinn"])
ARTIFACTS = st.sampled_from(["", "", "", D1, D2])
LASTING = DECLARATION.replace("2026-12-31", "2036-12-31")
TEXTS = st.sampled_from([LASTING, LASTING.replace("owner:", "unit: device\nowner:")])
TEAMS = st.sampled_from(
    [("bob", "carol")] * 3 + [("carol", "quinn"), ("bob", "BOB"), ("Alice ", "bob"), ()]
)
SOAK = timedelta(days=14)
SETTINGS = {
    "min_contexts": 5,
    "approvals": 2,
    "guardrail": {"negligible": 0.4, "alpha": 0.1},
    "calendar": [{"reason": "holidays", "from": date(2026, 12, 20), "until": date(2027, 1, 5)}],
}


class Machine(RuleBasedStateMachine):
    """People do what they like; what must never happen is stated below."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.shop = Shop(Path(self._folder.name), SETTINGS)

    def teardown(self) -> None:
        self._folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self.shop.declare(LASTING)
        self.shop.service.start(KEY, Order("alice"))

    @property
    def state(self) -> FeatureState:
        state = self.shop.service.show(KEY).state
        assert state is not None
        return state

    @rule(who=PEOPLE)
    def start(self, who: str) -> None:
        self.shop.service.start(KEY, Order(who))

    @rule(who=PEOPLE)
    def sign_off(self, who: str) -> None:
        self.shop.service.sign_off(KEY, Order(who))

    @rule(who=PEOPLE)
    def approve(self, who: str) -> None:
        self.shop.service.approve(KEY, Order(who))

    @rule(who=PEOPLE, artifact=ARTIFACTS)
    def advance(self, who: str, artifact: str) -> None:
        self.shop.service.advance(KEY, Order(who), artifact)

    @rule(text=TEXTS)
    def edit(self, text: str) -> None:
        self.shop.declare(text)

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        before = self.state
        at, soaked = self.shop.now, before.soaked(self.shop.now)
        self.shop.wait(days=days)
        if before.held is not None:
            assert self.state.soaked(self.shop.now) == soaked, "a pause must not bank soak"
        assert self.state.soaked(self.shop.now) <= self.shop.now - at + soaked

    @rule(who=PEOPLE)
    def hold(self, who: str) -> None:
        self.shop.service.hold(KEY, Order(who), "a doubt")

    @rule(who=PEOPLE)
    def resume(self, who: str) -> None:
        self.shop.service.resume(KEY, Order(who))

    @rule(who=PEOPLE, days=st.integers(1, 40))
    def extend(self, who: str, days: int) -> None:
        before = self.state
        until = (self.shop.now + timedelta(days=days)).date()
        if self.shop.service.extend(KEY, Order(who), until).done:
            assert before.extensions < 2
            assert identity(who) not in map(identity, before.contributors)

    @rule()
    def reconcile(self) -> None:
        self.shop.service.reconcile(KEY, Order("alice"))
        assert self.state.pending == ""

    @precondition(lambda self: self.shop.flags.exists())
    @rule()
    def somebody_turns_it_off(self) -> None:
        """By hand; afterwards it is reconciled, for nothing else may be said of it until then."""
        self.shop.backend.kill(KEY, "production", "by-hand")
        self.shop.service.reconcile(KEY, Order("alice"))

    @rule()
    def step(self) -> None:
        """What a schedule does: never to General without what that takes."""
        before = self.state
        outcome = routine(self.shop.service, KEY, Order("bot"))
        if outcome.done and self.state.phase is Phase.GENERAL and before.phase in EXPERIMENTING:
            self._must_have_earned_it(before)

    @precondition(lambda self: self.state.phase is Phase.EXPERIMENTAL)
    @rule()
    def visitors_fail(self) -> None:
        """Harm leads back at the next step, whatever else there is."""
        self.shop.wait(minutes=1)
        self.shop.visit(200, failing=30)
        found = self.shop.service.show(KEY).situation
        assert found is not None
        harm = health.unharmed(found)
        assert not (harm and self.shop.service.promote(KEY, Order("bob")).done)
        routine(self.shop.service, KEY, Order("bot"))
        if harm:
            assert self.state.phase is Phase.ROLLED_BACK

    @precondition(lambda self: self.state.phase is Phase.EXPERIMENTAL)
    @rule()
    def visit(self) -> None:
        self.shop.wait(minutes=1)
        self.shop.visit(40)

    @rule(
        artifact=st.sampled_from(["", "", D2]),
        days=st.sampled_from([13, 15, 15, 15]),
        people=st.sampled_from([0, 40, 40, 40]),
        approvers=TEAMS,
    )
    def rush(self, artifact: str, days: int, people: int, approvers: tuple[str, ...]) -> None:
        """Go for general release with more or less of what it takes."""
        service = self.shop.service
        service.rollback(KEY, Order("alice"))
        service.start(KEY, Order("alice"))
        service.advance(KEY, Order("alice"), D1)
        service.sign_off(KEY, Order("quinn"))
        service.advance(KEY, Order("alice"))
        service.approve(KEY, Order("bob"))
        service.advance(KEY, Order("alice"))
        service.advance(KEY, Order("alice"), artifact)
        self.shop.wait(days=days, minutes=1)
        self.shop.visit(people)
        for name in approvers:
            service.approve(KEY, Order(name))
        self.promote("alice", "")

    @rule(who=PEOPLE, name=st.sampled_from(["op-1", "op-2", ""]))
    def promote_as(self, who: str, name: str) -> None:
        self.promote(who, name)

    def promote(self, who: str, name: str) -> None:
        before, known = self.state, self.shop.ledger.find(name) is not None
        outcome: Outcome = self.shop.service.promote(KEY, Order(who, operation_id=name))
        if known:
            assert self.state.revision == before.revision, "a replay must change nothing"
        elif outcome.done:
            self._must_have_earned_it(before)

    def _must_have_earned_it(self, before: FeatureState) -> None:
        assert before.phase is Phase.EXPERIMENTAL
        assert before.soaked(self.shop.now) >= SOAK
        day = self.shop.now.date()
        assert not date(2026, 12, 20) <= day <= date(2027, 1, 5), "a freeze holds"
        inside = {identity(name) for name in (*before.contributors, before.mover, "alice")}
        counted = {
            identity(approval.actor)
            for approval in before.approvals
            if (approval.artifact, approval.config) == (before.artifact, before.config)
            and approval.target is Phase.GENERAL
        }
        assert len(counted - inside) >= 2
        assert any(
            sign.artifact == before.artifact and identity(sign.actor) not in inside - {before.mover}
            for sign in before.sign_offs
        )
        entry = next(e for e in reversed(self.shop.ledger.entries()) if e.kind == "moved")
        assert entry.payload["grounds"]["contexts"] >= 5
        assert entry.payload["grounds"]["tallies"], "missing data must never advance"

    @rule(who=PEOPLE)
    def roll_back(self, who: str) -> None:
        self.shop.service.rollback(KEY, Order(who))
        assert self.state.idle
        assert not self.shop.backend.read(KEY, "production").live

    @invariant()
    def the_flag_is_live_only_in_a_live_phase(self) -> None:
        if self.shop.flags.exists():
            live = self.shop.backend.read(KEY, "production").live
            assert live == (self.state.phase in LIVE)

    @invariant()
    def the_ledger_verifies_and_agrees_with_the_state(self) -> None:
        if self.shop.flags.exists():
            assert self.shop.ledger.verify().problems == ()
            assert self.state.revision == len(self.shop.ledger.entries())


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    phases=[Stage.explicit, Stage.reuse, Stage.generate],  # shrinking would take minutes
    suppress_health_check=list(HealthCheck),
)
