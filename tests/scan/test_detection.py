"""The shipped rules keep finding what they found: real fixes, and a sample of our own twins."""

from __future__ import annotations

import pytest

from gatekeeper.scan.gate import CODE
from tests.scan.detection import SVEN, Labelled, mean, scores, sven
from tests.scan.flow.twins import cases

EVERY = 12


def test_weaknesses_of_real_code_are_told_from_their_fixes(tmp_path, request_for):
    if not SVEN.is_file():
        pytest.skip(f"the corpus of real fixes is not beside this checkout: {SVEN.name}")
    root = tmp_path / "sven"
    root.mkdir()
    found = scores(sven(), root, request_for(CODE, root, deadline=600.0))
    assert mean(found) >= 0.35, {name: round(score.youden, 3) for name, score in found.items()}


def test_the_whole_gate_tells_bad_cases_from_their_twins(tmp_path, request_for):
    root = tmp_path / "twins"
    root.mkdir()
    sample = list({case.name: case for case in cases()}.values())[::EVERY]
    labelled = [Labelled(c.name, c.category, c.cwe, c.bad, c.code) for c in sample]
    found = scores(labelled, root, request_for(CODE, root, deadline=600.0))
    assert mean(found) >= 0.95, {name: round(score.youden, 3) for name, score in found.items()}
