"""The kinds of value that a policy setting can have, each read strictly from its written form."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from gatekeeper.core.model import Severity

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(?:\d{1,6}[smhdw])(?:\s*\d{1,6}[smhdw])*")


def parse_duration(value: Any) -> timedelta:
    """Read `14d`, `90m` or `1d 12h`."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value.strip()):
        raise ValueError("expected a duration such as 90m, 7d or 1d 12h")
    total = timedelta()
    for number, unit in re.findall(r"(\d+)([smhdw])", value):
        total += timedelta(**{_UNITS[unit]: int(number)})
    return total


def format_duration(value: timedelta) -> str:
    """Write a duration as `3d 4h`: at most two units, the largest that fit, and `0s` for none."""
    seconds = max(0, round(value.total_seconds()))
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def parse_severity(value: Any) -> Severity:
    """Read `low`, `medium`, `high` or `critical`."""
    if isinstance(value, Severity):
        return value
    names = {severity.label: severity for severity in Severity}
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"expected one of {', '.join(names)}")
    return names[value]


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration),
    WithJsonSchema({"type": "string", "pattern": _DURATION.pattern, "examples": ["14d"]}),
]
Threshold = Annotated[
    Severity,
    BeforeValidator(parse_severity),
    PlainSerializer(lambda severity: severity.label),
    WithJsonSchema({"enum": [severity.label for severity in Severity]}),
]


class FromEnvironment:
    """Marks a setting in which `${NAME}` stands for an environment variable."""


EnvironmentString = Annotated[str, FromEnvironment()]
