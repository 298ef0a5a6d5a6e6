"""Was every change reviewed by somebody else?"""

from __future__ import annotations

from gatekeeper.core.gate import Gate, Request
from gatekeeper.review.facts import ReviewFacts
from gatekeeper.review.range.judge import judge
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.source import API_URL, TOKEN, WORKFLOW


def _collect(request: Request[ReviewSettings]) -> ReviewFacts:
    from gatekeeper.review.collect import collect

    return collect(request)


REVIEW: Gate[ReviewFacts, ReviewSettings] = Gate(
    name="review",
    question="Was every change peer-reviewed?",
    evidence=ReviewFacts,
    settings=ReviewSettings,
    collect=_collect,
    judge=judge,
    environment=(TOKEN, API_URL, WORKFLOW),
)
