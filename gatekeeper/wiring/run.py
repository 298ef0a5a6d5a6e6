"""Puts the parts together: `check` gathers evidence and judges it, `replay` judges it again.

Both judge what was written down and read back, never what lies in memory: so a recorded decision
and the one that was printed cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from gatekeeper.core import pipeline
from gatekeeper.core.catalog import Catalog
from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.gate import AnyGate, Context, Options, Request
from gatekeeper.core.hints import did_you_mean
from gatekeeper.core.model import Failure, Report, Subject
from gatekeeper.core.pipeline import Outcome
from gatekeeper.core.policy import Policy
from gatekeeper.evidence import bundle, records
from gatekeeper.evidence.attempts import attempt_all, redactor
from gatekeeper.evidence.bundle import Bundle, Run
from gatekeeper.evidence.records import Record
from gatekeeper.reports import interface as reports
from gatekeeper.reports import json as json_report
from gatekeeper.wiring import environment, gates, policies, ranges, subjects
from gatekeeper.wiring.catalog import catalog

DEFAULT_STAGE = "merge"


@dataclass(frozen=True, slots=True)
class Ask:
    """What the user asks for.

    Attributes:
        root: the folder under judgement.
        stage: run the gates of this stage of the policy; None with `gates`.
        gates: run these gates; empty means the stage.
        pull_request: judge this pull request.
        diff: a revision; what is on top of it is the change.
        policy: a policy file, or None for the project's own.
        record: write a bundle to this folder.
        options: what single gates are asked.
        deadline: seconds each gate may take.
    """

    root: Path
    stage: str | None = None
    gates: tuple[str, ...] = ()
    pull_request: int | None = None
    diff: str | None = None
    policy: Path | None = None
    record: Path | None = None
    options: Options = field(default_factory=Options)
    deadline: float = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A report, and the catalog that its findings cite."""

    report: Report
    catalog: Catalog


@dataclass(frozen=True, slots=True)
class Examined:
    """An answer, and what it was judged from.

    Attributes:
        answer: the report.
        policy: by which it was judged.
        records: one for each gate, in the order asked for.
    """

    answer: Answer
    policy: Policy
    records: tuple[Record, ...]


Progress = Callable[[str, str], None]


def check(ask: Ask, now: datetime, progress: Progress) -> Answer:
    """Gather evidence, judge it, and record both when asked to.

    Args:
        ask: what to judge.
        now: the time of judgement, UTC.
        progress: told (gate, what it does) while evidence is gathered.
    """
    return examine(ask, now, progress).answer


def examine(ask: Ask, now: datetime, progress: Progress) -> Examined:
    """Do what `check` does, and return what the answer was judged from, too."""
    if ask.record:
        bundle.require_free(ask.record)
    subject = _subject(ask)
    options = replace(ask.options, diff=subjects.start_of(ask.root, subject, ask.diff))
    ask = replace(ask, options=options)
    loaded = policies.load(ask.root, subject.base, ask.policy)
    if loaded.policy.waivers:
        subject = subjects.with_contributors(subject, ask.root, ask.options.recorded)
    chosen = _chosen(ask, loaded.policy)
    subjects.require_tree(ask.root, subject, chosen)
    policies.require_variables(loaded, {gate.name for gate in chosen})
    taken = _collect(ask, subject, loaded.policy, chosen, progress)
    run = Run(subject, loaded.source, tuple(gate.name for gate in chosen), now)
    answer = _judge(run, loaded.policy, taken, catalog())
    if ask.record:
        text = _recorded_form(answer)
        bundle.write(ask.record, Bundle(run, loaded.text, catalog(), taken, text))
    return Examined(answer, loaded.policy, taken)


def _subject(ask: Ask) -> Subject:
    if ask.options.commits is not None:
        return ranges.subject_of(ask.root, ask.options.commits)
    return subjects.resolve(ask.root, ask.pull_request, ask.options.recorded)


def replay(folder: Path) -> Answer:
    """Judge a recorded bundle again. Raises EvidenceError when the report is not the same."""
    found = bundle.read(folder)
    source = found.run.policy
    policy = policies.parse(found.policy_text.encode(), source.path, source.revision).policy
    answer = _judge(found.run, policy, found.records, found.catalog)
    if _recorded_form(answer) != found.report_text:
        raise EvidenceError(
            "judging the recorded evidence again gives another report than the recorded one",
            f"replay it with gatekeeper {found.run.gatekeeper}, which recorded it",
        )
    return answer


def _recorded_form(answer: Answer) -> str:
    return json_report.render(answer.report, reports.Options(answer.catalog))


def _chosen(ask: Ask, policy: Policy) -> tuple[AnyGate, ...]:
    if ask.gates:
        return gates.named(ask.gates)
    stage = DEFAULT_STAGE if ask.stage is None else ask.stage
    if stage not in policy.stages:
        raise UsageError(f"the policy has no stage `{stage}`", did_you_mean(stage, policy.stages))
    if not policy.stages[stage]:
        raise UsageError(f"the stage `{stage}` has no gates: it would judge nothing")
    return gates.named(policy.stages[stage])


def _collect(
    ask: Ask,
    subject: Subject,
    policy: Policy,
    chosen: Sequence[AnyGate],
    progress: Progress,
) -> tuple[Record, ...]:
    """Gather every gate's evidence at once and freeze it as text."""
    requests = {gate.name: _request(ask, subject, policy, gate, progress) for gate in chosen}
    given = (environment.secrets_of(request.environment) for request in requests.values())
    redact = redactor(set().union(*given))
    work = {gate.name: partial(_frozen, gate, requests[gate.name]) for gate in chosen}
    attempts = attempt_all(work, ask.deadline, redact)
    return tuple(
        records.write(name, attempt.seconds, attempt.value, redact)
        for name, attempt in attempts.items()
    )


def _request(
    ask: Ask, subject: Subject, policy: Policy, gate: AnyGate, progress: Progress
) -> Request[Any]:
    settings = policy.settings[gate.name]
    return Request(
        subject=subject,
        settings=settings,
        root=ask.root,
        rules=environment.rules_folder(),
        cache=environment.cache_folder(),
        environment=environment.slice_for(gate, settings),
        # tools give up a little earlier, so that what the others found is still told
        deadline=ask.deadline * 0.9,
        progress=partial(progress, gate.name),
        options=ask.options,
        cache_key=environment.cache_key(),
        programs=environment.program_folders(),
    )


def _frozen(gate: AnyGate, request: Request[Any]) -> Any:
    return records.freeze(gate, gate.collect(request))


def _judge(run: Run, policy: Policy, taken: Sequence[Record], rules: Catalog) -> Answer:
    """Judge what was written down. The same records always give the same report."""
    context = Context(now=run.judged_at, rules=rules)
    work = {record.gate: partial(_outcome, record, policy, context) for record in taken}
    outcomes = [
        attempt.value if isinstance(attempt.value, Outcome) else Outcome(name, 0.0, attempt.value)
        for name, attempt in attempt_all(work, _JUDGING, redactor(())).items()
    ]
    report = pipeline.report(
        *(run.subject, run.policy, outcomes, policy.waivers, run.judged_at),
        longest_waiver=policy.longest_waiver,
    )
    return Answer(report, rules)


def _outcome(record: Record, policy: Policy, context: Context) -> Outcome:
    (gate,) = gates.named([record.gate])
    opened = records.read(gate, record)
    if isinstance(opened.facts, Failure):
        return Outcome(gate.name, opened.seconds, opened.facts)
    judgement = gate.judge(opened.facts, policy.settings[gate.name], context)
    return Outcome(gate.name, opened.seconds, judgement)


# Seconds; judging is pure and takes a fraction of one.
_JUDGING = 120.0
