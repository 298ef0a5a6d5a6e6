"""Did enough people outside the change approve exactly what would be merged? Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Finding, Judgement
from gatekeeper.review.advice import next_steps, summary
from gatekeeper.review.case import Case, case_of
from gatekeeper.review.checked import read, weighed
from gatekeeper.review.equivalence import merged_proof
from gatekeeper.review.facts import PullRequest, ReviewFacts
from gatekeeper.review.findings import Findings
from gatekeeper.review.flow import wrong_way
from gatekeeper.review.ownership import missing
from gatekeeper.review.settings import ReviewSettings
from gatekeeper.review.sound import other_change, unsound
from gatekeeper.review.undecided import undecided


def judge(facts: ReviewFacts, settings: ReviewSettings, context: Context) -> Judgement:
    """Judge a pull request by its facts."""
    pull = facts.pull_request
    if pull is None:
        return Judgement(
            skipped="no pull request in a local run",
            next_steps=("name the pull request that brings this change: --pr NUMBER",),
        )
    source = f"{facts.source}, not asked of a host" if facts.recorded else facts.source
    failures = tuple(other_change(facts.demand, pull))
    if failures:
        return Judgement(checked=(read(pull, source),), failures=failures)
    return judge_pull(pull, settings, context.rules, source)


def judge_pull(
    pull: PullRequest,
    settings: ReviewSettings,
    rules: Catalog,
    source: str,
    *,
    elsewhere: frozenset[str] = frozenset(),
) -> Judgement:
    """Judge a pull request, whichever run asks about it.

    Args:
        pull: as a host gave it.
        settings: the policy, of the base revision.
        rules: the catalog.
        source: where the facts come from, for the report.
        elsewhere: names of commits that another pull request brings and answers for.
    """
    failures = tuple(unsound(pull))
    if failures:
        return Judgement(checked=(read(pull, source),), failures=failures)
    case = case_of(pull, settings, elsewhere=elsewhere)
    made = Findings(rules, pull)
    others = tuple(_other_findings(made, case))
    return Judgement(
        checked=(read(pull, source), *weighed(case)),
        findings=(*others, *_approval_findings(made, case)),
        failures=tuple(undecided(case, decided=any(f.blocking for f in others))),
        summary=summary(case, others),
        next_steps=tuple(dict.fromkeys(next_steps(case))),
    )


def _other_findings(made: Findings, case: Case) -> Iterator[Finding]:
    pull = case.pull
    # must not have been given up
    if pull.state == "CLOSED":
        yield made.closed()
    # must go where this kind of branch goes
    if why := wrong_way(pull, case.settings.branches):
        yield made.wrong_way(why)
    # must have nobody behind it who is unknown
    yield from made.doubts(case.who.doubts, blocking=not case.exempt)
    # must not be asked to change
    yield from made.requests(
        case.given.requests, blocking=case.requests_block, when="and has not withdrawn that"
    )
    yield from made.requests(case.given.late_requests, blocking=False, when="after the merge")
    # must be approved by the owners of what it touches
    yield from map(made.without_owner, missing(case))
    yield from _content_findings(made, case)


def _content_findings(made: Findings, case: Case) -> Iterator[Finding]:
    pull = case.pull
    # must have been merged as it was approved
    proof = merged_proof(pull)
    if proof is not None and proof.outcome == "changed":
        yield made.merged_otherwise(proof.why)
    # must show all that it brings into the history
    yield from made.hidden(case.hidden, blocking=case.settings.hidden_changes == "fail")
    # must not have been let past the host's own rules; it is judged by ours all the same
    yield from made.bypasses(pull.rule_suites or ())


def _approval_findings(made: Findings, case: Case) -> Iterator[Finding]:
    # must be approved by enough people
    if case.lacking:
        yield made.missing(case)
    yield from made.rejections(case.given.rejected)
