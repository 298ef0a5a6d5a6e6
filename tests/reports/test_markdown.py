from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.core.model import Report, Verdict
from gatekeeper.reports.interface import Options
from gatekeeper.reports.markdown import fit, render
from tests.reports.samples import (
    BLOCKED,
    CATALOG,
    DEPENDENCIES,
    FAILED,
    HOSTILE,
    PASSED,
    report,
)
from tests.reports.strategies import reports
from tests.reports.test_escape import PARSER, flat


def lines(report: Report, max_bytes: int = 60_000) -> list[str]:
    return render(report, Options(CATALOG, max_bytes=max_bytes)).splitlines()


def test_verdict_next_steps_table_and_findings_come_in_this_order() -> None:
    heads = [line for line in lines(BLOCKED) if line.startswith(("#", "| |"))]
    assert heads[0].startswith("## 🚫 ERROR: ")
    assert heads[1] == "### What to do next"
    assert heads[2].startswith("| | gate |")
    assert heads[3:6] == ["### ❌ review", "### ❌ code", "### 🚫 staging"]


def test_every_gate_says_what_it_looked_at_those_with_findings_first() -> None:
    shown = lines(BLOCKED)
    heads = [line for line in shown if line.startswith("### ") and "do next" not in line]
    assert heads[3:] == ["### ✅ dependencies", "### ⏳ experimental", "### ⚠️ tests"]
    for result in BLOCKED.results:
        assert all(any(text in line for line in shown) for text in result.checked)


def test_a_skipped_gate_is_named_in_the_headline_of_a_pass_and_says_why() -> None:
    shown = lines(PASSED)
    assert shown[0] == "## ✅ PASS: this change may go on, but 1 gate was skipped: tests"
    assert "| ⚠️ | tests | SKIP | SKIPPED: no pull request in a local run |" in shown
    assert "**SKIPPED: no pull request in a local run**\\" in shown
    assert any(line.startswith("Next: Name the pull request") for line in shown)


def test_more_than_six_things_looked_at_are_counted() -> None:
    many = replace(DEPENDENCIES, checked=tuple(f"part {n}" for n in range(9)))
    shown = lines(report(Verdict.PASS, 0, many))
    assert "part 5\\" in shown
    assert "and 3 more in the full report" in shown
    assert "part 6\\" not in shown


def test_the_table_has_a_row_for_each_gate_the_worst_first() -> None:
    rows = [
        line.split(" | ")[1] for line in lines(BLOCKED) if line.startswith("| ") and line[2] != "|"
    ]
    assert rows == ["staging", "review", "code", "experimental", "dependencies", "tests"]


def test_a_pass_is_short() -> None:
    assert "What to do next" not in "\n".join(lines(PASSED))


@given(report=reports, room=st.integers(300, 4_000))
@settings(max_examples=50)
def test_it_never_takes_more_room_than_there_is(report: Report, room: int) -> None:
    assert len(render(report, Options(CATALOG, max_bytes=room)).encode()) <= room


@pytest.mark.parametrize("room", range(900, 6_000, 300))
def test_what_is_cut_is_cut_between_lines_and_counted(room: int) -> None:
    whole, cut = lines(BLOCKED), lines(BLOCKED, room)
    if cut == whole:
        return
    assert cut[-1].endswith("in the full report: `--format json`_")
    kept = [line for line in cut[:-1] if line]
    assert kept == [line for line in whole if line][: len(kept)]


def test_a_block_that_does_not_fit_is_left_out_whole() -> None:
    assert fit(["head", "a" * 30, "b" * 300], 150, "more") == f"head\n{'a' * 30}\n\n_1 more_\n"


def test_hostile_text_builds_no_html_link_or_image() -> None:
    tokens = flat(PARSER.parse("\n".join(lines(HOSTILE))))
    html = {token.content for token in tokens if token.type.startswith("html")}
    assert html <= {"<code>", "</code>", "<sub>", "</sub>"}
    assert not {"link_open", "image", "fence", "code_block"} & {token.type for token in tokens}


@given(reports)
@settings(max_examples=50)
def test_any_report_builds_only_what_is_meant(report: Report) -> None:
    tokens = flat(PARSER.parse("\n".join(lines(report))))
    assert not {"link_open", "image", "fence", "code_block"} & {token.type for token in tokens}
    rows = sum(token.type == "tr_open" for token in tokens)
    assert rows == 1 + len(report.results)


def test_the_fingerprint_is_there_to_copy() -> None:
    assert FAILED.results[0].findings[0].fingerprint in "\n".join(lines(FAILED))
