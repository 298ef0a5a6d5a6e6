"""Every line of an audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gatekeeper.core.errors import UsageError
from gatekeeper.core.model import Failure, Waiver
from gatekeeper.evidence import records
from gatekeeper.reports.population import Line, Population, Verdict
from gatekeeper.review.facts import PullRequest, ReviewFacts
from gatekeeper.review.gate import REVIEW
from gatekeeper.review.range.judge import judge_range
from gatekeeper.review.range.rows import Row
from gatekeeper.review.recorded import write_recording
from gatekeeper.wiring import run


def audit(
    ask: run.Ask, now: datetime, progress: run.Progress, keep: Path | None = None
) -> Population:
    """Judge every commit of the range that `ask.options.commits` names.

    Args:
        ask: what to judge; its gate is `review`.
        now: the time of judgement, UTC.
        progress: told (gate, what it does) while evidence is gathered.
        keep: a folder that the pull requests are written to, for an audit without a host.
    """
    examined = run.examine(ask, now, progress)
    report = examined.answer.report
    (result,) = report.results
    opened = records.read(REVIEW, examined.records[0]).facts
    span = ask.options.commits or ""
    if isinstance(opened, Failure) or opened.range is None:
        return Population(span, report, ())
    if keep is not None:
        _keep(keep, opened.range.pull_requests)
    rows = _rows(opened, examined)
    accepted = {one.finding.fingerprint: one.waiver for one in result.waived}
    return Population(span, report, tuple(_line(row, accepted) for row in rows))


def _keep(folder: Path, pulls: Iterable[PullRequest]) -> None:
    try:
        for pull in pulls:
            write_recording(folder, pull)
    except OSError as error:
        raise UsageError(
            f"cannot write to {folder}: {error.strerror}", "give --keep a folder of your own"
        ) from None


def _rows(facts: ReviewFacts, examined: run.Examined) -> tuple[Row, ...]:
    settings = REVIEW.settings.model_validate(examined.policy.settings[REVIEW.name].model_dump())
    return judge_range(facts, settings, examined.answer.catalog).rows


def _line(row: Row, accepted: Mapping[str, Waiver]) -> Line:
    blocking = [finding for finding in row.findings if finding.blocking]
    line = Line(
        commit=row.commit,
        subject=row.subject,
        author=row.author,
        pull_request=row.pull_request,
        how=row.how,
        opener=row.opener,
        reviewers=row.reviewers,
        contributors=row.contributors,
        merged_by=row.merged_by,
        bypassed_by=row.bypassed_by,
        verdict=_VERDICTS[row.verdict.name],
        rules=tuple(dict.fromkeys(finding.rule for finding in blocking)),
        fingerprints=tuple(dict.fromkeys(finding.fingerprint for finding in blocking)),
        reason=row.reason,
    )
    return _overridden(line, accepted) if line.verdict == "FAIL" else line


def _overridden(line: Line, accepted: Mapping[str, Waiver]) -> Line:
    """Return the line as waived, where every finding that blocks it is accepted."""
    waivers = [accepted[name] for name in line.fingerprints if name in accepted]
    if not waivers or len(waivers) < len(line.fingerprints):
        return line
    return replace(
        line,
        verdict="WAIVED",
        waived_by=", ".join(dict.fromkeys(waiver.approved_by for waiver in waivers)),
        waived_until=str(min(filter(None, (one.expires for one in waivers)), default="")),
        waived_because="; ".join(dict.fromkeys(waiver.reason for waiver in waivers)),
    )


_VERDICTS: dict[str, Verdict] = {"PASS": "PASS", "FAIL": "FAIL", "ERROR": "ERROR"}
