"""May this be released? Everything live in production that is not general must be in order. Pure.

Live means that the flag is on in production: somebody may meet the experimental value.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from gatekeeper.core.fields import format_duration
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement
from gatekeeper.experimental.facts import ChainFacts, ExperimentalEvidence
from gatekeeper.experimental.findings import of_feature, situation, undeclared
from gatekeeper.experimental.guards import Situation
from gatekeeper.experimental.outlook import outlook, ready
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import Phase

_RESTORE = "restore the ledger from a backup, or roll back the features that are live"
_VERBS = {
    "experimental-undeclared-flag": "rollback",
    "experimental-wrong-phase": "rollback",
    "experimental-expired": "rollback",
    "experimental-harm": "rollback",
}


def judge(
    facts: ExperimentalEvidence, settings: ExperimentalSettings, context: Context
) -> Judgement:
    """Judge every feature and every live flag."""
    if facts.nothing_asked:
        reason = f"no feature is declared in {facts.folder}/ and no flag backend exists"
        step = "begin with `gatekeeper feature start KEY`, or leave `experimental` out of the stage"
        return Judgement(checked=facts.changes, skipped=reason, summary=reason, next_steps=(step,))
    # must not come with the change: it could say of its features whatever it likes
    if facts.tracked:
        return Judgement(failures=tuple(map(_brought, facts.tracked)))
    return _weighed(facts, settings, context)


def _weighed(
    facts: ExperimentalEvidence, settings: ExperimentalSettings, context: Context
) -> Judgement:
    failures = tuple(_failures(facts, context.now))
    # must be trustworthy: phases from a ledger that does not verify prove nothing
    features = () if failures else facts.features
    recorded = (of_feature(one, settings, context) for one in features)
    found = (*undeclared(facts, context), *chain.from_iterable(recorded))
    placed = (situation(one, settings, context) for one in facts.features)
    situations = tuple(filter(None, placed))
    return Judgement(
        checked=tuple(_checked(facts, situations)) if facts.backend_present else (),
        findings=found,
        failures=failures,
        summary=_summary(facts, found, situations),
        next_steps=tuple(_next_steps(found, situations)),
    )


def _brought(path: str) -> Failure:
    return Failure(
        f"the state of the flags is part of the change: git tracks {path}",
        f"run `git rm --cached {path}`, name it in .gitignore, and let the release's own copy be "
        "judged",
    )


def _failures(facts: ExperimentalEvidence, now: datetime) -> Iterator[Failure]:
    yield from _chain_failures(facts.chain, now)
    if not facts.backend_present:
        reason = (
            f"the {facts.backend} backend does not exist, but features are declared or recorded"
        )
        yield Failure(reason, "see `backend:` in the policy, or restore its file from a backup")
    if facts.live and not facts.chain.present:
        reason = "flags are on in production, but there is no ledger that says who decided that"
        yield Failure(reason, _RESTORE)


def _chain_failures(ledger: ChainFacts, now: datetime) -> Iterator[Failure]:
    for problem in ledger.problems:
        yield Failure(f"the ledger was tampered with: {problem}", _RESTORE)
    if ahead := ledger.ahead(now):
        reason = (
            f"the ledger's last entry is dated {format_duration(ahead)} in the future: "
            "soak cannot be counted"
        )
        yield Failure(reason, "find out whose clock was wrong; this machine's or the writer's")


def _checked(facts: ExperimentalEvidence, situations: Sequence[Situation]) -> Iterator[str]:
    yield from _scope(facts)
    yield from facts.changes
    if facts.chain.verified:
        head = facts.chain.head.removeprefix("sha256:")[:12]
        yield f"the ledger's {_count(facts.chain.entries, 'entry', 'entries')}, head {head}"
    yield from map(outlook, situations)


def _scope(facts: ExperimentalEvidence) -> Iterator[str]:
    if facts.only:
        yield f"the feature {facts.only} in {facts.production} of the {facts.backend} backend"
        return
    yield _declarations(facts)
    flags, on = _count(len(facts.flags), "flag"), sum(flag.live for flag in facts.flags)
    yield f"{flags} in {facts.production} of the {facts.backend} backend, {on} of them on"


def _declarations(facts: ExperimentalEvidence) -> str:
    declared = _count(sum(one.feature is not None for one in facts.features), "feature")
    source = f" of the base {facts.base[:12]}" if facts.base else ""
    return f"{declared} declared in {facts.folder}/{source}"


def _summary(
    facts: ExperimentalEvidence, findings: Sequence[Finding], situations: Sequence[Situation]
) -> str:
    if findings:
        named = sorted(set(map(_feature, findings)))
        return f"{', '.join(named)}: not in order in {facts.production}"
    return _in_order(facts, situations)


def _in_order(facts: ExperimentalEvidence, situations: Sequence[Situation]) -> str:
    """Return where the one Experimental feature stands, or how many features are in each phase."""
    experimental = [at for at in situations if at.state.experimenting]
    return outlook(experimental[0]) if len(experimental) == 1 else _phases(facts)


def _phases(facts: ExperimentalEvidence) -> str:
    recorded = Counter(one.phase for one in facts.features)
    counts = [f"{recorded[phase]} {phase.label}" for phase in Phase if phase in recorded]
    return f"every live flag is in order: {', '.join(counts)}" if counts else "no feature is live"


def _next_steps(findings: Sequence[Finding], situations: Sequence[Situation]) -> Iterator[str]:
    for finding in findings:
        # whoever made the flag chose its name, and this line is there to be pasted into a shell
        name = shlex.quote(_feature(finding))
        yield f"gatekeeper feature {_VERBS.get(finding.rule, 'show')} {name}"
    for promotable in filter(ready, situations):
        yield f"gatekeeper feature promote {promotable.state.key}"


def _feature(finding: Finding) -> str:
    return finding.where.feature or ""


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
