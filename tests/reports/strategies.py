"""Reports as hypothesis makes them: any text anywhere, controls and surrogates too."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import strategies as st

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

_SPECIAL = "\x00\x07\x1b\x7f\x85\x9b\n\r\t\u200b\u202e\u2066\u2028\ufeff\ufffe\ud800\U000e0041"
text = st.text(
    st.one_of(
        st.sampled_from(_SPECIAL + "`|<>&[]()\\*_#@!~-+=.:/$'\"{}%"),
        st.sampled_from("abcXYZ019 äß漢字🙂"),
        st.characters(),
    ),
    max_size=60,
)
line = st.none() | st.integers(1, 9_999)
places = st.builds(
    Place,
    path=st.none() | text,
    line=line,
    column=line,
    pull_request=line,
    object=st.none() | text,
    feature=st.none() | text,
    package=st.none() | text,
)
findings = st.builds(
    Finding,
    rule=st.sampled_from(["python-sql-injection", "python-command-injection", "other-rule"]),
    title=text,
    message=text,
    severity=st.sampled_from(Severity),
    where=places,
    fingerprint=st.integers(0, 2**128 - 1).map("{:032x}".format),
    owasp=st.sampled_from([(), ("A05:2025", "A03:2021"), ("CICD-SEC-4",)]),
    cwe=st.sampled_from([(), (89, 564), (1336,)]),
    fix=text,
    blocking=st.booleans(),
    also_found_by=st.sampled_from([(), ("bandit",)]),
)
waivers = st.builds(
    Waiver, fingerprint=text, reason=text, approved_by=text, expires=st.just(date(2027, 1, 31))
)


def _few(strategy: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(strategy, max_size=most).map(tuple)


results = st.builds(
    GateResult,
    gate=st.sampled_from(["review", "code", "staging"]),
    verdict=st.sampled_from(Verdict),
    seconds=st.floats(0, 1e6),
    reason=text,
    checked=_few(text),
    findings=_few(findings, 14),
    waived=_few(st.builds(Waived, findings, waivers)),
    failures=_few(st.builds(Failure, text, text, st.booleans())),
    next_steps=_few(text),
)
reports = st.builds(
    Report,
    verdict=st.sampled_from(Verdict),
    exit_code=st.sampled_from([0, 1, 3, 4, 8]),
    judged_at=st.just(datetime(2026, 11, 23, 12, tzinfo=UTC)),
    subject=st.builds(Subject, text, st.none() | text, line, st.none() | text, st.none() | text),
    policy=st.builds(PolicySource, text, st.none() | text, text),
    results=_few(results),
    notices=_few(text),
)
