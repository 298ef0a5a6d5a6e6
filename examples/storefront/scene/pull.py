"""Pull request 17 as its host would tell it: one approval, and a commit pushed after it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.review.facts import Commit, Person, PullRequest, Push, Pushes, Review
from gatekeeper.review.recorded import write_recording
from scene.repository import BRANCH, Commits, Made

NUMBER = 17
REPOSITORY = "acme/storefront"


def record(folder: Path, commits: Commits) -> Path:
    """Write `pull-17.json`."""
    approval = Review(
        id="PRR_1",
        author=person("dana"),
        state="APPROVED",
        commit=commits.reviewed.oid,
        submitted_at=datetime(2026, 11, 16, 14, 5, tzinfo=UTC),
        permission="write",
    )
    pull = PullRequest(
        repository=REPOSITORY,
        number=NUMBER,
        state="OPEN",
        opener=person("alice"),
        base_ref="main",
        base_oid=commits.base.oid,
        head_ref=BRANCH,
        head_oid=commits.pushed.oid,
        merged_at=None,
        commits=(told(commits.reviewed, commits.base), told(commits.pushed, commits.reviewed)),
        reviews=(approval,),
        force_pushes=(),
        base_changes=(),
        dismissals=(),
        commits_complete=True,
        reviews_complete=True,
        timeline_complete=True,
        pushes=Pushes(
            (
                pushed("alice", 13, None, commits.reviewed),
                pushed("carol", 15, commits.reviewed, commits.pushed),
            ),
            complete=True,
        ),
    )
    return write_recording(folder, pull)


def pushed(login: str, hour: int, before: Made | None, after: Made) -> Push:
    """Return a push of the day of the review."""
    at = datetime(2026, 11, 16, hour, 0, tzinfo=UTC)
    return Push(person(login), at, before.oid if before else None, after.oid)


def told(made: Made, parent: Made) -> Commit:
    """Return a commit as a host tells it."""
    author = person(made.author)
    return Commit(
        oid=made.oid,
        tree=made.tree,
        parents=(parent.oid,),
        author=author,
        committer=author,
        co_authors=(),
        authors_complete=True,
        via_web=False,
        signature=None,
    )


def person(login: str) -> Person:
    """Return somebody with an account."""
    return Person("human", f"U_{login}", login)
