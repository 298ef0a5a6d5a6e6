"""What is known of a change: a frozen model that any host's collector can fill.

Nothing here is a conclusion. Whatever could not be read is None or a flag that says so, never a
friendly default; `judge` decides what that means.
"""

from __future__ import annotations

from gatekeeper.review.facts.base import Oid
from gatekeeper.review.facts.commits import Commit, Merge, Signature
from gatekeeper.review.facts.content import Content, Hidden, MergeReplay, Replay
from gatekeeper.review.facts.events import (
    BaseChange,
    Dismissal,
    ForcePush,
    Opinion,
    Permission,
    Push,
    Pushes,
    Review,
    RuleSuite,
)
from gatekeeper.review.facts.evidence import Demand, ReviewFacts
from gatekeeper.review.facts.owners import OwnersFile, Team
from gatekeeper.review.facts.people import Kind, Person
from gatekeeper.review.facts.pulls import Ends, PullRequest
from gatekeeper.review.facts.ranges import (
    Candidate,
    CommitRange,
    Copy,
    MovedTag,
    Queued,
    RangeCommit,
)

__all__ = [
    "BaseChange",
    "Candidate",
    "Commit",
    "CommitRange",
    "Content",
    "Copy",
    "Demand",
    "Dismissal",
    "Ends",
    "ForcePush",
    "Hidden",
    "Kind",
    "Merge",
    "MergeReplay",
    "MovedTag",
    "Oid",
    "Opinion",
    "OwnersFile",
    "Permission",
    "Person",
    "PullRequest",
    "Push",
    "Pushes",
    "Queued",
    "RangeCommit",
    "Replay",
    "Review",
    "ReviewFacts",
    "RuleSuite",
    "Signature",
    "Team",
]
