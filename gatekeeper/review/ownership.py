"""The ownership rule of a policy, on one pull request. Pure."""

from __future__ import annotations

from gatekeeper.review.case import Case
from gatekeeper.review.owners.ownership import Approvers, Missing, missing_owners


def missing(case: Case) -> tuple[Missing, ...]:
    """Return the owned paths that lack their owners' approval, where the policy asks for it."""
    if case.settings.owners == "optional":
        return ()
    approvers = Approvers(
        people=tuple(review.author for review in case.given.counted),
        contributors=frozenset(case.who.known),
        identities=case.people,
        teams={team.name.casefold(): team for team in case.pull.teams},
    )
    return tuple(missing_owners(case.pull, approvers))
