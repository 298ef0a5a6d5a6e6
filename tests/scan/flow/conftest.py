"""What the tests of the data flow share."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from gatekeeper.scan.flow.analysis import Analysis, analyse
from gatekeeper.scan.flow.spec import Spec
from gatekeeper.scan.scanners.flow_worker import read


@pytest.fixture(scope="session")
def spec(rules_dir) -> Spec:
    return read(rules_dir)


@pytest.fixture
def followed(spec: Spec) -> Callable[[str], Analysis]:
    """Analyse a file that begins with a few imports."""

    def run(code: str) -> Analysis:
        return analyse("import os\nfrom flask import Flask, request\n" + dedent(code), spec)

    return run
