"""May this be released? Everything live in production that is not general must be in order. Pure.

Live means that the flag is on in production: somebody may meet the experimental value.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gatekeeper.core.fields import format_duration
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Failure, Finding, Judgement, Place
from gatekeeper.experimental import guards
from gatekeeper.experimental.configuration import Observed, describe
from gatekeeper.experimental.drift import drift
from gatekeeper.experimental.facts import ExperimentalEvidence, FeatureFacts
from gatekeeper.experimental.features import Feature
from gatekeeper.experimental.guards import Refusal, Situation
from gatekeeper.experimental.outlook import outlook, ready
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import LIVE, FeatureState, Phase


def judge(
    facts: ExperimentalEvidence, settings: ExperimentalSettings, context: Context
) -> Judgement:
    """Judge every feature and every live flag."""
    if _nothing_asked(facts):
        reason = f"no feature is declared in {facts.folder}/ and no flag backend exists"
        return Judgement(skipped=reason, summary=reason)
    failures = tuple(_failures(facts, context))
    findings = [*_undeclared(facts, context)]
    # must be trustworthy: phases from a ledger that does not verify prove nothing
    if not failures:
        for one in facts.features:
            findings += _feature(one, settings, context)
    situations = [s for one in facts.features if (s := _situation(one, settings, context))]
    return Judgement(
        checked=tuple(_checked(facts, situations)) if facts.backend_present else (),
        findings=tuple(findings),
        failures=failures,
        summary=_summary(facts, findings, situations),
        next_steps=tuple(_next_steps(findings, situations)),
    )


def _nothing_asked(facts: ExperimentalEvidence) -> bool:
    return not (facts.backend_present or facts.chain.present or facts.features)


def _failures(facts: ExperimentalEvidence, context: Context) -> Iterator[Failure]:
    for problem in facts.chain.problems:
        yield Failure(f"the ledger was tampered with: {problem}", _RESTORE)
    if facts.chain.latest is not None and facts.chain.latest > context.now:
        ahead = format_duration(facts.chain.latest - context.now)
        reason = f"the ledger's last entry is dated {ahead} in the future: soak cannot be counted"
        yield Failure(reason, "find out whose clock was wrong; this machine's or the writer's")
    if not facts.backend_present:
        reason = (
            f"the {facts.backend} backend does not exist, but features are declared or recorded"
        )
        yield Failure(reason, "see `backend:` in the policy, or restore its file from a backup")
    if not facts.chain.present and any(flag.live for flag in _flags(facts)):
        reason = "flags are on in production, but there is no ledger that says who decided that"
        yield Failure(reason, _RESTORE)


def _flags(facts: ExperimentalEvidence) -> tuple[Observed, ...]:
    return (*facts.flags, *(flag for one in facts.features for flag in one.observed))


def _undeclared(facts: ExperimentalEvidence, context: Context) -> Iterator[Finding]:
    """A live flag must belong to a declared feature, or to one that is general."""
    known = _known_flags(facts)
    live = {flag.flag: flag for flag in _flags(facts) if flag.live and flag.flag not in known}
    for name, flag in sorted(live.items()):
        how = describe(flag.configuration) if flag.configuration else "on"
        message = f"`{name}` is {how} in {flag.environment}, and no feature in {facts.folder}/"
        yield context.rules["experimental-undeclared-flag"].finding(
            f"{message} declares it", Place(feature=name), (name, flag.environment)
        )


def _known_flags(facts: ExperimentalEvidence) -> set[str]:
    known = {one.feature.flag for one in facts.features if one.feature}
    states = [one.state for one in facts.features if one.state]
    general = [state for state in states if state.phase is Phase.GENERAL]
    return known | {target.flag for state in general for target in state.targets}


def _feature(
    one: FeatureFacts, settings: ExperimentalSettings, context: Context
) -> Iterator[Finding]:
    if one.state is None or one.state.phase not in LIVE:
        yield from _before_its_time(one, context)
        return
    if one.state.pending:
        message = f"the move to {one.state.phase.label} is recorded, but was not seen at the vendor"
        yield _finding("experimental-unconfirmed-write", one, message, context)
    else:
        for line in drift(one.state, one.observed, settings.production):
            yield _finding("experimental-drift", one, line, context)
    if lacking := tuple(_weaker(one.state, settings)):
        message = f"it became {one.state.phase.label} with {', '.join(lacking)}"
        yield _finding("experimental-weaker-terms", one, message, context)
    situation = _situation(one, settings, context)
    if situation is not None and one.state.phase is Phase.EXPERIMENTAL:
        yield from _unhealthy(one, situation, context)


def _weaker(state: FeatureState, settings: ExperimentalSettings) -> Iterator[str]:
    """What it showed must satisfy this policy: a move can be ordered under another one."""
    shown = state.grounds
    if shown is None:
        yield "nothing to show"
        return
    general = state.phase is Phase.GENERAL
    needed = settings.approvals if general else settings.entry_approvals
    if len(shown.approvers) < needed:
        yield f"{len(shown.approvers)} of {needed} approvals"
    if general and timedelta(seconds=shown.soak_seconds) < settings.soak:
        soaked = format_duration(timedelta(seconds=shown.soak_seconds))
        yield f"{soaked} of {format_duration(settings.soak)} soak"
    if general and shown.contexts < settings.min_contexts:
        yield f"{shown.contexts:,} of {settings.min_contexts:,} contexts"


def _unhealthy(one: FeatureFacts, situation: Situation, context: Context) -> Iterator[Finding]:
    for rule, guard in _HEALTH:
        if refusal := guard(situation):
            yield _finding(rule, one, refusal.reason, context, refusal)


_HEALTH = (
    ("experimental-expired", guards.expiry),
    ("experimental-declaration-changed", guards.configured),
    ("experimental-not-signed-off", guards.qa),
)


def _before_its_time(one: FeatureFacts, context: Context) -> Iterator[Finding]:
    """Its flag must not be on; where nothing declares it, that is another rule's finding."""
    live = [flag for flag in one.observed if flag.configuration and flag.live]
    if one.feature is None or not live:
        return
    phase = f"it is {one.state.phase.label}" if one.state else "it was never started"
    flag = live[0]
    how = describe(flag.configuration) if flag.configuration else "on"
    message = f"`{flag.flag}` is {how} in {flag.environment}, but {phase}"
    yield _finding("experimental-wrong-phase", one, message, context)


def _finding(
    rule: str,
    one: FeatureFacts,
    message: str,
    context: Context,
    refusal: Refusal | None = None,
) -> Finding:
    text = f"{one.key}: {message}" + (f"; {refusal.remedy}" if refusal else "")
    attempt = one.state.attempt if one.state else 0
    identity = (one.key, attempt, refusal.guard if refusal else message)
    return context.rules[rule].finding(text, _place(one.feature, one.key), identity)


def _place(feature: Feature | None, key: str) -> Place:
    return Place(path=feature.path or None if feature else None, feature=key)


def _situation(
    one: FeatureFacts, settings: ExperimentalSettings, context: Context
) -> Situation | None:
    if one.feature is None or one.state is None:
        return None
    return Situation(
        feature=one.feature,
        state=one.state,
        settings=settings,
        exposure=one.exposure,
        drift=drift(one.state, one.observed, settings.production),
        now=context.now,
    )


def _checked(facts: ExperimentalEvidence, situations: list[Situation]) -> Iterator[str]:
    declared = sum(one.feature is not None for one in facts.features)
    if facts.only:
        yield f"the feature {facts.only} in {facts.production} of the {facts.backend} backend"
    else:
        yield f"{_count(declared, 'feature')} declared in {facts.folder}/"
        on = sum(flag.live for flag in facts.flags)
        yield (
            f"{_count(len(facts.flags), 'flag')} in {facts.production} of the {facts.backend} "
            f"backend, {on} of them on"
        )
    if facts.chain.present and not facts.chain.problems:
        head = facts.chain.head.removeprefix("sha256:")[:12]
        yield f"the ledger's {_count(facts.chain.entries, 'entry', 'entries')}, head {head}"
    for situation in situations:
        yield outlook(situation)


def _summary(
    facts: ExperimentalEvidence, findings: list[Finding], situations: list[Situation]
) -> str:
    if findings:
        named = sorted({f.where.feature or "" for f in findings})
        return f"{', '.join(named)}: not in order in {facts.production}"
    experimental = [s for s in situations if s.state.phase is Phase.EXPERIMENTAL]
    if len(experimental) == 1:
        return outlook(experimental[0])
    phases = [one.state.phase for one in facts.features if one.state]
    counts = ", ".join(f"{phases.count(p)} {p.label}" for p in Phase if p in phases)
    return f"every live flag is in order: {counts}" if counts else "no feature is live"


def _next_steps(findings: list[Finding], situations: list[Situation]) -> Iterator[str]:
    for finding in findings:
        key = finding.where.feature
        verb = _VERBS.get(finding.rule, "show")
        yield f"gatekeeper feature {verb} {key}"
    for situation in situations:
        if ready(situation):
            yield f"gatekeeper feature promote {situation.state.key}"


_VERBS = {
    "experimental-undeclared-flag": "rollback",
    "experimental-wrong-phase": "rollback",
    "experimental-expired": "rollback",
}


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


_RESTORE = "restore the ledger from a backup, or roll back the features that are live"
