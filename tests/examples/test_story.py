"""README's story is true: its commands run, and each gate says what the table says."""

from __future__ import annotations

import itertools
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.examples.conftest import EXAMPLE

ROOT = EXAMPLE.parents[1]
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()
]
# these two run until their time is over, and change what the others look at
MOVING = [c for c in COMMANDS if "traffic.py" in c or "feature watch" in c]
GATEKEEPER = Path(sys.executable).with_name("gatekeeper")


def run(command: str, target: Path, *more: str) -> subprocess.CompletedProcess[str]:
    places = {
        "python": sys.executable,
        "scripts/gatekeeper": str(GATEKEEPER),
        "examples/storefront/build.py": str(EXAMPLE / "build.py"),
        "examples/storefront/traffic.py": str(EXAMPLE / "traffic.py"),
    }
    words = [places.get(word, word) for word in shlex.split(command)]
    words = [re.sub(r"^\.demo", str(target), word) for word in words]
    return subprocess.run([*words, *more], cwd=target, capture_output=True, text=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("demo")
    done = run(COMMANDS[0], target)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def report(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    bundle = tmp_path_factory.mktemp("bundle") / "bundle"
    done = run(COMMANDS[1], demo, "--record", str(bundle))
    assert done.returncode == 1, done.stderr
    assert "WHAT TO DO NEXT" in done.stdout
    return json.loads((bundle / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gates(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {result["gate"]: result for result in report["results"]}


def blocking(gate: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in gate["findings"] if finding["blocking"]]


def test_the_first_two_commands_build_and_judge() -> None:
    assert COMMANDS[0] == "python examples/storefront/build.py .demo"
    assert COMMANDS[1].startswith("scripts/gatekeeper check .demo/shop-repo --stage release")


@pytest.mark.parametrize("command", [c for c in COMMANDS[2:] if c not in MOVING])
def test_the_other_commands_answer(command: str, demo: Path) -> None:
    done = run(command, demo)
    assert done.returncode in {0, 1}, done.stderr
    assert done.stdout


def test_the_commands_that_move_a_feature_answer(demo: Path, tmp_path: Path) -> None:
    """On a copy, and for a few seconds in place of a minute."""
    shutil.copytree(demo, tmp_path / "copy", symlinks=True)
    for command in MOVING:
        short = re.sub(r"--seconds \d+", "--seconds 2", command)
        done = run(re.sub(r"--times \d+", "--times 1", short), tmp_path / "copy")
        assert done.returncode == 0, done.stderr
        assert "search-suggest" in done.stdout or "visitors" in done.stdout
    assert len(MOVING) == 2


def test_the_verdicts_are_those_of_the_table(gates: dict[str, dict[str, Any]]) -> None:
    table = dict(re.findall(r"^\| (\w+) \| (PASS|FAIL|ERROR|PENDING) \|", README, re.M))
    assert {name: result["verdict"] for name, result in gates.items()} == table


def test_the_stale_approval_is_told(gates: dict[str, dict[str, Any]]) -> None:
    assert "review-approval-stale" in {finding["rule"] for finding in gates["review"]["findings"]}
    assert "dana" in json.dumps(gates["review"])


def test_the_injection_that_was_pushed_late_blocks(gates: dict[str, dict[str, Any]]) -> None:
    late = [f for f in blocking(gates["code"]) if f["where"]["path"] == "shop/suggest.py"]
    # where the statement is put together, and where a visitor's words in it are run
    assert {finding["cwe"][0] for finding in late} == {89}


def test_two_pins_block_and_say_what_to_raise_them_to(gates: dict[str, dict[str, Any]]) -> None:
    messages = " ".join(finding["message"] for finding in blocking(gates["dependencies"]))
    assert len(blocking(gates["dependencies"])) == 2
    assert "PYSEC-2023-62" in messages
    assert "PYSEC-2023-221" in messages
    assert "2.2.5" in messages


def test_28_leaked_customers_are_counted_and_none_is_quoted(
    report: dict[str, Any], gates: dict[str, dict[str, Any]]
) -> None:
    assert "28" in " ".join(finding["message"] for finding in gates["staging"]["findings"])
    shown = json.dumps(report)
    assert not re.search(r"[a-z.]+\d+@(moonharbour|nimbus|pixie)", shown)
    assert not re.search(r"4539\d{12}", shown)


def test_the_experiment_says_how_long_it_runs_and_what_general_release_takes(
    gates: dict[str, dict[str, Any]], demo: Path
) -> None:
    told = (
        r"search-suggest is Experimental at 5 % since 3d; may go general in 10d 23h after 1 more "
        r"stage, about 6\d\d more contexts and 2 more approvals"
    )
    assert re.fullmatch(told, gates["experimental"]["checked"][-1])
    command = COMMANDS[1].replace("--stage release", "--gate experimental")
    shown = run(command, demo).stdout
    found = " ".join(shown.split("WHAT WAS FOUND")[1].split())
    assert re.search(told, found)


def regions(kind: str) -> list[tuple[str, range]]:
    """Return the lines of every part of the shop that is marked `weak` or `safe`."""
    found = []
    for file in sorted((EXAMPLE / "shop").glob("*.py")):
        lines = file.read_text(encoding="utf-8").splitlines()
        marks = [n for n, line in enumerate(lines, 1) if re.match(r"# (weak|safe)", line)]
        for begin, end in itertools.pairwise([*marks, len(lines) + 1]):
            if lines[begin - 1].startswith(f"# {kind}"):
                found.append((f"shop/{file.name}", range(begin, end)))
    return found


def inside(finding: dict[str, Any], region: tuple[str, range]) -> bool:
    return finding["where"]["path"] == region[0] and finding["where"]["line"] in region[1]


def test_no_safe_twin_blocks(gates: dict[str, dict[str, Any]]) -> None:
    alarms = [
        (finding["rule"], finding["where"])
        for finding in blocking(gates["code"])
        for region in regions("safe")
        if inside(finding, region)
    ]
    assert alarms == []


def test_every_weakness_blocks(gates: dict[str, dict[str, Any]]) -> None:
    missed = [
        f"{path}:{lines.start}"
        for path, lines in regions("weak")
        if not any(inside(finding, (path, lines)) for finding in blocking(gates["code"]))
    ]
    assert missed == []
