"""The shape of the JSON report, as types that mypy holds `json.py` to and the schema is made of."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

VerdictName = Literal["SKIP", "PASS", "PENDING", "FAIL", "ERROR"]
SeverityName = Literal["low", "medium", "high", "critical"]


class PlaceShape(TypedDict, total=False):
    """Where a finding is; only what fits its gate is there.

    Paths are relative to the repository's root; lines and columns count from 1; `object` is
    `store/table/column`, `package` is `name@version`.
    """

    path: str | None
    line: int | None
    column: int | None
    end_line: int | None
    commit: str | None
    pull_request: int | None
    object: str | None
    feature: str | None
    package: str | None


class ReplacementShape(TypedDict):
    """A text that mends a finding, for the file with exactly this digest.

    `start` and `end` are line and column, from 1, in code points; `end` is the first that stays.
    """

    path: str
    start: list[int]
    end: list[int]
    text: str
    digest: str


class FindingShape(TypedDict):
    """A rule that is not met. `blocking` is false for one that is shown but fails nothing.

    `new` is false for one that was there before, and null where nothing was compared.
    """

    rule: str
    title: str
    message: str
    severity: SeverityName
    blocking: bool
    where: PlaceShape
    fingerprint: str
    owasp: list[str]
    cwe: list[int]
    fix: str
    also_found_by: list[str]
    replacement: ReplacementShape | None
    new: bool | None


class WaiverShape(TypedDict):
    """Who accepts a finding, why, and the last day on which that holds (UTC, `2027-01-31`).

    `source` is `policy`, or what brings the waiver, which then need not expire.
    """

    fingerprint: str
    reason: str
    approved_by: str
    expires: str | None
    source: str


class WaivedShape(TypedDict):
    """A finding that is accepted for a time, and the waiver that says so."""

    finding: FindingShape
    waiver: WaiverShape


class FailureShape(TypedDict):
    """What could not be judged, why, and what to do about it."""

    reason: str
    next_step: str
    unauthorised: bool


class ResultShape(TypedDict):
    """One gate's verdict with everything that led to it. `seconds` is wall time."""

    gate: str
    verdict: VerdictName
    seconds: float
    reason: str
    checked: list[str]
    next_steps: list[str]
    failures: list[FailureShape]
    findings: list[FindingShape]
    waived: list[WaivedShape]


class SubjectShape(TypedDict):
    """The exact revision that was judged; `dirty` when the files differ from the commit.

    `contributors` are logins of those who made a pull request, where the host was asked.
    """

    repository: str
    commit: str | None
    pull_request: int | None
    base: str | None
    branch: str | None
    dirty: bool
    contributors: list[str]


class PolicyShape(TypedDict):
    """The policy: its path, the commit it was read from, and the digest of its bytes."""

    path: str
    revision: str | None
    digest: str


class ReportShape(TypedDict):
    """The answer: the verdict, and for each gate why. `judged_at` is `2026-11-23T12:00:00Z`."""

    version: Literal[1]
    verdict: VerdictName
    exit_code: int
    judged_at: str
    subject: SubjectShape
    policy: PolicyShape
    notices: list[str]
    results: list[ResultShape]
