"""Was every commit of a release brought by a pull request that was reviewed? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement
from gatekeeper.review.case import Case, case_of
from gatekeeper.review.facts import CommitRange, PullRequest, ReviewFacts
from gatekeeper.review.judge import judge as judge_one
from gatekeeper.review.judge import judge_pull
from gatekeeper.review.range.findings import RangeFindings
from gatekeeper.review.range.origins import Origin, origins
from gatekeeper.review.range.rows import Row
from gatekeeper.review.range.sound import unsound
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.words import count, listed, short

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class RangeJudgement:
    """What is said of a range.

    Attributes:
        judgement: for the report.
        rows: one for each commit, the newest first; empty where the facts carry no verdict.
    """

    judgement: Judgement
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    """One pull request of the range with its judgement."""

    pull: PullRequest
    case: Case
    judgement: Judgement


def judge(facts: ReviewFacts, settings: ReviewSettings, context: Context) -> Judgement:
    """Judge what the facts are about: a range, or a pull request."""
    if facts.range is None:
        return judge_one(facts, settings, context)
    return judge_range(facts, settings, context.rules).judgement


def judge_range(facts: ReviewFacts, settings: ReviewSettings, rules: Catalog) -> RangeJudgement:
    """Judge every commit of a range, and every pull request that brought one."""
    found = facts.range
    if found is None:
        raise ValueError("these facts are not about a range")
    source = f"{facts.source}, not asked of a host" if facts.recorded else facts.source
    checked = _checked(found, source)
    failures = tuple(unsound(facts.demand, found))
    if failures:
        return RangeJudgement(Judgement(checked=checked, failures=failures), ())
    traced = tuple(origins(found))
    judged = dict(_judged(traced, settings, rules, source))
    made = RangeFindings(rules, found)
    rows = tuple(_row(origin, judged, made) for origin in traced)
    return RangeJudgement(_judgement(checked, rows, judged, tuple(made.release())), rows)


def _checked(found: CommitRange, source: str) -> tuple[str, ...]:
    what = f"{found.repository} {found.base}..{found.head} at {short(found.head_oid)}"
    parts = f"{count(len(found.commits), 'commit')}, "
    parts += count(len(found.pull_requests), "pull request")
    return (f"{what}: {parts}; from {source}",)


def _judged(
    traced: Sequence[Origin], settings: ReviewSettings, rules: Catalog, source: str
) -> Iterator[tuple[int, _Judged]]:
    """Yield each pull request that proves a commit, judged once.

    A release pull request (develop to main) lists every feature's commits too; those answer for
    themselves, by the pull requests that brought them to develop.
    """
    proven = {origin.commit.oid: origin.pull.number for origin in traced if origin.pull}
    pulls = {origin.pull.number: origin.pull for origin in traced if origin.pull}
    for number, pull in pulls.items():
        elsewhere = frozenset(oid for oid in pull.oids if proven.get(oid, number) != number)
        judgement = judge_pull(pull, settings, rules, source, elsewhere=elsewhere)
        case = case_of(pull, settings, elsewhere=elsewhere)
        yield number, _Judged(pull, case, judgement)


def _row(origin: Origin, judged: Mapping[int, _Judged], made: RangeFindings) -> Row:
    commit = origin.commit
    row = Row(commit=commit.oid, subject=commit.subject, author=str(commit.author))
    if origin.pull is not None:
        return _proven(row, origin, judged[origin.pull.number])
    if origin.failure is not None:
        return replace(row, failures=(origin.failure,), reason=origin.failure.reason)
    finding = made.unproven(origin)
    return replace(row, findings=(finding,), reason=finding.message)


def _proven(row: Row, origin: Origin, known: _Judged) -> Row:
    pull, judgement = known.pull, known.judgement
    failed = (failure.reason for failure in judgement.failures)
    return replace(
        row,
        pull_request=pull.number,
        how=origin.how,
        opener=str(pull.opener),
        reviewers=tuple(str(review.author) for review in known.case.given.counted),
        contributors=tuple(map(str, known.case.who.people)),
        merged_by=str(pull.merge.by) if pull.merge and pull.merge.by else "",
        bypassed_by=_bypassed_by(pull),
        findings=judgement.findings,
        failures=judgement.failures,
        reason=next(failed, judgement.summary),
    )


def _bypassed_by(pull: PullRequest) -> tuple[str, ...]:
    suites = pull.rule_suites or ()
    return tuple(str(suite.actor) for suite in suites if suite.result == "bypass")


def _judgement(
    checked: tuple[str, ...],
    rows: Sequence[Row],
    judged: Mapping[int, _Judged],
    release: tuple[Finding, ...],
) -> Judgement:
    own = (finding for row in rows if row.pull_request is None for finding in row.findings)
    of_pulls = (finding for one in judged.values() for finding in one.judgement.findings)
    return Judgement(
        checked=checked,
        findings=(*release, *own, *of_pulls),
        failures=tuple(_failures(rows, judged)),
        summary=_summary(rows, release),
        next_steps=tuple(dict.fromkeys((*_bring_again(rows), *_next_steps(judged.values())))),
    )


def _failures(rows: Sequence[Row], judged: Mapping[int, _Judged]) -> Iterator[Failure]:
    yield from (failure for row in rows if row.pull_request is None for failure in row.failures)
    for number, one in judged.items():
        for failure in one.judgement.failures:
            yield replace(failure, reason=f"#{number}: {failure.reason}")


def _summary(rows: Sequence[Row], release: Sequence[Finding]) -> str:
    bad = [row for row in rows if row.verdict.name != "PASS"]
    if release:
        return release[0].message
    if not bad:
        pulls = {row.pull_request for row in rows}
        verb = "was" if len(rows) == 1 else "were"
        return (
            f"{count(len(rows), 'commit')} {verb} brought by "
            f"{count(len(pulls), 'reviewed pull request')}"
        )
    verb = "is" if len(bad) == 1 else "are"
    told = f"{len(bad)} of {count(len(rows), 'commit')} {verb} not proven reviewed"
    return f"{told}: {_worst(bad).reason}"


def _worst(rows: Sequence[Row]) -> Row:
    return max(rows, key=lambda row: (row.verdict, row.pull_request is None))


def _bring_again(rows: Sequence[Row]) -> Iterator[str]:
    names = [short(row.commit) for row in rows if row.pull_request is None and row.findings]
    if names:
        yield (
            f"bring what {listed(names)} changed again in a reviewed pull request, or have the "
            "deviation accepted by name, with a waiver in the policy that --policy names"
        )


def _next_steps(judged: Iterable[_Judged]) -> Iterator[str]:
    steps = (
        step if f"#{one.pull.number} " in step else f"#{one.pull.number}: {step}"
        for one in judged
        if one.judgement.failures or any(finding.blocking for finding in one.judgement.findings)
        for step in one.judgement.next_steps
    )
    for number, step in enumerate(steps):
        if number == _SHOWN:
            yield "see every commit with its reason: gatekeeper audit A..B"
            return
        yield step
