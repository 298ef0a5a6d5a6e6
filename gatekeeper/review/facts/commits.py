"""Commits, and what a merge made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.review.facts.base import CLOSED, Oid
from gatekeeper.review.facts.people import Person


@dataclass(frozen=True, slots=True)
class Signature:
    """What the host says of a commit's signature.

    Attributes:
        valid: it verified.
        by_github: the host itself made it.
    """

    valid: bool
    by_github: bool

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit.

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
        subject: the first line of its message. Anybody can write anything there: it proves nothing.
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
    subject: str = ""

    __pydantic_config__ = CLOSED

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody whom it names."""
        return (self.author, self.committer, *self.co_authors)

    @property
    def signed_by_host(self) -> bool:
        """Whether the host itself made the commit and vouches for what it says."""
        return self.signature is not None and self.signature.valid and self.signature.by_github


@dataclass(frozen=True, slots=True)
class Merge:
    """How a pull request was merged.

    Attributes:
        commit: what it made on the base branch: the merge commit, the squash, or the last of the
            rebased ones. None when the host no longer says.
        by: who pressed the button: neither an author nor a reviewer by that. None when not known.
        method: None when not known.
    """

    commit: Commit | None
    by: Person | None
    method: Literal["merge", "squash", "rebase"] | None = None

    __pydantic_config__ = CLOSED
