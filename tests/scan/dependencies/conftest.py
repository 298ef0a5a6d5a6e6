"""A tree with a folder of advisories, and what the gate says of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan.gate import DEPENDENCIES
from tests.conftest import NOW
from tests.scan.dependencies.test_collect import advisory

KEY = b"a key of thirty-two bytes or more"


@pytest.fixture
def request_for(request_for):
    """Requests with a key, as on a machine of somebody's own."""
    return lambda *args, **more: replace(request_for(*args, **more), cache_key=KEY)


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    (root / "advisories").mkdir(parents=True)
    (root / "advisories" / "demo.json").write_text(json.dumps(advisory("Flask")))
    return root


@pytest.fixture
def judged(request_for, context):
    """Collect, judge and conclude as the pipeline does."""

    def run(root, **settings):
        request = request_for(DEPENDENCIES, root, settings={"advisories": "advisories", **settings})
        judgement = DEPENDENCIES.judge(DEPENDENCIES.collect(request), request.settings, context)
        return conclude(Outcome("dependencies", 0.0, judgement), (), NOW)

    return run
