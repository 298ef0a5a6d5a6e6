"""What is not in order in production: the rules, each with its findings. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gatekeeper.core.fields import format_duration
from gatekeeper.core.gate import Context
from gatekeeper.core.model import Finding, Place
from gatekeeper.experimental import guards, health
from gatekeeper.experimental.configuration import Observed
from gatekeeper.experimental.drift import control, drift
from gatekeeper.experimental.facts import ExperimentalEvidence, FeatureFacts
from gatekeeper.experimental.guards import Refusal, Situation
from gatekeeper.experimental.settings import ExperimentalSettings
from gatekeeper.experimental.state import FeatureState, Grounds

_HEALTH = (
    ("experimental-expired", guards.expiry),
    ("experimental-declaration-changed", guards.configured),
    ("experimental-not-signed-off", guards.qa),
    ("experimental-harm", health.unharmed),
    ("experimental-sample-ratio", health.evenly),
)


def undeclared(facts: ExperimentalEvidence, context: Context) -> Iterator[Finding]:
    """A live flag must belong to a declared feature, or to one that is general."""
    known = facts.flags_of_features
    strays = {flag.flag: flag for flag in facts.live if flag.flag not in known}
    for name, flag in sorted(strays.items()):
        message = f"`{name}` is {flag.described} in {flag.environment}, and no feature in "
        yield context.rules["experimental-undeclared-flag"].finding(
            f"{message}{facts.folder}/ declares it", Place(feature=name), (name, flag.environment)
        )


def of_feature(
    one: FeatureFacts, settings: ExperimentalSettings, context: Context
) -> Iterator[Finding]:
    """A feature must be in order: live only in a live phase, and then as recorded and healthy."""
    if one.state is None or not one.state.live:
        yield from _before_its_time(one, context)
        return
    yield from _out_of_sync(one, one.state, settings, context)
    yield from _on_weaker_terms(one, one.state, settings, context)
    yield from _unhealthy(one, settings, context)


def situation(
    one: FeatureFacts, settings: ExperimentalSettings, context: Context
) -> Situation | None:
    """Return what guards look at; None unless the feature is both declared and recorded."""
    if one.feature is None or one.state is None:
        return None
    return Situation(
        feature=one.feature,
        state=one.state,
        settings=settings,
        exposure=one.exposure,
        drift=drift(one.state, one.observed, settings.production),
        now=context.now,
        fared=one.fared,
    )


def _before_its_time(one: FeatureFacts, context: Context) -> Iterator[Finding]:
    """Its flag must serve nobody anything but the control value."""
    served = next(filter(None, (_served(one, flag) for flag in one.observed)), "")
    if served:
        yield _finding("experimental-wrong-phase", one, f"{served}, but {_phase(one)}", context)


def _phase(one: FeatureFacts) -> str:
    return f"it is {one.phase.label}" if one.phase else "it was never started"


def _served(one: FeatureFacts, flag: Observed) -> str:
    """Say what a flag serves besides the control value; empty when it serves nothing else."""
    return _served_on(one, flag) if flag.live else _served_off(one, flag)


def _served_on(one: FeatureFacts, flag: Observed) -> str:
    # where nothing declares it, that is another rule's finding
    return f"`{flag.flag}` is {flag.described} in {flag.environment}" if one.feature else ""


def _served_off(one: FeatureFacts, flag: Observed) -> str:
    expected, held = control(one.feature, one.state, flag), flag.configuration
    if held is None or expected in {None, held.control}:
        return ""
    where = f"`{flag.flag}` is off in {flag.environment}"
    return f"{where} and serves {held.control} to everybody instead of {expected}"


def _out_of_sync(
    one: FeatureFacts, state: FeatureState, settings: ExperimentalSettings, context: Context
) -> Iterator[Finding]:
    """Its flags must be as recorded, and have been seen so."""
    if state.pending:
        message = f"the move to {state.phase.label} is recorded, but was not seen at the vendor"
        yield _finding("experimental-unconfirmed-write", one, message, context)
        return
    for line in drift(state, one.observed, settings.production):
        yield _finding("experimental-drift", one, line, context)


def _on_weaker_terms(
    one: FeatureFacts, state: FeatureState, settings: ExperimentalSettings, context: Context
) -> Iterator[Finding]:
    """What it showed must satisfy this policy: a move can be ordered under another one."""
    if lacking := _lacking(state, settings):
        stage = f" at stage {state.stage + 1}" if state.stage > 0 else ""
        message = f"it became {state.phase.label}{stage} with {lacking}"
        yield _finding("experimental-weaker-terms", one, message, context)


def _lacking(state: FeatureState, settings: ExperimentalSettings) -> str:
    if state.grounds is None:
        return "nothing to show"
    return ", ".join(filter(None, (term(state, state.grounds, settings) for term in _TERMS)))


def _approvals(state: FeatureState, shown: Grounds, settings: ExperimentalSettings) -> str:
    general, count = state.released, len(shown.approvers)
    needed = settings.approvals if general else settings.entry_approvals
    return f"{count} of {needed} approvals" if count < needed else ""


def _soak(state: FeatureState, shown: Grounds, settings: ExperimentalSettings) -> str:
    soaked = timedelta(seconds=shown.soak_seconds)
    if not state.released or soaked >= settings.soak:
        return ""
    return f"{format_duration(soaked)} of {format_duration(settings.soak)} soak"


def _contexts(state: FeatureState, shown: Grounds, settings: ExperimentalSettings) -> str:
    if not state.widened or shown.contexts >= settings.min_contexts:
        return ""
    return f"{shown.contexts:,} of {settings.min_contexts:,} contexts"


def _evidence(state: FeatureState, shown: Grounds, settings: ExperimentalSettings) -> str:
    if not state.released or health.shows_safety(shown.tallies, settings):
        return ""
    return f"nothing that shows errors to be less than {settings.guardrail.margin:g} × as frequent"


_TERMS = (_approvals, _soak, _contexts, _evidence)


def _unhealthy(
    one: FeatureFacts, settings: ExperimentalSettings, context: Context
) -> Iterator[Finding]:
    """While it is Experimental it must not be expired, changed or without QA's word."""
    at = situation(one, settings, context)
    if at is None or not at.state.experimenting:
        return
    for rule, guard in _HEALTH:
        if refusal := guard(at):
            yield _refused(rule, one, refusal, context)


def _refused(rule: str, one: FeatureFacts, refusal: Refusal, context: Context) -> Finding:
    message = f"{refusal.reason}; {refusal.remedy}"
    return _finding(rule, one, message, context, refusal.guard)


def _finding(
    rule: str, one: FeatureFacts, message: str, context: Context, identity: str = ""
) -> Finding:
    attempt = one.state.attempt if one.state else 0
    named = (one.key, attempt, identity or message)
    return context.rules[rule].finding(f"{one.key}: {message}", _place(one), named)


def _place(one: FeatureFacts) -> Place:
    path = one.feature.path if one.feature else ""
    return Place(path=path or None, feature=one.key)
