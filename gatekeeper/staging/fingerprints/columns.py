"""Which columns of production are kept: those whose values tell where they come from."""

from __future__ import annotations

from gatekeeper.staging.fingerprints.fingerprint import ColumnPrint
from gatekeeper.staging.fingerprints.tally import Run, Tally

_FEWEST = 20  # different values; fewer are a list to choose from
_MOSTLY = 0.9
_REPEATING = 0.02  # different values for each value
_FEWER = 1000
# numbers that fill more than a twentieth of their range are counted up
_DENSE = 20


def column_print(name: str, tally: Tally, run: Run) -> ColumnPrint:
    """Return what is known of a column; `run` is the tally's as a whole."""
    values = int(run.counts.sum())
    pairs = int((run.counts * (run.counts - 1)).sum()) // 2
    distinct = len(run.hashes)
    random = bool(values) and tally.random >= _MOSTLY * values
    return ColumnPrint(
        name, values, distinct, pairs, random, left_out=_left_out(tally, values, distinct)
    )


def _left_out(tally: Tally, values: int, distinct: int) -> str:
    if not values:
        return "no value in it says whose it is"
    if distinct < _FEWEST or (distinct < _FEWER and distinct < _REPEATING * values):
        return f"{distinct:,} different values in {values:,}: a list to choose from"
    if tally.numbers >= _MOSTLY * values and tally.high - tally.low < _DENSE * distinct:
        return "its numbers are counted up, so staging's would be the same"
    return ""
