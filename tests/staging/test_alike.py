"""What is judged once for many cells is judged as each of them would be. The oracle: without it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from gatekeeper.staging.counts import PREVIEWS, Hits
from gatekeeper.staging.detectors import Detector, Standing
from gatekeeper.staging.scan import scan
from gatekeeper.staging.validators import assessed
from tests.staging.conftest import CARD, EMAIL, IBAN, shipped_detectors


def called(name: str) -> Detector:
    return next(detector for detector in shipped_detectors() if detector.id == name)


def plainly(cells: list[str], detector: Detector) -> Hits:
    """Count match by match and cell by cell."""
    found = [result for cell in cells for _, result in assessed(cell, detector)]
    by = Counter(result.standing for result in found)
    masks = sorted({result.mask for result in found} - {""})
    plausible = by[Standing.PLAUSIBLE] + by[Standing.VALID]
    return Hits(
        len(found), plausible, by[Standing.VALID], by[Standing.RESERVED], tuple(masks[:PREVIEWS])
    )


def agree(cells: list[str]) -> None:
    for detector in shipped_detectors():
        batch = pa.RecordBatch.from_pydict({"v": pa.array(cells, pa.string())})
        (hits,) = scan(batch, [detector]).columns["v"].hits
        assert hits == plainly(cells, detector), detector.id


# what stands at the edges of an address or a number, and what it is made of
PIECES = st.sampled_from(
    [*"ab.-_+!\"'<>(),:;=/ @1é\n\t", "x" * 62, "anna", "jo", "@example.com", "@mail.planted.com",
     "@planted.com.", "@-planted.com", "@x.png", "@münchen-planted.de", "17", "0.", CARD,
     EMAIL, IBAN, "4242424242424242", "1732363200000", "0123456789012", "779999999999",
     "DE89370400440532013000"]
)  # fmt: skip
CELL = st.lists(PIECES, min_size=1, max_size=8).map("".join)


@given(st.lists(CELL, min_size=1, max_size=12))
def test_counts_and_previews_are_those_of_the_plain_path(cells: list[str]) -> None:
    agree(cells)


def test_they_are_on_large_columns_too() -> None:
    source = random.Random(5)
    domains = ["example.com", "mail.planted.com", "shop.test", "planted-2.de"]
    people = [f"{source.choice('abX')}.{n % 50}@{source.choice(domains)}" for n in range(3000)]
    asked = [f"ask {source.choice('abX')}name@{source.choice(domains)}, please" for _ in people]
    numbers = [str(source.randrange(10**11, 10 ** source.randrange(12, 20))) for _ in range(20_000)]
    agree([*people, *asked, *numbers])


def test_no_networks_numbers_are_taken_for_a_timestamp() -> None:
    card = called("payment-card")
    stems = [
        str(prefix).ljust(length - 1, "0")
        for network in card.networks
        for prefix in (network.low, network.high)
        for length in network.lengths
    ]
    numbers = [stem + luhn.calc_check_digit(stem) for stem in stems]
    assert all(card.issues(number) for number in numbers)
    agree(numbers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", EMAIL),
        ("iban", IBAN),
        ("payment-card", CARD),
        ("phone", "+49 170 7654321"),
        ("it-fiscal-code", "RCCMNL83S18D969H"),
        ("credential", "AKIAQPLANTEDKEY23456"),
    ],
)
def test_a_repeated_value_counts_as_often_as_it_stands_there(name: str, value: str) -> None:
    detector = called(name)
    batch = pa.RecordBatch.from_pydict({"v": [value, "x", value, None, value]})
    (hits,) = scan(batch, [detector]).columns["v"].hits
    assert (hits.matches, hits.valid, len(hits.previews)) == (3, 3, 1)


def test_the_patterns_do_make_many_cells_one() -> None:
    """Without this the tests above would compare the plain path with itself."""
    by_id = {detector.id: detector for detector in shipped_detectors()}
    for name, cells in {
        "email": ["anna@example.com", "ask albert.x+1@example.com, please", "<a17@example.com>"],
        "payment-card": ["1732363200000", "0123456789012345", "779999999999"],
    }.items():
        alike = by_id[name].alike
        assert alike
        assert len(set(pc.replace_substring_regex(pa.array(cells), *alike).to_pylist())) == 1


def test_the_oracle_notices_a_detector_that_takes_too_much_for_alike() -> None:
    email = replace(called("email"), alike=("^.*$", "xxx@example.com"))
    batch = pa.RecordBatch.from_pydict({"v": [EMAIL]})
    (hits,) = scan(batch, [email]).columns["v"].hits
    assert hits != plainly([EMAIL], email)
