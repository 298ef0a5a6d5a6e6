"""Small hand-made reports: one of each verdict, and one written by somebody hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from gatekeeper.core.catalog import Catalog, Rule
from gatekeeper.core.digest import fingerprint
from gatekeeper.core.model import (
    Failure,
    Finding,
    GateResult,
    Place,
    PolicySource,
    Report,
    Severity,
    Subject,
    Verdict,
    Waived,
    Waiver,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD = "9ab3c4d5e6f70819203142536475869708192a3b"
EARLIER = "4f2c1a9b0c3d4e5f60718293a4b5c6d7e8f90a1b"
BASE = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"
SUBJECT = Subject("acme/storefront", HEAD, 17, BASE, "feature/search-suggest")
POLICY = PolicySource("gatekeeper.yml", BASE, f"sha256:{'ab' * 32}")

SQL = Rule(
    id="python-sql-injection",
    gate="code",
    title="SQL built from input",
    message="Input of a request reaches the text of an SQL statement.",
    severity=Severity.HIGH,
    why="Whoever writes the statement reads and changes every row.",
    fix='Pass values as parameters: `db.execute("… WHERE name = ?", (name,))`',
    owasp=("A05:2025", "A03:2021"),
    cwe=(89, 564),
    controls=("ASVS v5.0.0-1.2.4",),
)
SHELL = Rule(
    id="python-command-injection",
    gate="code",
    title="Shell command built from input",
    message="Input of a request reaches a shell.",
    severity=Severity.CRITICAL,
    why="The shell runs whatever the input says.",
    fix="Call `subprocess.run` with a list and without a shell",
    owasp=("A05:2025", "A03:2021"),
    cwe=(78,),
)
CATALOG = Catalog({rule.id: rule for rule in (SQL, SHELL)})


def found(rule: str, title: str, message: str, severity: Severity, where: Place) -> Finding:
    return Finding(rule, title, message, severity, where, fingerprint(rule, ascii(where)))


def report(verdict: Verdict, code: int, *results: GateResult, **more: tuple[str, ...]) -> Report:
    return Report(verdict, code, NOW, SUBJECT, POLICY, results, **more)


REVIEW = GateResult(
    "review",
    Verdict.FAIL,
    0.21,
    "no approval counts for the head commit 9ab3c4d5e6f7: the only one is for an older commit",
    ("2 commits by 2 people, 1 review",),
    (
        found(
            "review-stale-approval",
            "Approval is for an older commit",
            "The approval by dana is for commit 4f2c1a9b0c3d; carol pushed 9ab3c4d5e6f7 eleven "
            "minutes later, and nobody outside the change has seen that",
            Severity.HIGH,
            Place(pull_request=17, commit=EARLIER),
        ),
    ),
    next_steps=("Ask for a review of 9ab3c4d5e6f7: `gh pr edit 17 --add-reviewer dana`",),
)
_STATEMENTS = tuple(
    SQL.finding(
        f"`request.args` reaches the statement on line {line}",
        Place(path=path, line=line, column=5),
        (path, line),
    )
    for path, lines in (("shop/search.py", (31,)), ("shop/reports/monthly.py", range(40, 52)))
    for line in lines
)
CODE = GateResult(
    "code",
    Verdict.FAIL,
    4.2468,
    "14 findings block: 1 critical, 13 high",
    ("14 files with semgrep 1.182.0", "14 files with bandit 1.9.4"),
    (
        replace(
            SHELL.finding(
                "The name of an uploaded file reaches `os.system`",
                Place(path="shop/images.py", line=22, column=9),
                ("shop/images.py", 0),
            ),
            new=True,
        ),
        *_STATEMENTS,
        replace(
            SQL.finding(
                "A table's name is formatted into a statement",
                Place(path="shop/migrate.py", line=8),
                ("shop/migrate.py", 0),
                blocking=False,
                severity=Severity.LOW,
            ),
            new=False,
        ),
    ),
    (
        Waived(
            found(
                "python-weak-hash",
                "Weak hash",
                "MD5 names a cache entry",
                Severity.MEDIUM,
                Place(path="shop/cache.py", line=7),
            ),
            Waiver(
                "0" * 32, "a cache key, never compared with a secret", "dana", date(2027, 1, 31)
            ),
        ),
    ),
)
DEPENDENCIES = GateResult(
    "dependencies", Verdict.PASS, 1.1, "", ("9 pins of requirements.txt, 5 advisories of today",)
)
STAGING = GateResult(
    "staging",
    Verdict.ERROR,
    0.4,
    "the table `orders` could not be read: database disk image is malformed",
    failures=(
        Failure(
            "the table `orders` could not be read: database disk image is malformed",
            "Build the staging database anew and run `gatekeeper check --gate staging` again",
        ),
    ),
    next_steps=("Build the staging database anew and run `gatekeeper check --gate staging` again",),
)
EXPERIMENTAL = GateResult(
    "experimental",
    Verdict.PENDING,
    0.1,
    "search-suggest needs 11d more soak and about 640 more contexts",
    ("1 feature in .gatekeeper/flags.db",),
    next_steps=("Wait until 2026-12-04, then `gatekeeper feature promote search-suggest`",),
)
TESTS = GateResult(
    "tests",
    Verdict.SKIP,
    0.0,
    "no pull request in a local run",
    next_steps=("Name the pull request that brings this change: `--pr NUMBER`",),
)

BLOCKED = report(
    Verdict.ERROR,
    3,
    REVIEW,
    CODE,
    DEPENDENCIES,
    STAGING,
    EXPERIMENTAL,
    TESTS,
    notices=("waiver 0123456789ab (approved by dana) expired on 2026-10-01: remove it",),
)
FAILED = report(Verdict.FAIL, 1, REVIEW, DEPENDENCIES)
WAITING = report(Verdict.PENDING, 8, EXPERIMENTAL, DEPENDENCIES)
PASSED = report(Verdict.PASS, 0, DEPENDENCIES, TESTS)
EMPTY = report(Verdict.ERROR, 3)
_EVIL = (
    "\x1b[2J\x1b]8;;http://evil\x07\u202egnp.exe [bold red]x[/] | `a` <script>alert(1)</script>\n"
    "::error::boom ##[set-output name=x]y @everyone #1 "
    "[click](http://evil) ![](x) \ud800\x9b31m\u2028 ]]> --> </failure>"
)
HOSTILE = Report(
    Verdict.FAIL,
    1,
    NOW,
    Subject(_EVIL, HEAD, 17, None, _EVIL, dirty=True),
    PolicySource(_EVIL, BASE, "sha256:"),
    (
        GateResult(
            "code",
            Verdict.FAIL,
            1.0,
            _EVIL,
            (_EVIL,),
            (found("python-evil", _EVIL, _EVIL, Severity.HIGH, Place(path=f"a/{_EVIL}", line=1)),),
            (
                Waived(
                    found("python-evil", _EVIL, _EVIL, Severity.LOW, Place(object=_EVIL)),
                    Waiver("1" * 32, _EVIL, _EVIL, date(2027, 1, 31)),
                ),
            ),
            (Failure(_EVIL, _EVIL),),
            (_EVIL,),
        ),
    ),
    (_EVIL,),
)
EVERY = {
    "blocked": BLOCKED,
    "failed": FAILED,
    "waiting": WAITING,
    "passed": PASSED,
    "empty": EMPTY,
    "hostile": HOSTILE,
}
