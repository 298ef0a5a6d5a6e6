"""Every format's look, held in files: `UPDATE_GOLDEN=1 pytest tests/reports/test_golden.py`.

Read the difference before committing it: these files are what users see.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatekeeper.reports.interface import Options
from gatekeeper.reports.registry import FORMATS
from tests.reports.samples import CATALOG, EVERY

GOLDEN = Path(__file__).parent / "golden"
LOOKS = {
    "txt": ("text", Options(CATALOG)),
    "narrow.txt": ("text", Options(CATALOG, width=60)),
    "color.txt": ("text", Options(CATALOG, color=True)),
    **{FORMATS[name].suffix: (name, Options(CATALOG)) for name in FORMATS if name != "text"},
}
CASES = [
    (sample, suffix)
    for sample in EVERY
    for suffix in LOOKS
    if sample in {"blocked", "passed"} or suffix in {"txt", "md"}
]


@pytest.mark.parametrize(("sample", "suffix"), CASES)
def test_a_report_looks_as_it_did(sample: str, suffix: str) -> None:
    name, options = LOOKS[suffix]
    shown = FORMATS[name].render(EVERY[sample], options)
    file = GOLDEN / f"{sample}.{suffix}"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{sample}.{suffix}" for sample, suffix in CASES}
    assert {file.name for file in GOLDEN.iterdir()} == expected
