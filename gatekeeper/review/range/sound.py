"""Whether the facts of a range are whole; only such facts carry a verdict. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.core.model import Failure
from gatekeeper.review.facts import CommitRange, Demand
from gatekeeper.review.words import listed, short

_AGAIN = "run again; if it stays so, report it with a recording of the range"


def unsound(demand: Demand, found: CommitRange) -> Iterator[Failure]:
    """Yield every reason why these facts cannot carry a verdict."""
    yield from _other_range(demand, found)
    yield from _incomplete(found)
    yield from _astray(found)
    yield from _inconsistent(found)


def _other_range(demand: Demand, found: CommitRange) -> Iterator[Failure]:
    # must be of the repository under judgement
    if "/" in demand.repository and demand.repository.casefold() != found.repository.casefold():
        yield Failure(
            f"the range is of {found.repository}, and {demand.repository} is judged",
            "name a range of the repository under judgement",
        )
    # must end at the judged commit, and begin where the policy was read from
    ends = (("ends", found.head_oid, demand.commit), ("begins", found.base_oid, demand.base))
    for verb, oid, wanted in ends:
        if wanted != oid:
            yield Failure(
                f"the range {verb} at {short(oid)}, and {short(wanted, 'no known commit')} is "
                "judged",
                "run again: a tag or a branch moved meanwhile",
            )


def _incomplete(found: CommitRange) -> Iterator[Failure]:
    # must bring something
    if not found.commits:
        yield Failure(
            f"{found.base}..{found.head} holds no commit, so there is nothing to judge",
            "name the older revision first: OLDER..NEWER",
        )
    # must be known whole
    if found.problem or not found.complete:
        reason = found.problem or f"not all of {found.base}..{found.head} is known"
        yield Failure(reason, found.mend or _AGAIN)
    unknown = [short(one.commit.oid) for one in found.commits if not one.complete]
    if unknown:
        yield Failure(f"not all pull requests of {listed(unknown)} are known", _AGAIN)


def _astray(found: CommitRange) -> Iterator[Failure]:
    # must be known to build on the older end, and to come from where releases come from
    if found.base_is_ancestor is None:
        reason = f"it is not known whether {found.head} descends from {found.base}"
        yield Failure(reason, found.mend or "run `git fetch --tags --unshallow origin`")
    if found.head_on_branch is None:
        reason = f"it is not known whether {found.branch} holds {found.head}"
        yield Failure(reason, f"run `git fetch origin {found.branch}`, and run again")


def _inconsistent(found: CommitRange) -> Iterator[Failure]:
    oids = [one.commit.oid for one in found.commits]
    # must hold its own end, and each commit once
    if oids and (found.head_oid not in oids or len(set(oids)) < len(oids)):
        yield Failure(f"the commits do not fit to {found.base}..{found.head}", _AGAIN)
    # must know every pull request that its commits are connected with
    known = {pull.number for pull in found.pull_requests}
    if missing := sorted(set(_named(found)) - known):
        numbers = listed(f"#{number}" for number in missing)
        yield Failure(f"{numbers} could not be read", _AGAIN)


def _named(found: CommitRange) -> Iterator[int]:
    for commit in found.commits:
        for candidate in commit.candidates:
            if candidate.repository_id == found.repository_id:
                yield candidate.number
