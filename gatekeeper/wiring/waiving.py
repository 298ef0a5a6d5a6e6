"""Enters a waiver into the project's policy, for a finding that there really is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gatekeeper.core.entering import enter
from gatekeeper.core.errors import EvidenceError, UsageError
from gatekeeper.core.model import Finding, Report, Waiver
from gatekeeper.core.policy import Policy, parse_policy
from gatekeeper.core.waivers import Terms, WaiverEntry
from gatekeeper.wiring import rewriting
from gatekeeper.wiring.gates import schemas
from gatekeeper.wiring.policies import NAME


@dataclass(frozen=True, slots=True)
class Edit:
    """A policy's text before and after.

    Attributes:
        path: the file.
        before: its text.
        after: its text with the waiver.
    """

    path: Path
    before: str
    after: str

    def write(self) -> None:
        """Write the new text, unless the file has changed since."""
        if _text(self.path) != self.before:
            raise EvidenceError(f"{self.path} has changed meanwhile", "try again")
        rewriting.replace(self.path, self.after.encode())


def note_of(finding: Finding) -> str:
    """Return what tells the next reader what is accepted."""
    return f"{finding.rule} at {finding.where}"


def in_report(path: Path, fingerprint: str) -> str | None:
    """Return the note for a finding of a JSON report, or None when it has no such finding.

    Raises:
        UsageError: it is no report.
    """
    try:
        results = json.loads(path.read_bytes())["results"]
        found = [one for result in results for one in _findings(result)]
        named = [one for one in found if one["fingerprint"] == fingerprint]
        return f"{named[0]['rule']} at {_place(named[0]['where'])}" if named else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        step = "write one with `gatekeeper check --format json --output FILE`"
        raise UsageError(f"{path} is no JSON report", step) from None


def in_results(report: Report, fingerprint: str) -> str | None:
    """Return the note for a finding of a report, or None when it has no such finding."""
    waived = (one.finding for result in report.results for one in result.waived)
    found = (one for result in report.results for one in result.findings)
    return next((note_of(one) for one in (*found, *waived) if one.fingerprint == fingerprint), None)


def edit(root: Path, waiver: Waiver, note: str, today: date, named: Path | None = None) -> Edit:
    """Return the policy with the waiver in it.

    Args:
        root: the project.
        waiver: to enter.
        note: for the next reader.
        today: UTC.
        named: the policy, or None for the project's own.

    Raises:
        PolicyError: the policy is wrong.
        UsageError: there is no policy, or the waiver would not hold.
    """
    path = named or root / NAME
    before = _text(path)
    policy = parse_policy(before.removeprefix("\ufeff"), str(path), schemas())
    _require_holding(waiver, policy, today)
    after = enter(before, waiver, note)
    _require_nothing_else(policy, parse_policy(after.removeprefix("\ufeff"), str(path), schemas()))
    return Edit(path, before, after)


def waiver(fingerprint: str, reason: str, approver: str, expires: str) -> Waiver:
    """Return the waiver that these words make. Raises UsageError with every problem."""
    from pydantic import ValidationError

    try:
        day: Any = date.fromisoformat(expires)
    except ValueError:
        day = expires
    given = {"fingerprint": fingerprint, "reason": reason, "approved_by": approver, "expires": day}
    try:
        return WaiverEntry.model_validate(given).waiver()
    except ValidationError as error:
        said = [f"{one['loc'][0]}: {one['msg']}" for one in error.errors()]
        raise UsageError("; ".join(said), "e.g. --expires 2027-01-31") from None


def _require_holding(waiver: Waiver, policy: Policy, today: date) -> None:
    refusal = Terms(today, (), policy.longest_waiver).refusal(waiver)
    if refusal:
        raise UsageError(f"this waiver {refusal}", "give an earlier or a later --expires")
    if waiver.fingerprint in {one.fingerprint for one in policy.waivers}:
        reason = "the policy has a waiver for this finding already"
        raise UsageError(reason, "renew that one: two for the same finding confuse the reader")


def _require_nothing_else(before: Policy, after: Policy) -> None:
    """The edit is of text: see that it did what it should and no more."""
    same = (before.stages, before.settings, before.longest_waiver) == (
        *(after.stages, after.settings, after.longest_waiver),
    )
    if not same or after.waivers[:-1] != before.waivers:
        raise EvidenceError("the waiver cannot be entered without changing more", "do it by hand")


def _text(path: Path) -> str:
    try:
        if path.is_symlink():
            raise UsageError(f"{path} is a link", "name the file itself with --policy")
        return path.read_bytes().decode()
    except FileNotFoundError:
        step = "write a policy first, e.g. `version: 1` and its `stages:`"
        raise UsageError(f"there is no policy at {path}", step) from None
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} cannot be read as UTF-8 text", "mend the file") from None


def _findings(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [*result["findings"], *(waived["finding"] for waived in result["waived"])]


def _place(where: dict[str, Any]) -> str:
    parts = (where.get(key) for key in ("path", "line", "column"))
    shown = ":".join(str(part) for part in parts if part)
    return shown or str(next(iter(where.values()), "the change"))
