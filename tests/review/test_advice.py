"""What to do next, in words that hold for the case at hand."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.core.gate import Context
from gatekeeper.core.model import Judgement
from gatekeeper.review.facts import BaseChange, Person, PullRequest
from gatekeeper.review.judge import judge
from gatekeeper.review.settings import ReviewSettings
from tests.review.build import (
    ALICE,
    DANA,
    DEPENDABOT_ADDRESS,
    ERIN,
    GHOST,
    JO,
    approved,
    at,
    commit,
    facts,
    review,
)

AI = Person("unlinked", email="noreply@ai.example")


def judged(context: Context, pull: PullRequest, **settings: Any) -> Judgement:
    return judge(facts(pull), ReviewSettings.model_validate(settings), context)


def test_two_of_three_are_counted_in_the_plural_and_nobody_else_is_missed(
    context: Context,
) -> None:
    pull = approved(reviews=(review(DANA), review(ERIN)))
    told = judged(context, pull, approvals=3)
    assert told.summary.endswith("nobody else outside the change approved it")
    assert told.findings[0].message.endswith("and only 2 count")


def test_a_reviewer_of_the_same_head_is_sent_to_no_empty_diff(context: Context) -> None:
    moved = BaseChange(ALICE, at(20), "main", "develop")
    (step,) = judged(context, approved(base_changes=(moved,))).next_steps
    assert step == "ask dana to look at bbbbbbb and approve it again"


def test_nobody_is_asked_to_approve_what_is_merged(context: Context) -> None:
    (step,) = judged(context, approved(state="MERGED", merged_at=at(5))).next_steps
    assert "#42 is merged, and no approval counts any more" in step


def test_where_nobody_is_known_the_sentence_stays_whole(context: Context) -> None:
    pull = approved(opener=GHOST, commits=(commit("b", JO),), reviews=())
    first = judged(context, pull).next_steps[0]
    assert "other than whoever contributed to it, to approve bbbbbbb" in first


def test_who_opened_and_left_is_not_mended_by_a_commit(context: Context) -> None:
    (step,) = judged(context, approved(opener=GHOST)).next_steps
    assert step.startswith("have somebody who answers for the change open a new pull request")


@pytest.mark.parametrize("bot", [DEPENDABOT_ADDRESS, AI])
def test_a_bots_address_is_not_to_be_mapped_to_a_person(context: Context, bot: Person) -> None:
    named = {"noreply@ai.example": "helpful[bot]"}
    told = judged(context, approved(commits=(commit("b", bot),)), identities=named)
    assert told.next_steps == (
        "have somebody who answers for bbbbbbb commit it again under their own account",
    )


def test_whose_approval_does_not_count_is_said_where_others_do(context: Context) -> None:
    pull = approved(reviews=(review(ALICE), review(DANA)))
    said = judged(context, pull).checked
    assert "Approval by alice does not count: alice opened #42" in said
