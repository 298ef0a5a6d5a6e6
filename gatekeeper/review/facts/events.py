"""What happened to a pull request: reviews, pushes, moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import AwareDatetime

from gatekeeper.review.facts.base import CLOSED, Oid
from gatekeeper.review.facts.people import Person

Opinion = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
Permission = Literal["admin", "write", "read", "none"]


@dataclass(frozen=True, slots=True)
class Review:
    """One submitted review; a person can have several.

    Attributes:
        id: the host's immutable id.
        author: who gave it.
        state: its state now: a dismissed approval is DISMISSED.
        commit: the commit that was looked at, or None when the host no longer says.
        submitted_at: UTC; None only while PENDING.
        permission: the author's on the repository, at the time of collection; None when it
            could not be read. Where the host says that they cannot push, `read` stands here.
        permission_problem: why it could not be read; empty when it could, or was not needed.
        permission_then: the author's when they gave the review; None when nobody noted it.
    """

    id: str
    author: Person
    state: Opinion
    commit: Oid | None
    submitted_at: AwareDatetime | None
    permission: Permission | None
    permission_problem: str = ""
    permission_then: Permission | None = None

    __pydantic_config__ = CLOSED

    @property
    def by_writer(self) -> bool:
        """Whether its author is known to have write access."""
        return self.permission in ("admin", "write")

    @property
    def by_reader(self) -> bool:
        """Whether its author is known to have no write access."""
        return not (self.by_writer or self.of_unread_permission)

    @property
    def of_unread_permission(self) -> bool:
        """Whether nobody knows if its author has write access."""
        return self.permission is None

    @property
    def is_undated(self) -> bool:
        """Whether the host does not say when it was given."""
        return self.state != "PENDING" and self.submitted_at is None


@dataclass(frozen=True, slots=True)
class ForcePush:
    """The head branch was rewritten.

    Attributes:
        actor: who did it: the host knows this one for certain.
        at: UTC.
        before: the head it replaced, or None when the host no longer says.
        after: the head it set, or None when the host no longer says.
    """

    actor: Person
    at: AwareDatetime
    before: Oid | None
    after: Oid | None

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class BaseChange:
    """The pull request got another base: another branch, or its branch was rewritten or deleted.

    Attributes:
        actor: who did it.
        at: UTC.
        previous: the branch before; with ` at ` and its commit where the branch was rewritten.
        current: the branch after, in the same way; `(deleted)` where it was deleted.
    """

    actor: Person
    at: AwareDatetime
    previous: str
    current: str

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A review was dismissed.

    Attributes:
        actor: who did it.
        at: UTC.
        review: the review's id, or None when the host no longer says.
    """

    actor: Person
    at: AwareDatetime
    review: str | None

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Push:
    """A branch was moved.

    Attributes:
        actor: who did it: the host knows this one for certain.
        at: UTC.
        before: the branch's commit until then; None when the push made the branch.
        after: its commit from then on; None when the branch was deleted.
        by_button: the host moved it, for whoever pressed a button to merge a pull request.
    """

    actor: Person
    at: AwareDatetime
    before: Oid | None
    after: Oid | None
    by_button: bool = False

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Pushes:
    """Everything that moved the head branch, as far as the host tells.

    Attributes:
        found: in whatever order; those of an older branch of the same name may be among them.
        complete: False when the host did not give all.
        problem: why they could not be read, as a clause; empty when they could.
    """

    found: tuple[Push, ...]
    complete: bool
    problem: str = ""

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class RuleSuite:
    """What the host's own rules said when the change reached the base branch.

    Attributes:
        actor: who brought it there.
        at: UTC.
        result: `bypass`: a rule was broken, and the actor was allowed to break it.
        rules: the kinds of rule that were broken, e.g. `pull_request`.
    """

    actor: Person
    at: AwareDatetime
    result: Literal["pass", "fail", "bypass"]
    rules: tuple[str, ...] = ()

    __pydantic_config__ = CLOSED
