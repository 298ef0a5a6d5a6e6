from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from gatekeeper.core.model import Report
from gatekeeper.reports import text
from gatekeeper.reports.interface import Options
from tests.reports.samples import BLOCKED, CATALOG, EVERY, FAILED, HOSTILE, PASSED, WAITING
from tests.reports.strategies import reports


def render(report: Report, width: int = 100, *, color: bool = False) -> str:
    return text.render(report, Options(CATALOG, width=width, color=color))


@pytest.mark.parametrize("width", [40, 60, 100, 200])
@pytest.mark.parametrize("name", EVERY)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert max(cell_len(line) for line in render(EVERY[name], width).splitlines()) <= width


@given(report=reports, width=st.integers(40, 120))
@settings(max_examples=30)
def test_any_report_fits_any_width(report: Report, width: int) -> None:
    assert max(cell_len(line) for line in render(report, width).splitlines()) <= width


def test_verdict_and_reasons_stand_before_the_findings() -> None:
    shown = render(BLOCKED)
    order = ["ERROR", "WHY IT IS BLOCKED", "WHAT WAS FOUND", "WHAT TO DO NEXT"]
    positions = [shown.index(word) for word in order]
    assert positions == sorted(positions)
    assert len(shown[: positions[2]].splitlines()) <= 24


def test_it_ends_with_what_to_do_next_errors_first() -> None:
    after = render(BLOCKED).split("WHAT TO DO NEXT")[1]
    gates = [line.split()[1] for line in after.splitlines() if line.strip()[:1].isdigit()]
    assert gates == ["staging", "review", "code", "code", "experimental"]


def test_every_gate_says_what_it_looked_at_those_with_findings_first() -> None:
    found = render(BLOCKED).split("WHAT WAS FOUND")[1].split("ALSO WORTH KNOWING")[0]
    heads = [line.split()[-1] for line in found.splitlines() if line[1:2] in set("✔✘!…⚠")]
    assert heads == ["review", "code", "staging", "dependencies", "experimental", "tests"]
    for result in BLOCKED.results:
        assert all(text in found for text in result.checked)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_skipped_gate_is_not_overlooked(width: int) -> None:
    shown = " ".join(render(PASSED, width).replace("│", " ").split())
    assert "this change may go on, but 1 gate was skipped: tests" in shown
    assert shown.count("SKIPPED: no pull request in a local run") == 2
    assert "next: Name the pull request that brings this change" in shown


def test_a_skipped_gate_is_yellow_and_a_passed_one_green() -> None:
    shown = render(PASSED, color=True)
    assert "\x1b[33mSKIP" in shown
    assert "\x1b[33mSKIPPED: no pull request in a local run" in shown
    assert "\x1b[32mPASS" in shown


def test_many_places_of_one_rule_become_one_branch_with_ten_of_them() -> None:
    shown = render(BLOCKED)
    assert shown.count("SQL built from input") == 2  # the other one does not block
    assert "13 places" in shown
    assert "3 more places: see --format json" in shown


def test_a_finding_shows_its_whole_fingerprint() -> None:
    [finding] = FAILED.results[0].findings
    assert finding.fingerprint in render(FAILED)
    assert finding.fingerprint in render(FAILED, 60)


def test_a_waived_finding_shows_reason_approver_and_expiry() -> None:
    shown = " ".join(render(BLOCKED).split())
    assert "until 2027-01-31 by dana: a cache key, never compared with a secret" in shown


def test_markup_in_evidence_prints_literally() -> None:
    assert "[bold red]x[/]" in " ".join(render(HOSTILE).split())


def test_without_color_there_is_no_escape_sequence() -> None:
    assert "\x1b" not in render(BLOCKED)


def test_with_color_only_styles_are_set() -> None:
    shown = render(HOSTILE, color=True)
    sequences = [part for part in shown.split("\x1b")[1:] if not part.startswith("[")]
    assert sequences == []  # no hyperlink, title or other device command
    assert "\x1b[2J" not in shown


def test_color_changes_nothing_but_color() -> None:
    console = Console(file=StringIO(), width=100, force_terminal=False)
    text.show(BLOCKED, console)
    shown = console.file.getvalue()
    assert [line.rstrip() for line in shown.splitlines()] == render(BLOCKED).splitlines()


def test_a_terminal_without_unicode_gets_ascii_marks() -> None:
    class Latin(StringIO):
        encoding = "latin-1"

    console = Console(file=Latin(), width=100)
    text.show(BLOCKED, console)
    shown = console.file.getvalue()
    assert "x review" in shown
    assert "✘" not in shown
    assert "╭" not in shown


def test_a_pass_says_that_nothing_is_to_be_done() -> None:
    assert "Nothing: no gate stands in the way." in render(PASSED)
    assert "WHY IT MAY GO ON" in render(PASSED)


def test_waiting_is_not_called_blocked() -> None:
    assert "WHY IT HAS TO WAIT" in render(WAITING)


def test_an_empty_report_does_not_look_like_a_pass() -> None:
    shown = render(EVERY["empty"])
    assert "no gate ran" in shown
    assert "PASS" not in shown
