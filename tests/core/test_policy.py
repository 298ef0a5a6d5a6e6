"""gatekeeper.yml: every problem at once, each with its place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import Field

from gatekeeper.core.errors import PolicyError
from gatekeeper.core.fields import Duration, EnvironmentString, Threshold
from gatekeeper.core.model import Severity
from gatekeeper.core.policy import parse_policy, unset_references
from gatekeeper.core.references import names, resolve
from gatekeeper.core.sections import Settings


class Store(Settings):
    url: EnvironmentString


class Code(Settings):
    fail_on: Threshold = Severity.MEDIUM
    soak: Duration = timedelta(days=14)
    approvals: int = Field(default=1, ge=1)
    stores: list[Store] = Field(default_factory=list)


class Review(Settings):
    approvals: int = 1


SCHEMAS: dict[str, type[Settings]] = {"code": Code, "review": Review}


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "gatekeeper.yml", SCHEMAS)
    assert caught.value.exit_code == 2
    return [str(problem) for problem in caught.value.problems]


def test_a_whole_policy() -> None:
    policy = parse_policy(
        """
version: 1
stages: {merge: [code], release: [review, code]}
gates:
  code: {fail_on: high, soak: 1d 12h, stores: [{url: "postgresql://${DB}"}]}
waivers:
  - fingerprint: 0123456789abcdef0123456789abcdef
    reason: the admin page is not reachable from outside
    approved_by: dana
    expires: 2027-01-31
""",
        "gatekeeper.yml",
        SCHEMAS,
    )
    code = policy.settings["code"]
    assert isinstance(code, Code)
    assert code.fail_on is Severity.HIGH
    assert code.soak == timedelta(days=1, hours=12)
    assert code.stores[0].url == "postgresql://${DB}"
    assert policy.stages["release"] == ("review", "code")
    assert policy.settings["review"] == Review()
    assert policy.waivers[0].expires == date(2027, 1, 31)


def test_every_problem_at_once_each_with_its_place() -> None:
    found = problems(
        """version: 1
stages:
  merge: [code, reviw]
gates:
  code:
    fail_onn: high
    approvals: 0
    soak: fortnight
  secrts: {}
waivers:
  - fingerprint: abc
    approved_by: dana
    expires: 2027-01-31
"""
    )
    assert [line.removeprefix("gatekeeper.yml:") for line in found] == [
        "3:17: unknown gate `reviw`; did you mean `review`?",
        "6:5: unknown key `fail_onn`; did you mean `fail_on`?",
        "7:5: `approvals`: input should be greater than or equal to 1",
        "8:5: `soak`: expected a duration such as 90m, 7d or 1d 12h",
        "9:3: unknown gate `secrts`; known: code, review",
        "11:5: `fingerprint`: expected the finding's fingerprint: 32 hex digits",
        "11:5: `reason` is missing",
    ]


def test_an_unknown_key_deep_inside_is_explained_by_its_own_section() -> None:
    found = problems("version: 1\ngates:\n  code:\n    stores:\n      - {urll: x}\n")
    assert any("5:10" in line and "did you mean `url`?" in line for line in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "`version` is missing"),
        ("version: 2\n", "`version`"),
        ("version: yes\n", "`version`"),
        ("version: true\n", "`version`"),
        ("- 1\n", "1:1"),
        ("version: 1\nversion: 1\n", "2:1: `version` stands here twice"),
        ("version: 1\ngates:\n  code: {approvals: 1, approvals: 2}\n", "stands here twice"),
        ("version: 1\ngates: &a {}\nstages: *a\n", "3:9: alias `*a`"),
        ("version: 1\ngates: !!python/object:os.system {}\n", "not read here"),
        ("version: 1\ngates: {code: {approvals: true}}\n", "`approvals`"),
        ('version: 1\ngates: {code: {approvals: "2"}}\n', "`approvals`"),
        ("version: 1\n1: 2\n", "a key must be a plain string"),
        ("version: 1\ngates: [code]\n", "`gates`"),
        ("version: 1\n  bad: indent\n", "not valid YAML"),
        ("version: 1\n---\nversion: 1\n", "not valid YAML"),
        ("version: 1\ngates: {code: {fail_on: '${LEVEL}'}}\n", "not replaced here"),
        ("version: 1\nstages: {merge: code}\n", "`merge`"),
        ("a: " * 200, "not valid YAML"),
        ("[" * 100_000, "nested deeper than"),
        ("x" * 1_000_001, "larger than"),
        ("version: 1\nwaivers: [{expires: 2027-13-45}]\n", "cannot be read"),
    ],
)
def test_a_broken_policy_is_refused(text: str, expected: str) -> None:
    assert any(expected in line for line in problems(text)), problems(text)


def test_a_waiver_needs_a_real_reason_and_an_approver() -> None:
    found = problems(
        "version: 1\nwaivers:\n"
        "  - {fingerprint: 0123456789abcdef0123456789abcdef, reason: ok, approved_by: ' ',"
        " expires: 2027-01-31}\n"
    )
    assert any("`reason`" in line for line in found)
    assert any("`approved_by`" in line for line in found)


def test_unset_variables_are_problems_of_the_gates_that_run() -> None:
    text = (
        "version: 1\ngates:\n  code:\n    stores:\n      - url: a${SET}\n      - url: b${UNSET}\n"
    )
    found = unset_references(text, "p.yml", {"code"}, {"SET"})
    assert [str(one) for one in found] == [
        "p.yml:6:9: `${UNSET}`: this environment variable is not set"
    ]
    assert unset_references(text, "p.yml", {"review"}, set()) == []


def test_references_are_found_and_resolved_only_where_they_are_used() -> None:
    settings = Code.model_validate({"stores": [{"url": "postgresql://u:${PW}@h/${DB}"}]})
    assert names(settings.model_dump()) == {"PW", "DB"}
    assert resolve("x://${PW}/${DB}", {"PW": "s$1", "DB": "d"}) == "x://s$1/d"
    with pytest.raises(KeyError):
        resolve("${NOT}", {})
