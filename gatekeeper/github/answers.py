"""What GitHub answers, read strictly.

Null where an object was promised is an error and not a gap; so is `"no"` in place of false, or a
time of no known zone.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from gatekeeper.core.errors import EvidenceError

T = TypeVar("T")
A = TypeVar("A", bound=BaseModel)
Oid = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class Answer(BaseModel):
    """Base of every answer: GitHub's camelCase names, unknown fields left alone."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, extra="ignore")


class PageInfo(Answer):
    """Whether there is more, and from where."""

    has_next_page: StrictBool
    end_cursor: str | None


class Page(Answer, Generic[T]):
    """One page of a connection.

    Attributes:
        nodes: of this page.
        total_count: of all pages.
    """

    page_info: PageInfo
    total_count: StrictInt
    nodes: tuple[T, ...]


class Actor(Answer):
    """An account; null in its place is a deleted one."""

    typename: str = Field(alias="__typename")
    id: str
    login: str


class User(Answer):
    """A user account that claims an e-mail address."""

    id: str
    login: str


class GitActor(Answer):
    """A name and an address in a commit, and the account that claims them, if any."""

    name: str | None
    email: str | None
    user: User | None


class Ref(Answer):
    """A git object's name."""

    oid: Oid


class Node(Answer):
    """Anything with an id."""

    id: str


class Signature(Answer):
    """GitHub's verdict on a commit's signature."""

    is_valid: StrictBool
    was_signed_by_git_hub: StrictBool = Field(alias="wasSignedByGitHub")


class Commit(Answer):
    """A commit."""

    oid: Oid
    message: str
    committed_via_web: StrictBool
    tree: Ref
    parents: Page[Ref]
    author: GitActor
    committer: GitActor
    authors: Page[GitActor]
    signature: Signature | None


class Numbered(Answer):
    """A pull request by its number, and the repository that it asks."""

    number: StrictInt
    repository: Node


class RangeCommit(Commit):
    """A commit, and the pull requests that hold it."""

    associated_pull_requests: Page[Numbered]


class Repository(Answer):
    """A repository by its immutable id and its present name."""

    id: str
    name_with_owner: str


class PullRequestCommit(Answer):
    """The link between a pull request and a commit."""

    commit: Commit


class Review(Answer):
    """A review in whatever state."""

    id: str
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
    submitted_at: AwareDatetime | None
    author_can_push_to_repository: StrictBool
    author: Actor | None
    commit: Ref | None


class ForcePushed(Answer):
    """The head branch was rewritten."""

    typename: Literal["HeadRefForcePushedEvent"] = Field(alias="__typename")
    created_at: AwareDatetime
    actor: Actor | None
    before_commit: Ref | None
    after_commit: Ref | None


class BaseChanged(Answer):
    """The pull request was pointed at another branch, by somebody or by GitHub."""

    typename: Literal["BaseRefChangedEvent", "AutomaticBaseChangeSucceededEvent"] = Field(
        alias="__typename"
    )
    created_at: AwareDatetime
    actor: Actor | None
    previous_ref_name: str
    current_ref_name: str


class BaseForcePushed(Answer):
    """The base branch was rewritten."""

    typename: Literal["BaseRefForcePushedEvent"] = Field(alias="__typename")
    created_at: AwareDatetime
    actor: Actor | None
    before_commit: Ref | None
    after_commit: Ref | None


class BaseDeleted(Answer):
    """The base branch was deleted; it may have been made anew since, somewhere else."""

    typename: Literal["BaseRefDeletedEvent"] = Field(alias="__typename")
    created_at: AwareDatetime
    actor: Actor | None
    base_ref_name: str | None


class Dismissed(Answer):
    """A review was dismissed."""

    typename: Literal["ReviewDismissedEvent"] = Field(alias="__typename")
    created_at: AwareDatetime
    actor: Actor | None
    review: Node | None


BaseEvent = BaseChanged | BaseForcePushed | BaseDeleted
Event = Annotated[ForcePushed | BaseEvent | Dismissed, Field(discriminator="typename")]


class Tip(Answer):
    """A branch's newest commit."""

    target: Ref


class Ends(Answer):
    """Where a pull request comes from and where it goes; part of every page.

    Attributes:
        base_ref_oid: the base when the head was last pushed; its branch may have moved on.
        base_ref: the base branch as it is now; None when it was deleted.
    """

    number: StrictInt
    state: Literal["OPEN", "CLOSED", "MERGED"]
    head_ref_oid: Oid
    base_ref_oid: Oid
    base_ref_name: str
    base_ref: Tip | None


class PullRequest(Ends):
    """A pull request with the first page of everything.

    Attributes:
        head_repository: None when it was deleted.
        merge_commit: of a merged one; of a rebase its last commit.
    """

    merged_at: AwareDatetime | None
    head_ref_name: str
    author: Actor | None
    repository: Repository
    head_repository: Repository | None
    merged_by: Actor | None
    merge_commit: Commit | None
    assignees: Page[User]
    commits: Page[PullRequestCommit]
    reviews: Page[Review]
    timeline_items: Page[Event]


class Target(Answer):
    """What a ref names: a commit, or an annotated tag that names one."""

    oid: Oid
    target: Ref | None = None


class NamedRef(Answer):
    """A branch or a tag."""

    target: Target


class Branch(Answer):
    """A branch and its newest commit."""

    name: str
    target: Ref


class RangeEnds(Repository):
    """What a release is held against.

    Attributes:
        start: the tag that it begins at, or None where none has this name.
        end: the tag that it ends at, in the same way.
    """

    default_branch_ref: Branch
    start: NamedRef | None = Field(alias="from")
    end: NamedRef | None = Field(alias="to")


class QueueEntry(Answer):
    """One pull request that waits for its merge, and the commit that it would be merged as."""

    head_commit: Ref | None
    pull_request: Numbered | None


class Login(Answer):
    """An account as REST gives it; its `id` there is another one than GraphQL's."""

    login: str


class Permission(Answer):
    """A person's permission on a repository (REST: snake_case as it comes)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    permission: Literal["admin", "write", "read", "none"]
    user: Login


def read(model: type[A], value: Any, what: str) -> A:
    """Validate an answer.

    Args:
        model: what it has to be.
        value: parsed JSON.
        what: was asked for, for the message.

    Raises:
        EvidenceError: it is something else; the first wrong field is named.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "the whole answer"
        raise EvidenceError(
            f"GitHub's answer about {what} is not usable: {field}: {first['msg']}",
            "run again; if it stays so, look at https://www.githubstatus.com",
        ) from error
