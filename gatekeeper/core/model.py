"""The vocabulary: what is judged, what was found, and the verdict.

Plain frozen values. Nothing here knows about a gate, a file format or a vendor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum


class Verdict(IntEnum):
    """May this go on? Combining verdicts is `max`; see `combine` for the empty case."""

    SKIP = 0
    PASS = 1
    PENDING = 2
    FAIL = 3
    ERROR = 4


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict; nothing, or nothing but SKIP, is ERROR: nothing was judged."""
    worst = max(verdicts, default=Verdict.SKIP)
    return Verdict.ERROR if worst is Verdict.SKIP else worst


class Severity(IntEnum):
    """How bad a finding is. Compare with `>=` against a policy's `fail_on`."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The lower-case name used in policies and reports."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Subject:
    """The exact revision, environment or feature that is judged.

    Attributes:
        repository: `owner/name` where a host is known, else the folder's name.
        commit: 40 hex digits, or None for a folder that is no git repository.
        pull_request: its number, or None.
        base: the commit that a pull request would be merged into (40 hex digits), or None.
        branch: the branch that is checked out, or None when detached or not known.
        dirty: True when the files differ from `commit`: the verdict is about the files.
        contributors: logins of everybody who made the pull request, where the host was asked.
    """

    repository: str
    commit: str | None
    pull_request: int | None = None
    base: str | None = None
    branch: str | None = None
    dirty: bool = False
    contributors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is; only the fields that fit its gate are set.

    Attributes:
        path: relative to the repository's root, with `/`.
        line: 1-based.
        column: 1-based.
        end_line: 1-based, inclusive.
        commit: 40 hex digits.
        pull_request: its number.
        object: `store/table/column` of a data store.
        feature: the key of a feature.
        package: `name@version` of a dependency.
    """

    path: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    commit: str | None = None
    pull_request: int | None = None
    object: str | None = None
    feature: str | None = None
    package: str | None = None

    def __str__(self) -> str:
        named = (self._line, self._pull, self.package, self.object, self.feature, self._commit)
        return next(filter(None, named), "")

    @property
    def _line(self) -> str:
        parts = (self.path, self.line, self.column)
        return ":".join(str(part) for part in parts if part)

    @property
    def _pull(self) -> str:
        if self.pull_request is None:
            return ""
        return f"#{self.pull_request} commit {self._commit}".removesuffix(" commit ")

    @property
    def _commit(self) -> str:
        return (self.commit or "")[:12]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A text that mends a finding, for exactly the file that was scanned.

    Attributes:
        path: relative to the repository's root, with `/`.
        start: (line, column) of the first character that goes; 1-based, columns in code points.
        end: (line, column) of the first character that stays; 1-based, columns in code points.
        text: what comes in its place.
        digest: `sha256:` and 64 hex digits of the file's bytes as they were scanned.
    """

    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is not met, with a place.

    Attributes:
        rule: stable kebab-case id, found in the catalog.
        title: the rule in a few words.
        message: what is wrong here, complete enough to paste to a colleague.
        severity: how bad it is.
        where: the place.
        fingerprint: 32 hex digits, stable when lines move; waivers bind to it.
        owasp: e.g. `A05:2025`, newest edition first.
        cwe: numbers, the most specific first.
        fix: what to do about it; empty when the message says so already.
        blocking: False for a finding that is shown but does not fail the gate.
        also_found_by: other tools that reported the same weakness at the same place.
        replacement: a text that mends it, where its rule knows one.
        new: whether it is none of those that were there before; None when nothing was compared.
    """

    rule: str
    title: str
    message: str
    severity: Severity
    where: Place
    fingerprint: str
    owasp: tuple[str, ...] = ()
    cwe: tuple[int, ...] = ()
    fix: str = ""
    blocking: bool = True
    also_found_by: tuple[str, ...] = ()
    replacement: Replacement | None = None
    new: bool | None = None

    @property
    def age(self) -> str:
        """`new`, `there before`, or nothing when it was compared with nothing."""
        return {None: "", True: "new", False: "there before"}[self.new]


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason why something could not be judged; any one of them makes the gate ERROR.

    Attributes:
        reason: what happened, without secrets.
        next_step: what to do about it.
        unauthorised: True when a missing or weak credential is the cause.
    """

    reason: str
    next_step: str = ""
    unauthorised: bool = False


@dataclass(frozen=True, slots=True)
class Waiver:
    """A named, reasoned, approved, expiring acceptance of one finding.

    Attributes:
        fingerprint: of the finding that is accepted.
        reason: why that is right.
        approved_by: who answers for it.
        expires: the last day on which it holds (UTC); None only for one that evidence brings.
        source: `policy`, or what brings it, e.g. `OpenVEX vex.json`, `inline nosec shop/db.py:4`.
    """

    fingerprint: str
    reason: str
    approved_by: str
    expires: date | None
    source: str = "policy"

    @property
    def lasts(self) -> str:
        """How long it holds, in words."""
        return f"until {self.expires}" if self.expires else "without an end"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a gate's `judge` says of its evidence.

    Attributes:
        checked: what was looked at, e.g. `142 files with semgrep 1.182.0`. Empty is ERROR.
        findings: rules that are not met, in a stable order.
        failures: what could not be judged; any makes the gate ERROR.
        pending: what has to be waited for, e.g. `2 of 3 required checks are still running`.
        skipped: why the gate has nothing to say here; empty when it has.
        summary: the reason in one line, when the gate can say it better than a count.
        next_steps: what to do next, the most useful first.
        waivers: those that the evidence itself brings and the policy allows, e.g. VEX statements.
    """

    checked: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    failures: tuple[Failure, ...] = ()
    pending: tuple[str, ...] = ()
    skipped: str = ""
    summary: str = ""
    next_steps: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding together with the waiver that accepts it."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate's verdict with everything that led to it.

    Attributes:
        gate: its name.
        verdict: this gate's verdict.
        seconds: wall time spent on collecting evidence.
        reason: why the verdict is what it is, in one line; may be empty for PASS.
        checked: what was looked at.
        findings: not waived, blocking ones first.
        waived: accepted findings; they stay visible.
        failures: what could not be judged.
        next_steps: what to do next, the most useful first.
    """

    gate: str
    verdict: Verdict
    seconds: float
    reason: str
    checked: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    waived: tuple[Waived, ...] = ()
    failures: tuple[Failure, ...] = ()
    next_steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Where the policy came from.

    Attributes:
        path: of the file, as the user knows it, or `built-in`.
        revision: the commit it was read from, or None for a file of the work tree.
        digest: `sha256:` and 64 hex digits of its bytes.
    """

    path: str
    revision: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """The answer: the verdict, and for each gate why.

    Attributes:
        verdict: the worst of the gates'.
        exit_code: 0 pass, 1 fail, 3 could not evaluate, 4 not authorised, 8 pending.
        judged_at: UTC.
        subject: what was judged.
        policy: by which policy.
        results: one for each gate, in the order asked for.
        notices: what a reader should know besides, e.g. waivers that match nothing.
    """

    verdict: Verdict
    exit_code: int
    judged_at: datetime
    subject: Subject
    policy: PolicySource
    results: tuple[GateResult, ...] = ()
    notices: tuple[str, ...] = field(default=())
