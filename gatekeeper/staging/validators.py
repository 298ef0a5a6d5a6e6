"""What a match is worth: a form alone, a plausible value, a valid one, or a reserved one.

One function a kind of value, None where the match has not even the form; detectors name theirs in
`rules/staging/detectors/`. Checksums come from python-stdnum.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import accumulate, takewhile

from gatekeeper.staging.assessment import NOTHING_MORE, PLAUSIBLE, RESERVED, Assessment
from gatekeeper.staging.detectors import Detector, Standing
from gatekeeper.staging.identities import credential, national_id, phone

_SEPARATORS = re.compile(r"[^0-9A-Za-z]")
_TOP_LEVEL = re.compile(r"xn--[a-z0-9-]+|[a-z]{2,}|[^\x00-\x7f].*", re.DOTALL)
_IBAN_START = re.compile(r"[A-Z]{2}[0-9]{2}")
_MIN_TELLING_LOCAL = 3
_MAX_SHOWN_TOP = 6
_MAX_GROUP = 6
_FIRST_GROUP = 4
_CARD_LENGTHS = range(12, 20)
_IBAN_LENGTHS = range(15, 35)


def email(text: str, detector: Detector) -> Assessment | None:
    """Judge an e-mail address by its domain: reserved names never receive mail."""
    local, _, run = text.lower().rpartition("@")
    domain = _domain(run)
    top = domain.rpartition(".")[2]
    if not detector.reserved.isdisjoint(_with_parents(domain)):
        return RESERVED
    if top == domain or top in detector.never:
        return NOTHING_MORE
    return Assessment(Standing.VALID, f"{_first(local)}***@{domain[0]}***.{_shown(top)}")


def _with_parents(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


def _domain(run: str) -> str:
    """Return it without what was hung on to it, as in `mail.com_deleted` or `mail.com.2`."""
    labels = run.split(".")
    while labels and not _TOP_LEVEL.match(labels[-1]):
        labels.pop()
    tops = _TOP_LEVEL.findall(labels[-1])[:1] if labels else []
    return ".".join([*labels[:-1], *tops])


def _first(local: str) -> str:
    """Return the first letter; of so few letters even one would tell too much."""
    return local[0] if len(local) >= _MIN_TELLING_LOCAL else ""


def _shown(top: str) -> str:
    """Words that follow without a space would be shown with it."""
    return top if top.isascii() and len(top) <= _MAX_SHOWN_TOP else "***"


def payment_card(text: str, detector: Detector) -> Assessment | None:
    """Judge a run of digits by length, network prefix, Luhn and the published test numbers."""
    return _best(_card(number, detector) for number in _card_numbers(text))


def iban(text: str, detector: Detector) -> Assessment | None:
    """Judge an IBAN by its country's format, mod 97 and the published examples.

    Words around it and further IBANs stand in the same run, so it may begin with any group and
    end with any.
    """
    return _best(_iban(number, detector) for number in _iban_numbers(text.upper()))


def _iban_numbers(text: str) -> Iterator[str]:
    groups = _SEPARATORS.split(text)
    for start, first in enumerate(groups):
        if _IBAN_START.match(first):
            yield from _joined(groups[start : start + _IBAN_LENGTHS.stop], _IBAN_LENGTHS)


def _joined(groups: Iterable[str], lengths: range) -> Iterator[str]:
    """Yield what the first group, the first two, three, … make when that is long enough."""
    return (number for number in accumulate(groups) if len(number) in lengths)


def _best(assessments: Iterator[Assessment]) -> Assessment | None:
    return max(assessments, key=lambda found: found.standing, default=None)


def _card_numbers(text: str) -> Iterator[str]:
    """Yield each number that a run such as `12/27 4111 1111 1111 1111 123` could hold.

    That is one undivided group of 12 to 19 digits, or neighbouring groups of at most six digits
    that begin with one of four, as cards are printed.
    """
    groups = _SEPARATORS.split(text)
    for start, first in enumerate(groups):
        if len(first) in _CARD_LENGTHS:
            yield first
        elif len(first) == _FIRST_GROUP:
            yield from _joined(takewhile(_is_short, groups[start:]), _CARD_LENGTHS)


def _is_short(group: str) -> bool:
    return len(group) <= _MAX_GROUP


def _card(number: str, detector: Detector) -> Assessment:
    from stdnum import luhn

    if number in detector.reserved:
        return RESERVED
    if not detector.issues(number):
        return NOTHING_MORE
    if not luhn.is_valid(number):
        return PLAUSIBLE
    return Assessment(Standing.VALID, f"{'*' * (len(number) - 2)}{number[-2:]}")


def _iban(number: str, detector: Detector) -> Assessment:
    from stdnum import iban as registry

    if number.lower() in detector.reserved:
        return RESERVED
    if not _has_ibans(number[:2]):
        return NOTHING_MORE
    # Countries' own rules for account numbers are left aside: a gap in them would hide one.
    if registry.is_valid(number, check_country=False):
        return Assessment(Standing.VALID, f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}")
    mended = number[:2] + registry.calc_check_digits(number) + number[4:]
    return PLAUSIBLE if registry.is_valid(mended, check_country=False) else NOTHING_MORE


@cache
def _has_ibans(country: str) -> bool:
    """Tell whether the registry knows these letters: most of what looks like an IBAN ends here."""
    from stdnum import numdb

    return bool(numdb.get("iban").info(country)[0][1])


# modules of stdnum
NATIONAL_IDS = ("us.ssn", "it.codicefiscale", "es.nif", "fr.nir", "br.cpf")
VALIDATORS: Mapping[str, Callable[[str, Detector], Assessment | None]] = {
    "email": email,
    "payment-card": payment_card,
    "iban": iban,
    "phone": phone,
    "credential": credential,
    **{name: national_id(name) for name in NATIONAL_IDS},
}


def assessed(text: str, detector: Detector) -> Iterator[tuple[str, Assessment]]:
    """Yield every match of a detector in a text, with what it is worth."""
    assess = VALIDATORS[detector.validator]
    for match in detector.pattern.finditer(text):
        if found := assess(match[0], detector):
            yield match[0], found
