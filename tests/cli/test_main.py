"""The command line: exit codes, refusals without tracebacks, and a light `--help`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from gatekeeper.cli import main
from tests.test_git import sh

HEAVY = {
    "github",
    "semgrep",
    "bandit",
    "pip_audit",
    "pyarrow",
    "ldclient",
    "sqlalchemy",
    "pydantic",
    "yaml",
    "requests",
    "numpy",
    "gatekeeper.wiring",
    "gatekeeper.core",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    sh(root, "init")
    (root / "app.py").write_text("print(1)\n")
    sh(root, "add", ".")
    sh(root, "commit", "-m", "first")
    return root


def refused(capsys: pytest.CaptureFixture[str], code: int, *arguments: object) -> str:
    """Run, expect this exit code and no traceback, return what was said."""
    assert main.run([str(argument) for argument in arguments]) == code
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "PASS" not in said.out
    return " ".join((said.out + said.err).split())


def test_help_imports_nothing_heavy() -> None:
    probe = (
        "import sys; from gatekeeper.cli import main; code = main.run(['--help']);"
        "print(code, ' '.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    code, *loaded = done.stderr.split()
    assert code == "0"
    assert not HEAVY & set(loaded)
    for name, (_, summary) in main.COMMANDS.items():
        assert name in done.stdout
        assert summary.split()[0] in done.stdout


@pytest.mark.parametrize("name", list(main.COMMANDS))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([name, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_wrong_usage_is_exit_2(capsys: pytest.CaptureFixture[str], repo: Path) -> None:
    assert "did you mean `check`" in refused(capsys, 2, "chekc")
    assert "No such option" in refused(capsys, 2, "check", "--no-such-option")
    assert "is no folder" in refused(capsys, 2, "check", repo / "nowhere")
    assert "did you mean `code`" in refused(capsys, 2, "check", repo, "--gate", "cod")
    assert "no stage `ship`" in refused(capsys, 2, "check", repo, "--stage", "ship")
    both = refused(capsys, 2, "check", repo, "--stage", "merge", "--gate", "code")
    assert "different things" in both
    assert "unknown rule" in refused(capsys, 2, "explain", "no-such-rule")
    assert "no schema" in refused(capsys, 2, "schema", "evidence.cod")
    assert "unknown gate" in refused(capsys, 2, "rules", "--gate", "cod")


@pytest.mark.parametrize(
    "option",
    ["--stage", "--gate", "--environment", "--feature", "--policy", "--evidence", "--record"],
)
def test_an_empty_value_is_a_mistake_and_not_the_default(
    option: str, capsys: pytest.CaptureFixture[str], repo: Path
) -> None:
    """`--stage "$STAGE"` with nothing in it must not run the weaker stage."""
    assert "must not be empty" in refused(capsys, 2, "check", repo, option, "")


def gatekeeper(*arguments: object, **how: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gatekeeper.cli.main", *map(str, arguments)]
    return subprocess.Popen(command, **how)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_changes_no_exit_code(closed: str, repo: Path) -> None:
    words = f"{sys.executable} -m gatekeeper.cli.main check {repo} --gate review {closed}"
    done = subprocess.run(["sh", "-c", words], capture_output=True, text=True)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_output_that_cannot_be_written_is_no_pass(repo: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with full.open("w") as device:
        done = gatekeeper("rules", "--format", "json", stdout=device, stderr=subprocess.PIPE)
        said = done.communicate()[1].decode()
    assert done.returncode == 3
    assert "Traceback" not in said


def test_a_reader_that_goes_away_has_seen_no_verdict(repo: Path) -> None:
    words = f"{sys.executable} -m gatekeeper.cli.main rules --format json | head -c 10; exit 0"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", words], capture_output=True, text=True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGTERM, main.TERMINATED), (signal.SIGINT, main.INTERRUPTED)]
)
def test_a_signal_ends_the_tools_too(sent: signal.Signals, code: int, repo: Path) -> None:
    done = gatekeeper(
        "check", repo, "--gate", "code", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    children: set[int] = set()
    while not children and done.poll() is None:
        children = {child.pid for child in psutil.Process(done.pid).children(recursive=True)}
        time.sleep(0.05)
    done.send_signal(sent)
    out, said = done.communicate(timeout=60)
    assert done.returncode == code
    assert not out
    assert b"Traceback" not in said
    running = [psutil.Process(pid) for pid in children if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(running, timeout=30)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_missing_or_broken_policy_is_exit_2(
    capsys: pytest.CaptureFixture[str], repo: Path
) -> None:
    gone = refused(capsys, 2, "check", repo, "--policy", repo / "none.yml")
    assert "there is no policy at" in gone
    (repo / "gatekeeper.yml").write_text("version: 1\nstages: {merge: [cod]}\ngaets: {}\n")
    said = refused(capsys, 2, "check", repo)
    assert "gatekeeper.yml:2:18: unknown gate `cod`; did you mean `code`?" in said
    assert "gatekeeper.yml:3:1: unknown key `gaets`; did you mean `gates`?" in said
    assert main.run(["check", str(repo)]) == 2
    lines = capsys.readouterr().err.splitlines()
    place = repo / "gatekeeper.yml"
    assert [line.partition(": ")[0] for line in lines] == [
        f"{place}:2:18",
        f"{place}:3:1",
        "gatekeeper",
        "next",
    ]
    (repo / "gatekeeper.yml").write_bytes(b"version: 1\n# \xff\n")
    assert "gatekeeper.yml:2:1: not UTF-8 text" in refused(capsys, 2, "check", repo)
    (repo / "gatekeeper.yml").write_text("version: 1\nstages: {merge: []}\n")
    assert "would judge nothing" in refused(capsys, 2, "check", repo)
    (repo / "gatekeeper.yml").unlink()
    (repo / "gatekeeper.yml").symlink_to(repo / "nowhere.yml")
    assert "there is no policy at" in refused(capsys, 2, "check", repo)
    (repo / "gatekeeper.yml").unlink()
    (repo / "gatekeeper.yml").mkdir()
    assert "cannot be read" in refused(capsys, 2, "check", repo)


def test_an_unset_variable_is_a_policy_error(
    capsys: pytest.CaptureFixture[str], repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STAGING_DATABASE_URL", raising=False)
    (repo / "gatekeeper.yml").write_text(
        "version: 1\nstages: {merge: [staging]}\ngates:\n  staging:\n    environments:\n"
        '      staging: {stores: [{url: "${STAGING_DATABASE_URL}"}]}\n'
    )
    said = refused(capsys, 2, "check", repo)
    assert "gatekeeper.yml:6:" in said
    assert "`${STAGING_DATABASE_URL}`: this environment variable is not set" in said


def test_repositories_in_a_bad_state_never_pass(
    capsys: pytest.CaptureFixture[str], repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "nothing was checked" in refused(capsys, 3, "check", empty, "--gate", "code")
    sh(empty, "init")
    assert "no commit yet" in refused(capsys, 3, "check", empty)
    assert "not a git repository" in refused(capsys, 2, "check", tmp_path, "--pr", 1)
    assert "GITHUB_TOKEN" in refused(capsys, 4, "check", repo, "--pr", 1)
    (repo / ".git" / "HEAD").write_text("garbage")
    assert "cannot read this repository" in refused(capsys, 3, "check", repo)


def test_review_alone_without_a_pull_request_is_no_pass(
    capsys: pytest.CaptureFixture[str], repo: Path
) -> None:
    assert "--pr" in refused(capsys, 3, "check", repo, "--gate", "review")


def test_a_crash_is_exit_3_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, repo: Path
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("boom [bold]")

    monkeypatch.setattr("gatekeeper.wiring.subjects.resolve", crash)
    said = refused(capsys, 3, "check", repo)
    assert "ZeroDivisionError: boom [bold]" in said


def test_control_characters_in_a_refusal_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = refused(capsys, 2, "explain", "\x1b[31mred\u202e")
    assert "\x1b[31m" not in said
    assert "\u202e" not in said


def test_a_bundle_that_is_none_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "is no folder" in refused(capsys, 2, "replay", tmp_path / "none")
    assert "manifest.json cannot be read" in refused(capsys, 3, "replay", tmp_path)


def test_the_catalog_and_the_schemas_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["rules", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) > 20
    for rule in listed[:3]:
        assert main.run(["explain", rule["id"]]) == 0
        assert rule["title"] in " ".join(capsys.readouterr().out.split())
    for name in ("policy", "report", "evidence.code"):
        assert main.run(["schema", name]) == 0
        assert json.loads(capsys.readouterr().out)["type"] == "object"


def test_an_output_file_that_cannot_be_written_is_said(
    capsys: pytest.CaptureFixture[str], repo: Path
) -> None:
    where = repo / "no" / "such" / "folder.json"
    said = refused(capsys, 2, "check", repo, "--gate", "review", "--output", where)
    assert "cannot write" in said
