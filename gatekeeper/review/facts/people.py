"""Who somebody is, as the host names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.review.facts.base import CLOSED

Kind = Literal["human", "bot", "ghost", "unlinked", "web-flow"]


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

    __pydantic_config__ = CLOSED

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
