"""Durations and severities, as written in a policy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.fields import format_duration, parse_duration, parse_severity


@pytest.mark.parametrize("text", ["", "14", "d", "14 days", "-1d", "1.5h", "1d-2h", 14, None, True])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration(text)


@given(st.integers(0, 999), st.integers(0, 23))
def test_a_formatted_duration_reads_back_the_same(days: int, hours: int) -> None:
    duration = timedelta(days=days, hours=hours)
    assert parse_duration(format_duration(duration)) == duration


def test_a_duration_is_told_in_two_units() -> None:
    assert format_duration(timedelta(days=3, hours=4, minutes=5, seconds=6)) == "3d 4h"
    assert format_duration(timedelta(seconds=-5)) == "0s"


@pytest.mark.parametrize("text", ["", "High", "info", 3, None])
def test_what_is_no_severity_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected one of low, medium, high, critical"):
        parse_severity(text)
