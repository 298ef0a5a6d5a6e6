"""Canonical bytes and fingerprints."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.digest import canonical, fingerprint

parts = st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 9) | st.none())


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": [1.0, "ü"]}) == canonical({"a": [1, "ü"], "b": 1})


@given(parts, parts)
def test_different_parts_give_different_fingerprints(one: list[object], two: list[object]) -> None:
    same = fingerprint(*one) == fingerprint(*two)  # type: ignore[arg-type]
    assert same == (one == two)


def test_parts_do_not_run_together() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
