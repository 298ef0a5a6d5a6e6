"""Which cells are hashed, and in what form: the same value must hash alike on both sides.

A value that says nothing about whose data it is would only make noise: short ones, small numbers,
dates, and what is reserved for tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatekeeper.staging.detectors import Detector

if TYPE_CHECKING:
    import pyarrow as pa

# What production and staging must agree on; in the file, so that an older one is not misread.
FORMAT = 1
_SHORTEST = 6  # characters: statuses, codes, first names
_FEWEST_DIGITS = 9  # a number with fewer is one of many
# digits with what is written between them in telephone, card and account numbers
_NUMBER = r"^\+?[0-9][0-9 ().\-/]{7,30}$"
_BETWEEN = r"[^0-9]"
_PREFIX = r"^00"  # written for `+` in telephone numbers
_BEGINS_AS_NUMBER = r"^[-+.,0-9]"
_ACCOUNT = r"^[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{1,4}){3,8}$"
_UNEVEN = r"  |[\t\n\v\f\r]"
_DATE = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[t ][0-9:.]{5,15}(?:z|[+-][0-9:]{2,6})?)?$"
    r"|^[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}$"
)
_AMOUNT = r"^[+-]?[0-9]*[.,]?[0-9]*(?:e[+-]?[0-9]+)?$"


@dataclass(frozen=True, slots=True)
class Reserved:
    """Values that are for tests and prove nothing where both sides hold them.

    Attributes:
        domain: RE2; e-mail addresses of reserved domains.
        values: published test numbers, compact and in lower case.
    """

    domain: str
    values: frozenset[str]


def reserved_of(detectors: Sequence[Detector]) -> Reserved:
    """Return what the detectors hold for reserved."""
    domains = {name for d in detectors if d.validator == "email" for name in d.reserved}
    values = {value for d in detectors if d.validator != "email" for value in d.reserved}
    names = "|".join(map(re.escape, sorted(domains)))
    return Reserved(rf"@(?:[^@]*\.)?(?:{names})$", frozenset(values))


def telling(cells: pa.Array, reserved: Reserved) -> pa.Array:
    """Return the cells worth hashing, in their common form, in any order.

    Addresses, numbers and texts each have a form and noise of their own, and each cell is held
    against its kind's expressions only.

    Args:
        cells: strings, nulls allowed.
        reserved: what is left out besides.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = _plain(cells.drop_null())
    plain = plain.filter(pc.greater_equal(pc.utf8_length(plain), _SHORTEST))
    addresses, others = _split(plain, pc.match_substring(plain, "@"))
    numbers, texts = _split(others, pc.match_substring_regex(others, _BEGINS_AS_NUMBER))
    return pa.concat_arrays(
        [
            _unlike(addresses, reserved.domain),
            _not_in(_numbers(numbers), reserved.values),
            _not_in(_accounts_compact(texts), reserved.values),
        ]
    )


def _plain(cells: pa.Array) -> pa.Array:
    """Fold width, case, accents' spelling and white space."""
    import pyarrow.compute as pc

    folded = pc.utf8_lower(pc.utf8_normalize(cells, form="NFKC"))
    uneven = pc.match_substring_regex(folded, _UNEVEN)
    if pc.any(uneven).as_py():
        folded = pc.if_else(uneven, pc.replace_substring_regex(folded, r"\s+", " "), folded)
    return pc.utf8_trim_whitespace(folded)


def _numbers(cells: pa.Array) -> pa.Array:
    """Write numbers as their digits alone; dates, amounts and short numbers are left out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = _unlike(cells, _DATE)
    cells = cells.filter(pc.invert(_is_amount(cells)))
    numeric, texts = _split(cells, pc.match_substring_regex(cells, _NUMBER))
    digits = pc.replace_substring_regex(numeric, _BETWEEN, "")
    digits = pc.replace_substring_regex(digits, _PREFIX, "")
    long = digits.filter(pc.greater_equal(pc.binary_length(digits), _FEWEST_DIGITS))
    return pa.concat_arrays([texts, long])


def _accounts_compact(cells: pa.Array) -> pa.Array:
    """Write account numbers that begin with letters (IBANs) without the spaces between groups."""
    import pyarrow.compute as pc

    account = pc.match_substring_regex(cells, _ACCOUNT)
    return pc.if_else(account, pc.replace_substring(cells, " ", ""), cells)


def _is_amount(cells: pa.Array) -> pa.Array:
    """Tell which are numbers but no long run of digits: prices, counts, measures."""
    import pyarrow.compute as pc

    amount = pc.match_substring_regex(cells, _AMOUNT)
    long = pc.match_substring_regex(cells, rf"^[0-9]{{{_FEWEST_DIGITS},}}$")
    return pc.and_not(amount, long)


def _split(cells: pa.Array, mask: pa.Array) -> tuple[pa.Array, pa.Array]:
    import pyarrow.compute as pc

    return cells.filter(mask), cells.filter(pc.invert(mask))


def _unlike(cells: pa.Array, pattern: str) -> pa.Array:
    import pyarrow.compute as pc

    return cells.filter(pc.invert(pc.match_substring_regex(cells, pattern)))


def _not_in(cells: pa.Array, values: frozenset[str]) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return cells.filter(pc.invert(pc.is_in(cells, pa.array(sorted(values), pa.string()))))
