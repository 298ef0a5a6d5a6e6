"""`gatekeeper feature`: what is printed, and the exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from gatekeeper.cli.main import run
from gatekeeper.experimental.service import FeatureService
from gatekeeper.experimental.settings import ExperimentalSettings

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DIGEST = "sha256:" + "1" * 64
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def feature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run `gatekeeper feature …` in a tree of its own, at a fixed time."""

    def service(path: Path, policy: Path | None) -> FeatureService:
        assert policy is None
        return FeatureService(ExperimentalSettings(), path, {}, lambda: NOW)

    wired = ModuleType("gatekeeper.wiring.features")
    wired.feature_service = service  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, wired.__name__, wired)

    def call(verb: str, *arguments: str) -> tuple[int, str]:
        code = run(["feature", verb, *arguments, "--path", str(tmp_path)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def start(feature: Run) -> None:
    assert feature("start", "dark-mode", "--actor", "alice")[0] == 0
    code, _ = feature("advance", "dark-mode", "--actor", "alice", "--artifact", DIGEST)
    assert code == 0


def test_an_empty_tree_lists_nothing_and_says_how_to_begin(feature: Run) -> None:
    code, said = feature("list")
    assert code == 0
    assert "gatekeeper feature start KEY" in said


def test_starting_writes_a_declaration_and_names_the_next_step(feature: Run) -> None:
    code, said = feature("start", "dark-mode", "--actor", "alice")
    assert code == 0
    assert "wrote features/dark-mode.yml" in said
    assert "dark-mode is Draft" in said
    assert "next: gatekeeper feature advance dark-mode" in said


def test_starting_says_what_git_has_to_leave_alone(feature: Run, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    _, said = feature("start", "dark-mode", "--actor", "alice")
    assert "name .gatekeeper/flags.db and .gatekeeper/ledger.db in .gitignore" in said
    (tmp_path / ".gitignore").write_text(".gatekeeper/\n")
    _, said = feature("start", "night-mode", "--actor", "alice")
    assert ".gitignore" not in said


def test_each_step_names_the_command_that_comes_next_and_what_was_recorded(feature: Run) -> None:
    steps = (
        (("start",), "feature advance dark-mode --artifact DIGEST"),
        (("advance", "--artifact", DIGEST), "feature sign-off dark-mode"),
        (("sign-off", "--actor", "quinn"), "feature advance dark-mode"),
        (("advance",), "feature approve dark-mode"),
        (("approve", "--actor", "bob"), "feature advance dark-mode"),
        (("advance",), "feature approve dark-mode · gatekeeper feature show dark-mode"),
        (("rollback",), "feature start dark-mode"),
    )
    said = ""
    for (verb, *options), following in steps:
        actor = [] if "--actor" in options else ["--actor", "alice"]
        code, now = feature(verb, "dark-mode", *options, *actor)
        assert code == 0
        assert f"next: gatekeeper {following}\n" in now
        said += now
    assert "dark-mode: signed-off sha256:111111111111 by quinn" in said
    assert "dark-mode: approved sha256:111111111111 for Experimental by bob" in said


def test_show_says_where_the_next_step_leads_and_what_was_done(feature: Run) -> None:
    start(feature)
    feature("sign-off", "dark-mode", "--actor", "quinn")
    feature("advance", "dark-mode", "--actor", "alice")
    feature("approve", "dark-mode", "--actor", "bob")
    _, said = feature("show", "dark-mode")
    assert "next: Experimental at 5 %, nothing stands in the way" in said
    assert "run: gatekeeper feature advance dark-mode\n" in said
    assert "approved EXPERIMENTAL by bob" in said
    assert "deployed sha256:111111111111 by alice" in said


def test_show_does_not_name_itself_as_what_comes_next(feature: Run) -> None:
    start(feature)
    feature("sign-off", "dark-mode", "--actor", "quinn")
    feature("advance", "dark-mode", "--actor", "alice")
    feature("approve", "dark-mode", "--actor", "bob")
    feature("advance", "dark-mode", "--actor", "alice")
    _, said = feature("show", "dark-mode")
    assert "run: gatekeeper feature approve dark-mode\n" in said
    assert "feature show" not in said


def test_a_plan_is_printed_with_each_write(feature: Run) -> None:
    feature("start", "dark-mode", "--actor", "alice")
    code, said = feature("advance", "dark-mode", "--actor", "alice", "--artifact", DIGEST)
    assert code == 0
    assert "plan  dark-mode in staging (version 0)" in said
    assert "does not exist → on at 100 %" in said
    assert "dark-mode is Staging" in said


def test_a_dry_run_says_so(feature: Run, tmp_path: Path) -> None:
    code, said = feature("start", "dark-mode", "--actor", "alice", "--dry-run")
    assert code == 0
    assert "would write features/dark-mode.yml" in said
    assert "nothing was written" in said
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_says_which_guard_why_and_what_to_do_and_exits_1(feature: Run) -> None:
    start(feature)
    code, said = feature("sign-off", "dark-mode", "--actor", "ALICE")
    assert code == 1
    assert "dark-mode: refused" in said
    assert "qa: QA has not signed off" in said
    assert "→ have somebody else test it" in said


def test_promoting_too_early_exits_1(feature: Run) -> None:
    start(feature)
    code, said = feature("promote", "dark-mode", "--actor", "alice")
    assert code == 1
    assert "it is Staging" in said


def test_show_tells_the_phase_the_next_step_and_the_history(feature: Run) -> None:
    start(feature)
    code, said = feature("show", "dark-mode")
    assert code == 0
    assert "dark-mode is Staging since 0s" in said
    assert "next: QA passed" in said
    assert "2026-11-23 12:00  moved STAGING by alice" in said


def test_list_has_a_line_for_each_feature(feature: Run) -> None:
    start(feature)
    code, said = feature("list")
    assert code == 0
    assert "dark-mode" in said
    assert "Staging" in said


def test_rollback_needs_nothing_but_the_key(feature: Run) -> None:
    start(feature)
    code, said = feature("rollback", "dark-mode")
    assert code == 0
    assert "on → off" in said
    assert "dark-mode is Rolled back" in said


def test_an_unknown_feature_is_a_usage_error_with_a_hint(feature: Run) -> None:
    start(feature)
    code, said = feature("show", "drak-mode")
    assert code == 2
    assert "did you mean `dark-mode`?" in said


def test_a_broken_declaration_exits_2_with_its_place(feature: Run, tmp_path: Path) -> None:
    start(feature)
    (tmp_path / "features" / "dark-mode.yml").write_text("kee: x\n")
    code, said = feature("promote", "dark-mode", "--actor", "alice")
    assert code == 2
    assert "features/dark-mode.yml:1:1: unknown key `kee`" in said


@pytest.mark.parametrize("key", ["../../etc/x", "Dark Mode", "a/b", ""])
def test_a_key_that_is_no_file_name_is_refused(feature: Run, tmp_path: Path, key: str) -> None:
    code, _ = feature("start", key, "--actor", "alice")
    assert code == 2
    assert not (tmp_path / "features").exists()


def test_a_key_that_names_no_feature_is_told_without_a_place(feature: Run) -> None:
    _, said = feature("start", "Dark Mode", "--actor", "alice")
    assert "`Dark Mode` names no feature" in said
    assert ":0:" not in said


def test_an_actor_that_is_given_empty_is_nobody_and_not_who_is_logged_in(
    feature: Run, tmp_path: Path
) -> None:
    code, said = feature("start", "dark-mode", "--actor", "")
    assert code == 2
    assert "the actor names nobody" in said
    assert not (tmp_path / "features").exists()


def test_an_unreadable_ledger_exits_3(feature: Run, tmp_path: Path) -> None:
    start(feature)
    for file in (tmp_path / ".gatekeeper").glob("ledger.db-*"):
        file.unlink()
    (tmp_path / ".gatekeeper" / "ledger.db").write_bytes(b"no ledger" * 999)
    code, said = feature("promote", "dark-mode", "--actor", "alice")
    assert code == 3
    assert "restore the ledger" in said


def test_help_says_that_an_actor_is_asserted(feature: Run) -> None:
    _, said = feature("approve", "--help")
    assert "asserted" in said


def test_the_list_for_a_changelog_and_for_programs(feature: Run) -> None:
    start(feature)
    code, said = feature("list", "--format", "markdown")
    assert code == 0
    assert "| `dark-mode` | Dark mode | Staging |  |" in said
    code, said = feature("list", "--format", "json")
    (found,) = json.loads(said)
    assert (found["key"], found["phase"], found["owner"]) == ("dark-mode", "STAGING", "alice")
    assert json.loads(feature("list", "--format", "json", "--experimental")[1]) == []


def test_a_title_cannot_break_out_of_the_table(feature: Run, tmp_path: Path) -> None:
    start(feature)
    path = tmp_path / "features" / "dark-mode.yml"
    text = path.read_text().replace("title: Dark mode", "title: 'a | b <img>'")
    path.write_text(text)
    assert r"| a \| b &lt;img> |" in feature("list", "--format", "markdown")[1]


def test_watching_looks_as_often_as_asked(feature: Run) -> None:
    start(feature)
    code, said = feature("watch", "--times", "2", "--interval", "0.1")
    assert code == 0
    assert "dark-mode is Staging" in said
    assert "staging: dark-mode on at 100 %" in said


def test_a_scheduled_step_says_what_stands_in_the_way_and_is_no_failure(feature: Run) -> None:
    start(feature)
    code, said = feature("advance", "--auto", "--actor", "bot")
    assert code == 0
    assert "dark-mode stays Staging" in said
    assert "QA has not signed off" in said


def test_advancing_needs_a_feature_or_all_of_them(feature: Run) -> None:
    assert feature("advance")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hold", "dark-mode", "--reason", "x"), "it is Staging, not Experimental"),
        (("resume", "dark-mode"), "it is Staging, not held"),
        (("extend", "dark-mode", "--until", "2027-01-01"), "it is Staging, not Experimental"),
    ],
)
def test_what_makes_no_sense_now_is_refused(
    feature: Run, arguments: tuple[str, ...], said: str
) -> None:
    start(feature)
    code, printed = feature(*arguments, "--actor", "bob")
    assert code == 1
    assert said in printed


def test_reconciling_says_when_ledger_and_flags_agree(feature: Run) -> None:
    start(feature)
    code, said = feature("reconcile", "dark-mode", "--actor", "alice")
    assert code == 0
    assert "ledger and flags agree" in said
