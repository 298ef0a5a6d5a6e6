"""What is chance and what is a copy."""

from __future__ import annotations

import math
import random
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.staging.fingerprints.overlap import (
    Repeats,
    expected,
    is_telling,
    log_poisson_tail,
    universe,
)
from gatekeeper.staging.fingerprints.sample import MOST, sample_of


@pytest.mark.parametrize(("mean", "hits"), [(0.5, 1), (3.0, 10), (60.0, 130), (1e-9, 2)])
def test_the_tail_is_never_smaller_than_it_is(mean: float, hits: int) -> None:
    terms = (math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(hits, 400))
    exact = math.log(math.fsum(terms))
    assert exact - 1e-9 <= log_poisson_tail(mean, hits) <= exact + 0.7


def test_nothing_shared_is_never_telling() -> None:
    assert log_poisson_tail(0.0, 0) == 0.0
    assert not is_telling(0, 0.0, 1)
    assert not is_telling(0, 0.0, 1, random=True)


def test_one_shared_value_is_telling_only_where_it_is_random_by_form() -> None:
    tokens = Repeats(10_000, 10_000, 0, random=True)
    assert is_telling(1, expected(Repeats(5, 5, 0), tokens), 10_000, random=True)
    assert not is_telling(1, 1e-12, 1)


def test_the_universe_of_drawn_values_is_found_from_their_repetitions() -> None:
    """300,000 draws from 10^9 notes hold about 45 equal pairs."""
    draws = np.array([random.Random(7).randrange(10**9) for _ in range(1)])  # seed of the generator
    generator = np.random.default_rng(int(draws[0]))
    values = generator.integers(0, 10**9, 300_000)
    _, counts = np.unique(values, return_counts=True)
    pairs = int((counts * (counts - 1)).sum()) // 2
    least = universe(Repeats(300_000, len(counts), pairs))
    assert 0.3e9 < least < 1e9


def test_unrelated_notes_share_some_and_that_is_no_leak() -> None:
    production = Repeats(300_000, 299_955, 45)
    staging = Repeats(200_000, 199_980, 20)
    by_chance = expected(staging, production)
    assert by_chance >= 60
    assert not is_telling(60, by_chance, 100)
    assert is_telling(150, by_chance, 100)


def test_28_addresses_in_a_million_are_a_leak() -> None:
    staging = Repeats(1_000_000, 1_000_000, 0)
    for production in (Repeats(10_000_000, 10_000_000, 0), Repeats(100_000, 100_000, 0)):
        assert is_telling(28, expected(staging, production), 10_000)


def test_orders_that_name_their_customer_do_not_hide_the_customers() -> None:
    """A million orders of 100,000 customers repeat their addresses, and not by chance."""
    production = Repeats(1_000_000, 100_000, 5_000_000)
    assert is_telling(28, expected(Repeats(5_000, 5_000, 0), production), 1000)


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=50), min_size=1, max_size=5))
def test_a_sample_of_parts_is_the_sample_of_the_whole(parts: list[list[int]]) -> None:
    whole = sample_of(np.array(list(chain(*parts)), np.uint64))
    first, *others = [sample_of(np.array(part, np.uint64)) for part in parts]
    total = sum(others, first)
    assert (total.total, total.distinct, total.pairs) == (whole.total, whole.distinct, whole.pairs)
    assert total.hashes.tolist() == whole.hashes.tolist()


def test_a_sample_stays_small_and_still_knows_how_many_there_are() -> None:
    values = np.random.default_rng(1).integers(0, 2**64, 1_000_000, np.uint64, endpoint=False)
    parts = [sample_of(part) for part in np.array_split(np.concatenate([values, values]), 7)]
    found = sum(parts[1:], parts[0])
    assert len(found.hashes) == MOST
    assert found.total == 2_000_000
    assert 0.98e6 < found.distinct < 1.02e6
    assert 0.98e6 < found.pairs / found.share < 1.02e6
