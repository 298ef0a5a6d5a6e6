"""Who owns which paths, as the base revision says."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.review.facts.base import CLOSED, Oid
from gatekeeper.review.facts.people import Person


@dataclass(frozen=True, slots=True)
class OwnersFile:
    """The CODEOWNERS file that holds for a change.

    Attributes:
        revision: the commit of the base branch that it was looked for in.
        path: where it stands; None when the revision has none.
        text: as written; empty when there is none.
        problem: why it could not be read; it is then not known whether there is one.
        mend: what to do about that.
    """

    revision: Oid
    path: str | None = None
    text: str = ""
    problem: str = ""
    mend: str = ""

    __pydantic_config__ = CLOSED


@dataclass(frozen=True, slots=True)
class Team:
    """A team that owns paths.

    Attributes:
        name: `@organisation/team`, as the owners file spells it.
        members: everybody in it, those of its child teams included; None when not known.
        problem: why that is.
    """

    name: str
    members: tuple[Person, ...] | None = None
    problem: str = ""

    __pydantic_config__ = CLOSED
