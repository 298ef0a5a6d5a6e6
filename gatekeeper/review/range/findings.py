"""The findings about a range itself: commits that nothing proves, releases from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.model import Finding, Place
from gatekeeper.review.facts import CommitRange
from gatekeeper.review.range.origins import Origin
from gatekeeper.review.words import short

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class RangeFindings:
    """Makes findings about one range."""

    rules: Catalog
    found: CommitRange

    def unproven(self, origin: Origin) -> Finding:
        """No pull request proves this commit."""
        commit = origin.commit
        subject = commit.subject[:_SHOWN] + ("…" if len(commit.subject) > _SHOWN else "")
        message = f"{short(commit.oid)} ({subject}) by {commit.author} {origin.why}"
        return self._finding(origin.rule, message, commit.oid)

    def release(self) -> Iterator[Finding]:
        """What is wrong with the range as a whole."""
        found = self.found
        # must name the commit that everybody else sees under this name
        for tag in found.moved:
            message = (
                f"the tag {tag.name} is {short(tag.here)} in this clone and {short(tag.there)} on "
                "the host: it was moved"
            )
            yield self._finding("review-tag-moved", message, tag.here, tag.there)
        # must build on what was released before
        if found.base_is_ancestor is False:
            message = (
                f"{found.head} at {short(found.head_oid)} does not descend from {found.base} at "
                f"{short(found.base_oid)}"
            )
            yield self._finding("review-release-not-descended", message, found.head_oid, "base")
        # must come from the branch that everything reviewed goes to
        if found.head_on_branch is False:
            message = f"{found.head} at {short(found.head_oid)} is not on {found.branch}"
            yield self._finding("review-release-not-descended", message, found.head_oid, "branch")

    def _finding(self, rule: str, message: str, oid: str, more: str = "") -> Finding:
        named = (self.found.repository.casefold(), oid, more)
        return self.rules[rule].finding(message, Place(commit=oid), named)
