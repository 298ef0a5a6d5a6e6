"""The gate's findings: which rule, what to tell a colleague, and what names the finding.

A fingerprint holds the head commit: whoever waives a finding accepts this content and no later
push.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.model import Finding, Place
from gatekeeper.review.approvals import Rejection
from gatekeeper.review.case import Case
from gatekeeper.review.contributors import Doubt
from gatekeeper.review.facts import Hidden, PullRequest, Review, RuleSuite
from gatekeeper.review.owners.ownership import Missing
from gatekeeper.review.words import count, listed, short


@dataclass(frozen=True, slots=True)
class Findings:
    """Makes findings about one pull request."""

    rules: Catalog
    pull: PullRequest

    def closed(self) -> Finding:
        """The pull request was given up."""
        message = f"#{self.pull.number} was closed without a merge: nobody stands for it"
        return self._finding("review-pull-request-closed", message, ())

    def wrong_way(self, why: str) -> Finding:
        """The branch must not be merged there."""
        message = f"#{self.pull.number} goes the wrong way: {why}"
        return self._finding("review-branch-not-allowed", message, (why,))

    def merged_otherwise(self, why: str) -> Finding:
        """The merge made something else than the change."""
        made = self.pull.made
        message = f"#{self.pull.number} was not merged as it is: {why}"
        return self._finding("review-merge-changed", message, (), made.oid if made else None)

    def hidden(self, found: Sequence[Hidden], *, blocking: bool) -> Iterator[Finding]:
        """One finding for each commit whose work was taken back."""
        authors = {commit.oid: commit.author for commit in self.pull.commits}
        for one in found:
            by = f" by {authors[one.oid]}" if one.oid in authors else ""
            message = (
                f"{short(one.oid)}{by} changes {listed(one.paths)}, and the head has taken that "
                "back, at least in part: the difference as a whole hides it from reviewers, and a "
                "merge brings it into the history"
            )
            identity = (one.oid, *one.paths)
            yield self._finding(
                "review-hidden-change", message, identity, one.oid, blocking=blocking
            )

    def bypasses(self, suites: Sequence[RuleSuite]) -> Iterator[Finding]:
        """One finding for each time that the host let somebody past its own rules."""
        for suite in suites:
            if suite.result == "bypass":
                rules = f" ({listed(suite.rules)})" if suite.rules else ""
                when = f"{suite.at:%Y-%m-%d %H:%M} UTC"
                message = f"{suite.actor} bypassed the host's rules{rules} on {when}"
                yield self._finding(
                    "review-rules-bypassed", message, (str(suite.actor), when), blocking=False
                )

    def without_owner(self, missing: Missing) -> Finding:
        """Owned paths lack their owners' approval."""
        owned = missing.owned
        owners = listed(owned.line.owners)
        message = (
            f"{listed(owned.paths)} {'is' if len(owned.paths) == 1 else 'are'} owned by {owners}, "
            f"and none of them has an approval here that counts (line {owned.line.number}: "
            f"`{owned.line.pattern}`)"
        )
        if missing.sole:
            message += f". {missing.sole} has a part in the change and is its only owner"
        if missing.unmapped:
            message += f". No account is known for {listed(missing.unmapped)}"
        identity = (owned.line.pattern, *owned.line.owners)
        return self._finding("review-owner-missing", message, identity)

    def doubts(self, doubts: Sequence[Doubt], *, blocking: bool) -> Iterator[Finding]:
        """One finding for each person who cannot be verified, with the commits counted."""
        for (name, why), group in _by_person(doubts).items():
            parts = _parts(group, f"#{self.pull.number}")
            message = f"{name}, {parts}, cannot be verified: {why}"
            commit = group[0].claim.oid
            yield self._finding(
                "review-contributor-unverifiable", message, (name, why), commit, blocking=blocking
            )

    def requests(
        self, requests: Sequence[Review], *, blocking: bool, when: str
    ) -> Iterator[Finding]:
        """One finding for each request for changes."""
        for review in requests:
            of = f" to {short(review.commit)}" if review.commit else ""
            message = f"{review.author} requested changes{of} {when}"
            yield self._finding(
                "review-changes-requested", message, (str(review.author), when), blocking=blocking
            )

    def missing(self, case: Case) -> Finding:
        """There are not enough approvals."""
        pull, needed, valid = self.pull, case.settings.approvals, len(case.given.counted)
        have = f"only {valid} {'counts' if valid == 1 else 'count'}" if valid else "none counts"
        message = f"#{pull.number} needs {count(needed, 'approval')} of {short(pull.head_oid)} "
        if case.crosswise and valid >= needed:
            parts = listed(case.half_approved)
            message += f"by other people for each contributor's part, and {parts} has too few"
        else:
            message += f"by people outside the change, and {have}"
        if case.given.rejected:
            message += ". " + ". ".join(map(sentence, case.given.rejected))
        return self._finding("review-approval-missing", message, (needed,))

    def rejections(self, rejected: Sequence[Rejection]) -> Iterator[Finding]:
        """One finding for each approval that does not count; it informs and does not block."""
        for rejection in rejected:
            review = rejection.review
            identity = (str(review.author), review.id)
            yield self._finding(
                rejection.rule, sentence(rejection), identity, review.commit, blocking=False
            )

    def _finding(
        self,
        rule: str,
        message: str,
        identity: tuple[str | int, ...],
        commit: str | None = None,
        *,
        blocking: bool = True,
    ) -> Finding:
        pull = self.pull
        place = Place(pull_request=pull.number, commit=commit or pull.head_oid)
        named = (pull.repository.casefold(), pull.number, pull.head_oid, *identity)
        return self.rules[rule].finding(message, place, named, blocking=blocking)


def _by_person(doubts: Iterable[Doubt]) -> dict[tuple[str, str], list[Doubt]]:
    grouped: dict[tuple[str, str], list[Doubt]] = defaultdict(list)
    for doubt in doubts:
        grouped[str(doubt.claim.person), doubt.why].append(doubt)
    return grouped


def _parts(doubts: Iterable[Doubt], whole: str) -> str:
    """Return e.g. `author and committer of 1234567`; of the whole where no commit is known."""
    claims = [doubt.claim for doubt in doubts]
    oids = listed(filter(None, (short(claim.oid) for claim in claims)))
    return f"{listed(claim.role for claim in claims)} of {oids or whole}"


def sentence(rejection: Rejection) -> str:
    """Return `Approval by dana does not count: …`."""
    return f"Approval by {rejection.review.author} does not count: {rejection.why}"
