"""What was looked at, line by line: a reader who doubts the verdict begins here."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.review.case import Case
from gatekeeper.review.equivalence import approved_proof, merged_proof
from gatekeeper.review.facts import PullRequest, Review
from gatekeeper.review.findings import sentence
from gatekeeper.review.owners.codeowners import parse
from gatekeeper.review.owners.ownership import owned_paths
from gatekeeper.review.pushes import unread
from gatekeeper.review.words import count, listed, short


def read(pull: PullRequest, source: str) -> str:
    """Return which pull request was read, and from where."""
    what = f"{pull.repository}#{pull.number} at {short(pull.head_oid)}"
    parts = f"{count(len(pull.commits), 'commit')}, {count(len(pull.reviews), 'review')}"
    return f"{what}: {parts}; from {source}"


def weighed(case: Case) -> Iterator[str]:
    """Yield what the verdict rests on."""
    yield _contributors(case)
    if case.exempt:
        paths = count(len(case.exempt), "path")
        yield f"no approval is needed: the policy exempts {paths}, {listed(case.exempt)}"
    # too few approvals is a finding that says which do not count; enough of them is none
    if not case.lacking:
        yield from map(sentence, case.given.rejected)
    yield from _content(case)
    if case.settings.owners == "required" and case.pull.owners is not None:
        yield from _owners(case.pull)


def _contributors(case: Case) -> str:
    names = listed(case.who.people) or "nobody known"
    why = unread(case.pull)
    pushed = f"; who pushed is not known: {why}" if why else ", pushers"
    return f"contributors: {names} (opener, authors, committers, co-authors{pushed})"


def _content(case: Case) -> Iterator[str]:
    content = case.pull.content
    if content is None:
        yield "content: only commit names were compared, because no clone was asked"
        return
    if content.problem:
        yield f"content: only commit names were compared, because {content.problem}"
    yield from filter(None, (_kept(review, case.pull) for review in case.given.counted))
    merged = merged_proof(case.pull)
    if merged is not None and merged.outcome == "kept":
        yield f"content: {merged.why}"


def _kept(review: Review, pull: PullRequest) -> str:
    """Say why an approval of another commit counts."""
    proof = approved_proof(review.commit or "", pull)
    counts = f"{review.author}'s approval of {short(review.commit)} counts"
    return f"content: {counts}: {proof.why}" if proof.why else ""


def _owners(pull: PullRequest) -> Iterator[str]:
    owners = pull.owners
    if owners is None or owners.path is None:
        return
    owned = sum(len(group.paths) for group in owned_paths(pull))
    skipped = parse(owners.text).skipped
    notes = f"; GitHub skips {'line' if len(skipped) == 1 else 'lines'} {listed(skipped)}"
    place = f"{owners.path} of {short(owners.revision)}"
    yield f"{place}: {count(owned, 'changed path')} with owners{notes if skipped else ''}"
