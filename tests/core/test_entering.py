"""A waiver is entered into a policy's text, and nothing else of it changes."""

from __future__ import annotations

from datetime import date

import pytest

from gatekeeper.core.entering import enter
from gatekeeper.core.errors import UsageError
from gatekeeper.core.model import Waiver
from gatekeeper.core.policy import parse_policy

WAIVER = Waiver("a" * 32, 'a "migration": until May # so', "@dana", date(2027, 1, 31))
OLD = "- {fingerprint: %s, reason: it is a fixture, approved_by: erin, expires: 2026-12-31}"
BLOCK = """\
- fingerprint: "{0}"  # the old one
  reason: it is a fixture of ours
  approved_by: erin
  expires: 2026-12-31
"""
LAST = "# the end\nstages: {merge: []}\n"


def block(indent: str) -> str:
    return "".join(indent + line + "\n" for line in BLOCK.format("b" * 32).splitlines())


POLICIES = {
    "no list": "version: 1\n# the end\n",
    "no line end": "version: 1",
    "an empty list": f"version: 1\nwaivers: []  # none yet\n{LAST}",
    "in braces": f"version: 1\nwaivers:\n  {OLD % ('b' * 32)}\n\n{LAST}",
    "indented": f"version: 1\nwaivers:\n{block('  ')}\n{LAST}",
    "not indented": f"version: 1\nwaivers:\n{block('')}{LAST}",
    "deeper, at the end": f"version: 1\nwaivers:\n{block('      ')}",
    "a folded reason": f"version: 1\nwaivers:\n{block('  ').replace('it is', '>-')}{LAST}",
    "windows": f"version: 1\nwaivers:\n{block('  ')}{LAST}".replace("\n", "\r\n"),
}
POLICIES["a folded reason"] = (
    "version: 1\nwaivers:\n  - fingerprint: " + "b" * 32 + "\n    approved_by: erin\n"
    "    expires: 2026-12-31\n    reason: >-\n      it is a fixture\n      of ours\n" + LAST
)


@pytest.mark.parametrize("name", POLICIES)
def test_a_waiver_is_entered_and_all_else_stays(name: str) -> None:
    before = POLICIES[name]
    after = enter(before, WAIVER, "python-xss at a.py:1")
    old, new = (parse_policy(text, "gatekeeper.yml", {}) for text in (before, after))
    assert new.waivers == (*old.waivers, WAIVER)
    assert new.stages == old.stages
    kept = [line.strip() for line in before.splitlines() if "waivers:" not in line]
    assert [line for line in map(str.strip, after.splitlines()) if line in kept] == kept
    assert ("\r\n" in after) is ("\r\n" in before)
    assert after.count("\n") == after.count("\r\n") or "\r\n" not in after


def test_a_second_one_is_entered_behind_the_first() -> None:
    once = enter("version: 1\n", WAIVER, "")
    other = Waiver("c" * 32, "another reason for it", "erin", date(2027, 2, 1))
    assert parse_policy(enter(once, other, ""), "p", {}).waivers == (WAIVER, other)


@pytest.mark.parametrize(
    "text",
    [
        "{version: 1, waivers: []}\n",
        f"version: 1\nwaivers: [{(OLD % ('b' * 32))[2:]}]\n",
        "version: 1\nwaivers: [\n]\n",
    ],
)
def test_what_cannot_be_added_to_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        enter(text, WAIVER, "")
