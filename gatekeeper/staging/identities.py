"""Telephone numbers, national identity numbers and credentials: what a match of theirs is worth.

The numbers' rules come from python-stdnum and phonenumbers, which follow the registries.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module

from gatekeeper.staging.assessment import NOTHING_MORE, PLAUSIBLE, RESERVED, Assessment
from gatekeeper.staging.detectors import Detector, Standing

Assess = Callable[[str, Detector], Assessment | None]

_SHOWN = 2  # characters at the end
_NORTH_AMERICA = "US"


def national_id(module: str) -> Assess:
    """Return the judge of one country's numbers: a module of stdnum, e.g. it.codicefiscale."""

    def assess(text: str, detector: Detector) -> Assessment:
        from stdnum.exceptions import InvalidChecksum, ValidationError

        number = re.sub(r"[ .-]", "", text)
        if number.lower() in _compact(detector.reserved):
            return RESERVED
        try:
            import_module(f"stdnum.{module}").validate(number.upper())
        except InvalidChecksum:
            return PLAUSIBLE
        except ValidationError:
            return NOTHING_MORE
        return Assessment(Standing.VALID, masked(number))

    return assess


def phone(text: str, detector: Detector) -> Assessment:
    """Judge a telephone number by its country's numbering plan and the ranges given to nobody."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, _NORTH_AMERICA)
    except phonenumbers.NumberParseException:
        return NOTHING_MORE
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if _ranges(detector.reserved).fullmatch(written):
        return RESERVED
    if not phonenumbers.is_valid_number(number):
        return NOTHING_MORE
    return Assessment(Standing.VALID, f"+{number.country_code}{'*' * 8}{written[-_SHOWN:]}")


def credential(text: str, detector: Detector) -> Assessment:
    """Judge a token by its form alone: its issuer made the form so that it can be."""
    if text.lower() in detector.reserved:
        return RESERVED
    return Assessment(Standing.VALID, f"{text[:4]}{'*' * 8}")


def masked(number: str) -> str:
    """Return what may be shown of a number: its length and its end."""
    return f"{'*' * (len(number) - _SHOWN)}{number[-_SHOWN:]}"


@cache
def _compact(values: frozenset[str]) -> frozenset[str]:
    return frozenset(re.sub(r"[ .-]", "", value) for value in values)


@cache
def _ranges(reserved: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern of all ranges; x stands for any digit."""
    return re.compile("|".join(re.escape(r).replace("x", "[0-9]") for r in sorted(reserved)))
