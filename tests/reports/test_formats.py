"""What holds for every format, whatever the report says."""

from __future__ import annotations

import importlib
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given

import gatekeeper.reports
from gatekeeper.core.model import Report
from gatekeeper.reports.interface import Options
from gatekeeper.reports.registry import FORMATS
from tests.reports.samples import BLOCKED, CATALOG, EVERY, HOSTILE
from tests.reports.strategies import reports

OPTIONS = Options(CATALOG)
_ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
every_format = pytest.mark.parametrize("name", FORMATS)


def acting(text: str) -> set[str]:
    """Return the characters that would act on a terminal, but the line ends."""
    return {char for char in text if unicodedata.category(char) in _ACTING and char != "\n"}


def test_the_contract_names_these_formats() -> None:
    assert set(FORMATS) == {"text", "json", "sarif", "markdown", "junit"}


def test_every_module_that_renders_is_registered() -> None:
    folder = Path(gatekeeper.reports.__file__).parent
    modules = [importlib.import_module(f"gatekeeper.reports.{f.stem}") for f in folder.glob("*.py")]
    renders = {module.render for module in modules if hasattr(module, "render")}
    assert renders == {format_.render for format_ in FORMATS.values()}
    assert all(format_.description and format_.suffix for format_ in FORMATS.values())


def test_listing_the_formats_loads_no_layout_library() -> None:
    listing = (
        "import sys, gatekeeper.reports.registry; print([m for m in sys.modules if 'rich' in m])"
    )
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@every_format
@pytest.mark.parametrize("sample", EVERY)
def test_the_same_report_always_has_the_same_bytes(name: str, sample: str) -> None:
    render = FORMATS[name].render
    assert render(EVERY[sample], OPTIONS).encode() == render(EVERY[sample], OPTIONS).encode()
    assert render(EVERY[sample], OPTIONS).endswith("\n")


@every_format
def test_nothing_in_a_hostile_report_acts_on_the_terminal(name: str) -> None:
    # markdown breaks mentions and links with zero-width spaces of its own
    assert acting(FORMATS[name].render(HOSTILE, OPTIONS)) <= {"\u200b"}


@every_format
def test_no_line_of_a_hostile_report_is_a_workflow_command(name: str) -> None:
    shown = FORMATS[name].render(HOSTILE, OPTIONS)
    assert not [line for line in shown.splitlines() if line.strip().startswith("::")]
    assert "##[" not in shown


@every_format
@given(report=reports)
def test_any_report_renders_to_harmless_utf8(name: str, report: Report) -> None:
    shown = FORMATS[name].render(report, OPTIONS)
    assert shown.encode()
    assert acting(shown) <= {"\u200b"}


@every_format
def test_every_format_shows_verdict_findings_and_waiver(name: str) -> None:
    shown = FORMATS[name].render(BLOCKED, OPTIONS)
    for expected in ("python-sql-injection", "shop/images.py", "never compared with a secret"):
        assert expected in shown
    assert "database disk image is malformed" in " ".join(shown.split())
