"""Every weakness is found in each of its disguises, and none of its safe twins is told."""

from __future__ import annotations

from itertools import groupby

import pytest

from gatekeeper.scan.flow.analysis import analyse
from gatekeeper.scan.scanners.flow_worker import told
from tests.scan.flow.twins import SINKS, Case, cases

CASES = {name: list(found) for name, found in groupby(cases(), lambda case: case.category)}


def flagged(case: Case, spec, catalog) -> bool:
    analysis = analyse(case.code, spec)
    assert not analysis.incomplete, case.name
    rules = [hit["rule"] for hit in told(analysis, spec)["hits"]]
    return any(case.cwe in catalog[rule].cwe for rule in rules)


@pytest.mark.parametrize("category", [name for name, _ in SINKS])
def test_bad_cases_are_found_and_safe_twins_are_not(category, spec, catalog):
    wrong = [case.name for case in CASES[category] if flagged(case, spec, catalog) != case.bad]
    assert wrong == []


@pytest.mark.parametrize("category", [name for name, _ in SINKS])
def test_there_are_bad_cases_and_safe_ones(category):
    bad = sum(case.bad for case in CASES[category])
    assert min(bad, len(CASES[category]) - bad) >= 10


def test_no_bad_call_is_cleared(spec):
    """What the last lines of a bad case hold is never proven harmless for its weakness."""
    for case in (case for found in CASES.values() for case in found if case.bad):
        analysis = analyse(case.code, spec)
        found = {(f.line, spec.weaknesses[f.weakness].cwe) for f in analysis.found}
        cleared = [
            clear
            for clear in analysis.cleared
            if clear.weakness != "*"
            and any(line == clear.line for line, cwe in found if case.cwe in cwe)
            and case.cwe in spec.weaknesses[clear.weakness].cwe
        ]
        assert not cleared, case.name
