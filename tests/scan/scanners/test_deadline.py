"""A tool that runs out of time: what was finished is told, the rest is called unseen."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gatekeeper.core.model import Verdict
from gatekeeper.core.pipeline import Outcome, conclude
from gatekeeper.scan import processes, workers
from gatekeeper.scan.gate import CODE
from gatekeeper.scan.scanners import bandit, semgrep, semgrep_runs
from gatekeeper.scan.scanners.interface import Task
from tests.conftest import NOW

WEAK = "import subprocess\nsubprocess.run(input(), shell=True)\n"
SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def task(tmp_path, rules_dir):
    root = tmp_path / "tree"
    root.mkdir()
    for name in "abc":
        (root / f"{name}.py").write_text(WEAK)
    return Task(root, ("a.py", "b.py", "c.py"), rules_dir, tmp_path / "cache", time.monotonic() + 2)


def slow(first: str = "", reads: str = "") -> list[str]:
    """Return a tool that says something and then nothing any more."""
    said = f"import sys; sys.stdout.write({first!r}); sys.stdout.flush()"
    return [sys.executable, "-c", f"{reads}{said}; {SLEEP}"]


def test_a_slow_tool_is_ended_with_everything_it_started(tmp_path):
    note = tmp_path / "child"
    inner = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); "
    inner += f"open({str(note)!r}, 'w').write(str(p.pid)); print('half', flush=True); p.wait()"
    with pytest.raises(processes.OutOfTimeError) as caught:
        processes.run("slow", [sys.executable, "-c", inner], timeout=3)
    assert caught.value.output == b"half\n"
    assert not _runs(int(note.read_text()))


def _runs(pid: int) -> bool:
    """True for a living process; one that its new parent has yet to bury is dead."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
        return status.rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


def test_nothing_is_started_when_no_time_is_left(tmp_path):
    trace = tmp_path / "was-run"
    with pytest.raises(processes.OutOfTimeError):
        processes.run("touch", ["touch", str(trace)], timeout=0)
    assert not trace.exists()


def test_files_that_bandit_finished_count_and_the_others_are_unseen(task, monkeypatch):
    found = {"test": "B602", "line": 2, "column": 1, "end_line": 2, "severity": "HIGH"}
    found |= {"confidence": "HIGH", "message": "a shell"}
    line = json.dumps({"path": "a.py", "hits": [found]})
    said = line + '\n{"path": "b.py", "hi'
    code = f"import sys, time; sys.stdout.write({said!r}); sys.stdout.flush(); time.sleep(600)"
    monkeypatch.setattr(workers, "_program", lambda _: code)
    run = bandit.SCANNER.scan(task)
    assert run.scanned == ("a.py",)
    assert [hit.path for hit in run.hits] == ["a.py"]
    assert {item.path for item in run.failed} == {"b.py", "c.py"}
    assert {item.reason.split(" in ")[0] for item in run.failed} == {"it did not finish"}


def test_shares_that_semgrep_finished_count_and_the_others_are_unseen(task, monkeypatch):
    monkeypatch.setattr(semgrep, "_MOST", 1)
    real = processes.run

    def run(tool, command, **more):
        stuck = command[-1].endswith("b.py")
        return real(tool, slow() if stuck else command, **more)

    monkeypatch.setattr(processes, "run", run)
    patient = replace(task, deadline=time.monotonic() + 8)
    account = semgrep.SCANNER.scan(patient)
    assert account.scanned == ("a.py", "c.py")
    assert [item.path for item in account.failed] == ["b.py"]
    assert account.failed[0].reason.startswith("it did not finish")


@pytest.mark.parametrize("how", ["hangs", "crashes"])
def test_one_file_that_holds_semgrep_up_costs_no_other_file_its_look(task, monkeypatch, how):
    """Both front ends fail on any run that holds `b.py`, wherever in it."""
    monkeypatch.setattr(semgrep_runs, "_PATIENCE", 4.0)
    real = processes.run

    def run(tool, command, **more):
        if not any(part.endswith("b.py") for part in command):
            return real(tool, command, **more)
        return real(tool, slow(), **more) if how == "hangs" else processes.Completed(-11, b"", "")

    monkeypatch.setattr(processes, "run", run)
    account = semgrep.SCANNER.scan(replace(task, deadline=time.monotonic() + 120))
    assert account.scanned == ("a.py", "c.py")
    ((path, reason),) = [(item.path, item.reason) for item in account.failed]
    assert path == "b.py"
    assert reason == {"hangs": "took too long", "crashes": "it crashed on this file"}[how]


def test_what_the_other_scanner_found_stands_beside_the_failure(
    task, monkeypatch, request_for, context
):
    monkeypatch.setattr(semgrep_runs, "_program", slow)
    request = request_for(CODE, task.root, deadline=6.0)
    judgement = CODE.judge(CODE.collect(request), request.settings, context)
    result = conclude(Outcome("code", 0.0, judgement), (), NOW)
    assert result.verdict is Verdict.ERROR
    assert "3 files not seen by semgrep: it did not finish" in result.reason
    assert "more time" in result.next_steps[0]
    assert {finding.rule for finding in result.findings} >= {"bandit-B602"}
    assert [line for line in result.checked if "semgrep" in line] == []


def test_a_front_end_that_breaks_down_is_replaced_by_the_other(task, monkeypatch):
    real, asked = processes.run, []

    def run(tool, command, **more):
        fast = "--experimental" in command
        asked.append(fast)
        return processes.Completed(2, b"", "it broke") if fast else real(tool, command, **more)

    monkeypatch.setattr(processes, "run", run)
    patient = replace(task, deadline=time.monotonic() + 120)
    account = semgrep.SCANNER.scan(patient)
    assert (account.scanned, account.failed) == (task.paths, ())
    assert asked == [True, False]


def test_the_cores_are_those_that_this_process_may_use():
    assert 1 <= processes.cores() <= (os.cpu_count() or 1)
