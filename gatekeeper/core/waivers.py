"""Waivers: a finding may be accepted for a time, by a named person, for a stated reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from gatekeeper.core.fields import format_duration
from gatekeeper.core.model import Finding, GateResult, Waived, Waiver

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_MIN_REASON = 10


class WaiverEntry(BaseModel):
    """One entry of `waivers:` in a policy.

    Attributes:
        fingerprint: of the finding, as the report shows it: 32 hex digits.
        reason: why it is right to accept it; at least ten characters.
        approved_by: who answers for it.
        expires: the last day on which it holds, e.g. 2027-01-31.
        note: anything else, e.g. the rule and the place for the next reader.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    fingerprint: str
    reason: Annotated[_Text, Field(min_length=_MIN_REASON)]
    approved_by: _Text
    expires: date
    note: str = ""

    @field_validator("fingerprint")
    @classmethod
    def _whole_fingerprint(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{32}", value):
            raise ValueError("expected the finding's fingerprint: 32 hex digits")
        return value

    def waiver(self) -> Waiver:
        """Return the domain value."""
        return Waiver(self.fingerprint, self.reason, self.approved_by, self.expires)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a waiver must meet to hold.

    Attributes:
        today: UTC.
        contributors: logins of those who made the change; none of them can accept its findings.
        longest: how far ahead an expiry may lie; None for any distance.
    """

    today: date
    contributors: tuple[str, ...] = ()
    longest: timedelta | None = None

    def refusal(self, waiver: Waiver) -> str:
        """Return why a waiver does not hold; empty when it does."""
        if waiver.expires and self.today > waiver.expires:
            return f"expired on {waiver.expires}: remove it or have it renewed"
        if waiver.expires and self.longest and waiver.expires - self.today > self.longest:
            return (
                f"does not count: it expires on {waiver.expires}, and the policy's `max_waiver`"
                f" allows {format_duration(self.longest)} from today"
            )
        if _login(waiver.approved_by) in map(_login, self.contributors):
            return (
                "does not count: its approver has a part in this change; have it approved by"
                " somebody else"
            )
        return ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Findings split by whether a waiver accepts them."""

    open: tuple[Finding, ...]
    waived: tuple[Waived, ...]


def apply(findings: Sequence[Finding], waivers: Iterable[Waiver], terms: Terms) -> Sorted:
    """Split findings into open and waived ones; a waiver holds through its last day.

    Of several for one finding the first that holds counts.
    """
    holding: dict[str, Waiver] = {}
    for waiver in waivers:
        if not terms.refusal(waiver):
            holding.setdefault(waiver.fingerprint, waiver)
    left = tuple(finding for finding in findings if finding.fingerprint not in holding)
    accepted = (finding for finding in findings if finding.fingerprint in holding)
    return Sorted(left, tuple(Waived(one, holding[one.fingerprint]) for one in accepted))


def matched(results: Iterable[GateResult]) -> set[str]:
    """Return the fingerprints of everything that was found, accepted or not."""
    found: set[str] = set()
    for result in results:
        found.update(finding.fingerprint for finding in result.findings)
        found.update(waived.finding.fingerprint for waived in result.waived)
    return found


def notices(waivers: Iterable[Waiver], seen: Collection[str], terms: Terms) -> tuple[str, ...]:
    """Return a line for each waiver that does not hold, or that matches none of the findings."""
    lines = []
    for waiver in waivers:
        name = f"waiver {waiver.fingerprint[:12]} (approved by {waiver.approved_by})"
        if refusal := terms.refusal(waiver):
            lines.append(f"{name} {refusal}")
        elif waiver.fingerprint not in seen:
            lines.append(f"{name} matches no finding of this run")
    return tuple(lines)


def _login(name: str) -> str:
    """Return a login as hosts compare it: `@Dana` is `dana`."""
    return name.strip().removeprefix("@").casefold()
