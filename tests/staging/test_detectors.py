"""What the detectors take for real, for reserved and for something else."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn

from gatekeeper.core.errors import EvidenceError
from gatekeeper.staging.chance import binomial_tail, leak_rate_bound
from gatekeeper.staging.columns import explained_by_chance
from gatekeeper.staging.counts import Counts, Hits
from gatekeeper.staging.detector_files import parse_detectors
from gatekeeper.staging.detectors import Detector, Standing
from gatekeeper.staging.engines import local
from gatekeeper.staging.facts import Detection
from gatekeeper.staging.scan import scan
from gatekeeper.staging.selftest import self_test
from gatekeeper.staging.text import unfold
from tests.staging.conftest import CARD, EMAIL, IBAN, shipped_detectors

Detectors = tuple[Detector, ...]
DETECTORS = 10


def hits(detectors: Detectors, values: list[str], detector: str) -> Hits:
    counts = scan(pa.RecordBatch.from_pydict({"v": values}), detectors)
    index = [d.id for d in detectors].index(detector)
    return counts.columns["v"].hits[index]


def alarm(detectors: Detectors, values: list[str], detector: str = "payment-card") -> bool:
    found = hits(detectors, values, detector)
    (facts,) = [facts for facts in self_test(detectors) if facts.id == detector]
    seen = Detection(detector, found.matches, found.plausible, found.valid, found.reserved)
    return bool(found.valid) and not explained_by_chance(seen, facts)


def test_the_self_test_passes(detectors: Detectors) -> None:
    assert [(d.id, d.mistaken) for d in self_test(detectors) if d.mistaken] == []
    assert len(detectors) == DETECTORS


@pytest.mark.parametrize("index", range(DETECTORS))
def test_the_self_test_notices_a_blind_detector(index: int, detectors: Detectors) -> None:
    blind = replace(detectors[index], prefilter="never-there")
    broken = (*detectors[:index], blind, *detectors[index + 1 :])
    assert self_test(broken)[index].mistaken


@pytest.mark.parametrize("index", range(DETECTORS))
def test_the_self_test_notices_a_detector_that_has_lost_its_reserved_values(
    index: int, detectors: Detectors
) -> None:
    broken = list(detectors)
    broken[index] = replace(detectors[index], reserved=frozenset())
    assert self_test(broken)[index].mistaken


def test_reserved_cards_and_ibans_are_written_without_a_slip(detectors: Detectors) -> None:
    by_id = {detector.id: detector for detector in detectors}
    assert all(luhn.is_valid(number) for number in by_id["payment-card"].reserved)
    assert all(iban.is_valid(n, check_country=False) for n in by_id["iban"].reserved)


@pytest.mark.parametrize(
    "text",
    [
        EMAIL,
        EMAIL.upper(),
        f"'{EMAIL}'",
        f"<a href=mailto:{EMAIL}>",
        f'{{"x": ["{EMAIL}"]}}',
        f"{{{EMAIL},b}}",
        EMAIL.replace("@", "%40"),
        EMAIL.replace("@", "&#64;"),
        EMAIL.replace("@", "\\u0040"),
        EMAIL.replace("@", "\u200b@"),
        EMAIL.replace("@", "\uff20"),
        f"\\ud83d {EMAIL}",
        "\0".join(EMAIL),
        "".join(f"\\u{ord(letter):04x}" for letter in EMAIL),
        f"{EMAIL}.",
        f"{EMAIL},user@example.com",
        EMAIL.replace("@", "@example.com."),
        '"karla winter"@brightmail-planted.com',
        f"{EMAIL}_deleted",
        f"{EMAIL}-old",
        f"{EMAIL}1",
        f"{EMAIL}.2",
        f"{EMAIL}.1732363200",
        f"{EMAIL}请联系王小明",
        EMAIL.replace("@", "\u200e@"),
        "jose\u0301@brightmail-planted.com",
        "karla@bu\u0308cher-planted.de",
        "karla@उदाहरण.भारत",
    ],
)
def test_an_address_is_found_however_it_is_written(text: str, detectors: Detectors) -> None:
    assert hits(detectors, [text], "email").valid == 1


@pytest.mark.parametrize(
    "text",
    ["a@example.com", "a@example.com_deleted", "a@b.example.org", "a@shop.test", "a@x.invalid",
     "root@localhost", "A@EXAMPLE.NET", "a@printer.local"],
)  # fmt: skip
def test_reserved_names_raise_no_alarm(text: str, detectors: Detectors) -> None:
    assert hits(detectors, [text], "email").valid == 0


@pytest.mark.parametrize(
    "text", ["a@notexample.com", "a@example.com.de", "a@example.co", "a@tes.t"]
)
def test_names_that_only_look_reserved_are_found(text: str, detectors: Detectors) -> None:
    assert hits(detectors, [text], "email").valid + hits(detectors, [text], "email").matches >= 1
    assert hits(detectors, [text], "email").reserved == 0


def test_the_companys_own_domains_count_as_reserved(detectors: Detectors) -> None:
    own = tuple(d.allowing(["brightmail-planted.com"]) for d in detectors)
    found = hits(own, [EMAIL, "x@eu.brightmail-planted.com", "x@mybrightmail-planted.com"], "email")
    assert (found.reserved, found.valid) == (2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "4716-0000-1111-2221",
        "4716 0000 1111 2221",
        f"order 17, card {CARD}, cvv 123",
        f"12/27 {CARD} 123",
        f"{CARD} {CARD}",
        CARD.translate({ord(str(n)): 0xFF10 + n for n in range(10)}),
        "4716\u00a00000\u20091111\u202f2221",
        "tel 0171 2345678 card 4716 0000 1111 2221 123",
        f"card{CARD}",
        f"visa{CARD}",
        f"{CARD}EUR",
        "4716\u20110000\u20131111\u22122221",
        "4716\u200e0000\u202a11112221",
        CARD.translate({ord(str(n)): 0x0660 + n for n in range(10)}),
        CARD.translate({ord(str(n)): 0x0966 + n for n in range(10)}),
        "{0.5,4.716000011112221e+15}",
        "4.716000011112221E15",
    ],
)
def test_a_card_is_found_however_it_is_written(text: str, detectors: Detectors) -> None:
    assert hits(detectors, [text], "payment-card").valid >= 1
    assert alarm(detectors, [text])


def test_random_uuids_raise_no_alarm(detectors: Detectors) -> None:
    source = random.Random(7)
    values = [str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(50_000)]
    assert hits(detectors, values, "payment-card").valid == 0
    assert hits(detectors, [value.replace("-", "") for value in values], "iban").valid == 0


@pytest.mark.parametrize(
    "values",
    [
        [str(1_700_000_000_000 + 7919 * n) for n in range(20_000)],
        [str(1_700_000_000_000_000 + 7919 * n) for n in range(20_000)],
        [str(4_000_000_000_000_000 + 7919 * n) for n in range(20_000)],
        [f"order 51{n:014d} shipped" for n in range(20_000)],
        [str(random.Random(n).randrange(10**15, 10**16)) for n in range(20_000)],
        [str(random.Random(n).randrange(10**15, 10**16)) for n in range(40)],
    ],
    ids=["milliseconds", "microseconds", "visa-like ids", "orders", "random", "few random"],
)
def test_ids_and_timestamps_raise_no_card_alarm(values: list[str], detectors: Detectors) -> None:
    assert not alarm(detectors, values)


def cards(count: int) -> list[str]:
    stems = [f"471600001{n:06d}" for n in range(count)]
    return [stem + luhn.calc_check_digit(stem) for stem in stems]


@pytest.mark.parametrize(
    "values",
    [
        [CARD],
        cards(500),
        cards(1) + ["4242424242424242"] * 1000,
        cards(28) + ["see the ticket"] * 1000,
        [*cards(1), "1732363200000", "1732363200001"],
        [*cards(1), "4242424242424242", "0049 171 2345678", "0049 171 2345679"],
        cards(60) + [str(random.Random(n).randrange(10**15, 10**16)) for n in range(1000)],
    ],
    ids=[
        "one",
        "all",
        "among test cards",
        "among notes",
        "beside timestamps",
        "beside phones",
        "among random numbers",
    ],
)
def test_cards_raise_an_alarm(values: list[str], detectors: Detectors) -> None:
    assert alarm(detectors, values)


@pytest.mark.parametrize(
    "text",
    [
        IBAN,
        IBAN.lower(),
        "DE79 0000 0000 1234 5678 90 EUR 12",
        f"DE89370400440532013000 {IBAN}",
        "DE89 3704 0044 0532 0130 00 DE79 0000 0000 1234 5678 90",
        "KD99 Kunde DE79 0000 0000 1234 5678 90",
        f"AB12 {'word ' * 40}{IBAN}",
    ],
)
def test_an_iban_is_found_however_it_is_written(text: str, detectors: Detectors) -> None:
    assert alarm(detectors, [text], "iban")


def test_masks_show_next_to_nothing(detectors: Detectors) -> None:
    assert hits(detectors, [EMAIL], "email").previews == ("k***@b***.com",)
    assert hits(detectors, ["jo@acme.io"], "email").previews == ("***@a***.io",)
    for after in ("请联系王小明", "KarlaWinter", "_KarlaWinter"):
        (preview,) = hits(detectors, [f"{EMAIL}{after}"], "email").previews
        assert preview in {"k***@b***.com", "k***@b***.***"}
    assert hits(detectors, [CARD], "payment-card").previews == ("**************21",)
    assert hits(detectors, [IBAN], "iban").previews == ("DE******************90",)


def test_few_previews_are_kept_and_always_the_same(detectors: Detectors) -> None:
    values = [f"{letter}xx@brightmail-planted.com" for letter in "gfedcba"]
    expected = ("a***@b***.com", "b***@b***.com", "c***@b***.com")
    assert hits(detectors, values, "email").previews == expected


CELLS = st.lists(
    st.one_of(st.none(), st.text(max_size=40), st.sampled_from([EMAIL, CARD, IBAN, "a@b.test"])),
    max_size=30,
)


@given(CELLS, st.integers(min_value=1, max_value=7))
def test_counts_do_not_depend_on_how_the_rows_are_cut(cells: list[str | None], size: int) -> None:
    detectors = shipped_detectors()
    table = pa.table({"v": pa.array(cells, pa.string())})
    whole = scan(table.to_batches()[0], detectors) if cells else Counts()
    parts = table.to_batches(max_chunksize=size)
    assert local.run(parts, lambda batch: scan(batch, detectors), Counts(), workers=2) == whole


@given(st.text(max_size=60), st.sampled_from([EMAIL, CARD, IBAN, "user@example.com"]))
def test_the_prefilter_lets_through_whatever_a_pattern_finds(noise: str, value: str) -> None:
    """The oracle: every cell through every pattern, without the prefilter."""
    detectors = shipped_detectors()
    cell = noise + value
    everything = tuple(replace(detector, prefilter="") for detector in detectors)
    batch = pa.RecordBatch.from_pydict({"v": pa.array([cell], pa.string())})
    assert scan(batch, detectors) == scan(batch, everything)


def test_unfolding_leaves_plain_text_alone() -> None:
    assert unfold("100 % of Müller & Sohn, C:\\users") == "100 % of Müller & Sohn, C:\\users"


@pytest.mark.parametrize(
    "text", ["", "id: x", "[]", "id: email\nextra: 1", "a: &x 1\nb: *x", "id: [", "{}"]
)
def test_a_broken_detector_file_is_an_error(text: str) -> None:
    with pytest.raises(EvidenceError):
        parse_detectors({"email.yml": text})


def test_no_detector_is_an_error() -> None:
    with pytest.raises(EvidenceError, match="no detector"):
        parse_detectors({})


def test_standings_rank_a_real_value_above_a_reserved_one() -> None:
    assert max(Standing) is Standing.VALID


def test_the_binomial_tail_agrees_with_plain_summing() -> None:
    from math import comb

    for trials, probability, hits_ in [(10, 0.1, 3), (50, 0.1, 20), (1, 0.1, 1), (300, 0.01, 9)]:
        exact = sum(
            comb(trials, k) * probability**k * (1 - probability) ** (trials - k)
            for k in range(hits_, trials + 1)
        )
        assert binomial_tail(trials, probability, hits_) == pytest.approx(exact, rel=1e-9)
    assert binomial_tail(10, 0.1, 0) == 1.0
    assert binomial_tail(10, 0.1, 11) == 0.0
    assert binomial_tail(10**9, 0.1, 10**9 // 5) == pytest.approx(0.0)


def test_the_leak_rate_bound_is_the_rule_of_three() -> None:
    assert leak_rate_bound(3000) == pytest.approx(1e-3, rel=0.01)
    assert leak_rate_bound(0) == 1.0
