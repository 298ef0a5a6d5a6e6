"""What a verdict is made of: the pull request, who had a part in it, who said what, the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatekeeper.review.approvals import Change
from gatekeeper.review.contributors import Contributors, contributors
from gatekeeper.review.exempt import exempt_paths
from gatekeeper.review.facts import Hidden, Person, PullRequest
from gatekeeper.review.identities import Identities
from gatekeeper.review.opinions import Opinions, opinions
from gatekeeper.review.settings import ReviewSettings


@dataclass(frozen=True, slots=True)
class Case:
    """All that the verdict is made of.

    Attributes:
        pull: what is judged.
        given: the reviewers' opinions.
        who: the contributors.
        people: who is one person.
        settings: the policy.
        elsewhere: names of commits that another pull request brings and answers for.
    """

    pull: PullRequest
    given: Opinions
    who: Contributors
    people: Identities
    settings: ReviewSettings
    elsewhere: frozenset[str] = frozenset()

    @property
    def lacking(self) -> int:
        """How many approvals are missing."""
        return 0 if self.exempt else max(0, self.settings.approvals - self._fewest)

    @property
    def exempt(self) -> tuple[str, ...]:
        """The paths of a change of nothing but exempt ones; empty for any other change."""
        return exempt_paths(self.pull, self.settings.paths_exempt)

    @property
    def crosswise(self) -> bool:
        """Whether contributors may approve each other's part."""
        return self.settings.independence == "per-author"

    @property
    def half_approved(self) -> tuple[Person, ...]:
        """Contributors whose part too few other people approved, where that is what counts."""
        few = (key for key in self.who.known if self._by_others(key) < self.settings.approvals)
        return tuple(self.who.known[key].person for key in few) if self.crosswise else ()

    @property
    def requests_block(self) -> bool:
        """Whether a request for changes holds the change up."""
        return self.settings.changes_requested == "block"

    @property
    def hidden(self) -> tuple[Hidden, ...]:
        """What was done and taken back; a squash brings only what its difference shows."""
        squashed = self.pull.merge is not None and self.pull.merge.method == "squash"
        found = self.pull.content.hidden if self.pull.content and not squashed else ()
        return tuple(one for one in found if one.oid not in self.elsewhere)

    @property
    def _fewest(self) -> int:
        """How many approvals the least approved part has."""
        return min((len(self.given.counted), *self._for_each_part()))

    def _for_each_part(self) -> Iterator[int]:
        if self.crosswise:
            yield from map(self._by_others, self.who.known)

    def _by_others(self, key: str) -> int:
        return sum(self.people.key(review.author) != key for review in self.given.counted)


def case_of(
    pull: PullRequest, settings: ReviewSettings, *, elsewhere: frozenset[str] = frozenset()
) -> Case:
    """Return everything that a verdict on this pull request is made of.

    Args:
        pull: what is judged.
        settings: the policy.
        elsewhere: names of commits that another pull request brings and answers for.
    """
    people = Identities(settings.identities, pull)
    who = contributors(pull, people, settings, elsewhere)
    given = opinions(Change(pull, who, people, settings))
    return Case(pull, given, who, people, settings, elsewhere)
