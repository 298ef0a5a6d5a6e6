"""Makes pull requests for tests: an approved one, from which each test spoils a single thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gatekeeper.core.gate import Context
from gatekeeper.core.model import GateResult
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.review.facts import (
    Commit,
    Demand,
    Person,
    PullRequest,
    Push,
    Pushes,
    Review,
    ReviewFacts,
    Signature,
)
from gatekeeper.review.judge import judge_pull
from gatekeeper.review.settings import ReviewSettings

Decide = Callable[..., GateResult]
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BASE = "0" * 40
GITHUB = Signature(valid=True, by_github=True)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def oid(letter: str) -> str:
    return letter * 40


def tree_of(letter: str) -> str:
    """Return the tree that the commit of this letter holds."""
    return letter + "e" * 39


def person(login: str) -> Person:
    return Person("human", f"U_{login}", login)


ALICE, BOB, DANA, ERIN = map(person, ("alice", "bob", "dana", "erin"))
GHOST = Person("ghost")
WEB_FLOW = Person("web-flow", login="web-flow")
DEPENDABOT = Person("bot", "BOT_1", "dependabot")
DEPENDABOT_ADDRESS = Person(
    "bot", login="dependabot[bot]", email="49699333+dependabot[bot]@users.noreply.github.com"
)
JO = Person("unlinked", email="jo@example.com")


def commit(letter: str, author: Person = ALICE, **changes: Any) -> Commit:
    made = Commit(
        oid=oid(letter),
        tree=tree_of(letter),
        parents=(BASE,),
        author=author,
        committer=author,
        co_authors=(),
        authors_complete=True,
        via_web=False,
        signature=None,
    )
    return replace(made, **changes)


def review(author: Person = DANA, minutes: int = 10, **changes: Any) -> Review:
    made = Review(
        id=f"PRR_{author}_{minutes}",
        author=author,
        state="APPROVED",
        commit=oid("b"),
        submitted_at=at(minutes),
        permission="write",
    )
    return replace(made, **changes)


def pushed(*pushes: Push, complete: bool = True, problem: str = "") -> Pushes:
    return Pushes(pushes, complete, problem)


def approved(**changes: Any) -> PullRequest:
    """Alice's two commits, the second one approved by dana."""
    pull = PullRequest(
        repository="acme/shop",
        number=42,
        state="OPEN",
        opener=ALICE,
        base_ref="main",
        base_oid=BASE,
        head_ref="feature/checkout",
        head_oid=oid("b"),
        merged_at=None,
        commits=(commit("a"), commit("b", parents=(oid("a"),))),
        reviews=(review(),),
        force_pushes=(),
        base_changes=(),
        dismissals=(),
        commits_complete=True,
        reviews_complete=True,
        timeline_complete=True,
        repository_id="R_1",
        head_repository_id="R_1",
    )
    made = replace(pull, **changes)
    if "pushes" in changes:
        return made
    # who opened it pushed it, at once
    return replace(made, pushes=pushed(Push(made.opener, at(1), None, made.head_oid)))


def facts(pull: PullRequest | None, **demand: Any) -> ReviewFacts:
    wanted = Demand("acme/shop", pull.head_oid if pull else None, BASE)
    return ReviewFacts("GitHub api.github.com", False, replace(wanted, **demand), pull)


def decided(pull: PullRequest, context: Context, **settings: Any) -> GateResult:
    """Judge a pull request by a policy, and conclude."""
    policy = ReviewSettings.model_validate(settings)
    judgement = judge_pull(pull, policy, context.rules, "GitHub api.github.com")
    return conclude(Outcome("review", 0.0, judgement), (), context.now)


def rules(result: GateResult) -> set[str]:
    """Return the ids of the rules that are not met."""
    return {finding.rule for finding in result.findings}


def says(result: GateResult, text: str) -> bool:
    """Whether a finding's message holds this text."""
    return any(text in finding.message for finding in result.findings)
