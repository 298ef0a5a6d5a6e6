"""What is known of a change: a frozen model that any host's collector can fill.

Nothing here is a conclusion. Whatever could not be read is None or a flag that says so, never a
friendly default; `judge` decides what that means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field

_CLOSED = ConfigDict(extra="forbid")
Oid = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Kind = Literal["human", "bot", "ghost", "unlinked", "web-flow"]
Opinion = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
Permission = Literal["admin", "write", "read", "none"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as the host names them.

    Attributes:
        kind: `human` for a user account; `bot` for an App or a bot's own address; `ghost` for a
            deleted account; `unlinked` for an address or name that no account claims; `web-flow`
            for the host's own committer, which anybody can write into a commit.
        id: the host's immutable id, or None without an account. Compare this, never the login.
        login: for people to read; it can change hands.
        email: lower case, only where there is no account: it is what a policy maps.
        name: only where there is neither account nor e-mail.
    """

    kind: Kind
    id: str | None = None
    login: str | None = None
    email: str | None = None
    name: str | None = None

    __pydantic_config__ = _CLOSED

    @property
    def is_account(self) -> bool:
        """Whether this is an account that still exists."""
        return self.kind in ("human", "bot") and bool(self.id)

    @property
    def names(self) -> tuple[str, ...]:
        """Whatever a policy can call this person, the telling ones first."""
        return tuple(filter(None, (self.email, self.login, self.name)))

    def __str__(self) -> str:
        return self.login or self.email or self.name or "a deleted account"


@dataclass(frozen=True, slots=True)
class Signature:
    """What the host says of a commit's signature.

    Attributes:
        valid: it verified.
        by_github: the host itself made it.
    """

    valid: bool
    by_github: bool

    __pydantic_config__ = _CLOSED


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the pull request.

    Attributes:
        oid: 40 hex digits.
        tree: of its content, 40 hex digits.
        parents: all of them, in order.
        author: from the commit's header: can be forged, so it only ever adds a contributor.
        committer: as author.
        co_authors: the host's and the message's trailers together.
        authors_complete: False when the host did not give all authors.
        via_web: made on the host, by a merge button or the editor.
        signature: None when unsigned.
    """

    oid: Oid
    tree: Oid
    parents: tuple[Oid, ...]
    author: Person
    committer: Person
    co_authors: tuple[Person, ...]
    authors_complete: bool
    via_web: bool
    signature: Signature | None

    __pydantic_config__ = _CLOSED

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody whom it names."""
        return (self.author, self.committer, *self.co_authors)

    @property
    def signed_by_host(self) -> bool:
        """Whether the host itself made the commit and vouches for what it says."""
        return self.signature is not None and self.signature.valid and self.signature.by_github


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
    """

    id: str
    author: Person
    state: Opinion
    commit: Oid | None
    submitted_at: AwareDatetime | None
    permission: Permission | None
    permission_problem: str = ""

    __pydantic_config__ = _CLOSED

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

    __pydantic_config__ = _CLOSED


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

    __pydantic_config__ = _CLOSED


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

    __pydantic_config__ = _CLOSED


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A change that asks to be merged, or was.

    Attributes:
        repository: `owner/name` of the repository that it asks.
        number: its number there.
        state: CLOSED means closed without a merge.
        opener: who opened it.
        base_ref: the branch it asks to be merged into.
        base_oid: that branch's commit.
        head_ref: the branch it comes from.
        head_oid: the commit that would be merged, or was.
        merged_at: UTC, or None.
        commits: every commit that it brings.
        reviews: every review, whatever its state.
        force_pushes: of the head branch.
        base_changes: everything that gave it another base without a push to its head.
        dismissals: of reviews.
        commits_complete: False when the host did not give all commits.
        reviews_complete: False when the host did not give all reviews.
        timeline_complete: False when the host did not give all force pushes, base changes and
            dismissals.
    """

    repository: str
    number: int
    state: Literal["OPEN", "CLOSED", "MERGED"]
    opener: Person
    base_ref: str
    base_oid: Oid
    head_ref: str
    head_oid: Oid
    merged_at: AwareDatetime | None
    commits: tuple[Commit, ...]
    reviews: tuple[Review, ...]
    force_pushes: tuple[ForcePush, ...]
    base_changes: tuple[BaseChange, ...]
    dismissals: tuple[Dismissal, ...]
    commits_complete: bool
    reviews_complete: bool
    timeline_complete: bool

    __pydantic_config__ = _CLOSED

    @property
    def oids(self) -> tuple[str, ...]:
        """The names of its commits."""
        return tuple(commit.oid for commit in self.commits)

    @property
    def was_merged(self) -> bool:
        """Whether its state says so."""
        return self.state == "MERGED"

    def was_merged_before(self, moment: datetime) -> bool:
        """Whether the merge came first."""
        return self.merged_at is not None and self.merged_at < moment


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a pull request comes from and where it goes.

    Attributes:
        repository: `owner/name` of the repository it asks.
        number: its number there.
        head_oid: the commit to judge.
        base_oid: the commit to read policy, waivers and rules from.
        base_ref: the branch it asks to be merged into.
    """

    repository: str
    number: int
    head_oid: str
    base_oid: str
    base_ref: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What the caller is about to judge; the pull request must be the same.

    Attributes:
        repository: `owner/name` where a host is known, else a folder's name.
        commit: the commit under judgement, or None when not known.
        base: the commit that the policy was read from, or None when that is not settled.
    """

    repository: str
    commit: str | None
    base: str | None

    __pydantic_config__ = _CLOSED


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """The evidence of the gate `review`.

    Attributes:
        source: where it comes from: `GitHub api.github.com`, or `recorded file pull-42.json`.
        recorded: True when a file said so and no host was asked.
        demand: what is about to be judged.
        pull_request: None when the run is about no pull request.
    """

    source: str
    recorded: bool
    demand: Demand
    pull_request: PullRequest | None

    __pydantic_config__ = _CLOSED
