"""Every commit of a release on one line: the population that an auditor draws samples from.

Failures and overrides are in it too. Nothing in a line is trusted: subjects and names come from
commits, and spreadsheets run what looks like a formula.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from io import StringIO
from typing import Any, Literal

from gatekeeper.core.model import Report
from gatekeeper.reports.escape import one_line

Verdict = Literal["PASS", "FAIL", "ERROR", "WAIVED"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One commit.

    Attributes:
        commit: 40 hex digits.
        subject: the first line of its message.
        author: as the commit says.
        pull_request: that brought it, or None.
        how: it came: merge, squash, rebase, queue, commit; empty when nothing proves it.
        opener: of the pull request.
        reviewers: whose approvals count.
        contributors: everybody with a part in it.
        merged_by: who merged it.
        bypassed_by: who was let past the host's rules for it.
        verdict: WAIVED where the policy accepts every finding that would block.
        rules: that are broken and block.
        fingerprints: of those findings: what a waiver binds to.
        reason: in one line.
        waived_by: who answers for that.
        waived_until: the last day on which that holds, or empty.
        waived_because: their reason.
    """

    commit: str
    subject: str
    author: str
    pull_request: int | None
    how: str
    opener: str
    reviewers: tuple[str, ...]
    contributors: tuple[str, ...]
    merged_by: str
    bypassed_by: tuple[str, ...]
    verdict: Verdict
    rules: tuple[str, ...]
    fingerprints: tuple[str, ...]
    reason: str
    waived_by: str = ""
    waived_until: str = ""
    waived_because: str = ""


@dataclass(frozen=True, slots=True)
class Population:
    """A range with all its lines.

    Attributes:
        span: `A..B` as the user named it.
        report: the verdict on it.
        lines: the newest first.
    """

    span: str
    report: Report
    lines: tuple[Line, ...]


def as_csv(population: Population) -> str:
    """Return RFC 4180 text; a header even where there is no line."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(field.name for field in fields(Line))
    for line in population.lines:
        writer.writerow(_cell(value) for value in asdict(line).values())
    return out.getvalue()


def _cell(value: Any) -> str:
    text = " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    shown = one_line(text)
    # a quote in front makes every spreadsheet take it for text
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) or text[:1] in _FORMULA else shown


def as_json(population: Population) -> str:
    """Return one object: the range, the verdict, what is wrong with it as a whole, every line."""
    report = population.report
    (result,) = report.results
    body = {
        "version": 1,
        "range": population.span,
        "repository": report.subject.repository,
        "base": report.subject.base,
        "head": report.subject.commit,
        "verdict": report.verdict.name,
        "exit_code": report.exit_code,
        "judged_at": _moment(report.judged_at),
        "policy": asdict(report.policy),
        "checked": list(result.checked),
        "reason": result.reason,
        "failures": [_failure(one.reason, one.next_step) for one in result.failures],
        "release": [finding.message for finding in release_findings(population)],
        "next_steps": list(result.next_steps),
        "notices": list(report.notices),
        "commits": [_plain(line) for line in population.lines],
    }
    return json.dumps(body, ensure_ascii=True, indent=1) + "\n"


def release_findings(population: Population) -> list[Any]:
    """Return the findings that are about the range and none of its commits."""
    (result,) = population.report.results
    about = ("review-tag-moved", "review-release-not-descended")
    return [finding for finding in result.findings if finding.rule in about]


def _plain(line: Line) -> dict[str, Any]:
    return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(line).items()}


def _failure(reason: str, next_step: str) -> Mapping[str, str]:
    return {"reason": reason, "next_step": next_step}


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(lines: Sequence[Line]) -> str:
    """Return e.g. `12 commits: 10 pass, 1 waived, 1 fail`."""
    kinds: tuple[Verdict, ...] = ("PASS", "WAIVED", "FAIL", "ERROR")
    found = {kind: sum(line.verdict == kind for line in lines) for kind in kinds}
    told = ", ".join(f"{number} {kind.lower()}" for kind, number in found.items() if number)
    return f"{len(lines)} {'commit' if len(lines) == 1 else 'commits'}: {told}"


Render = Callable[[Population], str]
