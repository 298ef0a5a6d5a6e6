"""A repository made to fool or kill the scanners changes nothing but to an error or a finding."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.catalog import Catalog
from gatekeeper.core.gate import Context
from gatekeeper.core.model import GateResult, PolicySource, Subject, Verdict
from gatekeeper.core.pipeline import Outcome, conclude, report
from gatekeeper.reports.interface import Options
from gatekeeper.reports.registry import FORMATS
from gatekeeper.scan.gate import CODE
from tests.conftest import NOW, RequestFactory

WEAK = "import subprocess\n\n\ndef ping(host):\n    subprocess.run('ping ' + host, shell=True)\n"
STOP = "raise SystemExit('a file of the scanned tree was run')\n"
TOUCH = "import pathlib\npathlib.Path(__file__).with_name('WAS-RUN').touch()\n"
SWITCHES = {
    ".semgrepignore": "*\n",
    ".semgrep.yml": "rules: []\n",
    "semgrep.yml": "rules: []\n",
    ".semgrep/rules.yml": "rules: []\n",
    ".bandit": "[bandit]\nexclude: /\nskips: B602\n",
    "bandit.yaml": "skips: [B602]\nexclude_dirs: ['.']\n",
    "setup.cfg": "[bandit]\nskips: B602\n",
    "tox.ini": "[bandit]\nskips: B602\n",
    "pyproject.toml": (
        "[tool.bandit]\nskips = ['B602']\nexclude_dirs = ['.']\n"
        "[project]\nname = 'x'\nversion = '1'\n"
        "[project.entry-points.'bandit.plugins']\nblind = 'blind:test'\n"
    ),
    ".gitattributes": "* export-ignore -diff binary linguist-generated\n",
    ".gitignore": "*\n",
    ".gatekeeper/baseline.json": '{"version": 1, "findings": []}\n',
    "blind.egg-info/entry_points.txt": "[bandit.plugins]\nblind = blind:test\n",
    "sitecustomize.py": TOUCH,
    "usercustomize.py": TOUCH,
    "conftest.py": TOUCH,
    "blind.py": TOUCH,
    "json.py": TOUCH,
    "ast.py": TOUCH,
    "bandit.py": TOUCH,
    "semgrep.py": TOUCH,
    "yaml/__init__.py": TOUCH,
    "gatekeeper/__init__.py": TOUCH,
}
BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
)


def switches(root: Path) -> None:
    for name, text in SWITCHES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    marks = "  # nosec  # nosemgrep  # noqa  # type: ignore\n"
    text = "# nosemgrep\n# bandit: skip-file\n# @generated\n# flake8: noqa\n"
    (root / "weak.py").write_text(text + WEAK.replace("\n", marks))


def odd_names(root: Path) -> None:
    for name in ("--config=x.py", "-rf.py", "a\x1b[2Jb.py", "::error::b.py", "a\nb.py", "é ☃.py"):
        (root / name).write_text(WEAK)
    (root / "weak.py").write_text(WEAK.replace("'ping '", "'\x1b]0;::set-output name=a::b\x07'"))


def test_folder(root: Path) -> None:
    (root / "weak.py").unlink()
    for name in (
        "tests",
        "node_modules",
        "vendor",
        "migrations",
        ".hidden",
        "build",
        "site-packages",
    ):
        (root / name).mkdir()
        (root / name / "weak.py").write_text(WEAK)


def ignored_by_git(root: Path) -> None:
    subprocess.run(["git", "init", "--quiet", root], check=True)
    (root / ".gitignore").write_text("*\n")
    subprocess.run(["git", "-C", root, "add", "--force", "weak.py"], check=True)
    subprocess.run(["git", "-C", root, "update-index", "--skip-worktree", "weak.py"], check=True)


def data_bombs(root: Path) -> None:
    (root / "bomb.yml").write_text(BOMB)
    (root / "bomb.xml").write_text("<!DOCTYPE x [<!ENTITY a 'x'>" + "<!ENTITY b '&a;'>" * 999)
    (root / "deep.json").write_text("[" * 200_000)
    (root / "large.csv").write_bytes(b"x" * 20_000_000)
    (root / "slow.py").write_text(f"x = '{'a' * 9_000}!'\ny = '{' ' * 50_000}'\n")
    (root / "loop").symlink_to("loop")
    (root / "up").symlink_to(".")


def wide(root: Path) -> None:
    names = "".join(f"x{number} = {number}\n" for number in range(4_000))
    (root / "wide.py").write_text(names)
    (root / "line.py").write_text(f"x = {'1 + ' * 300}1\n")


def deep_brackets(root: Path) -> None:
    (root / "deep.py").write_text("(" * 50_000 + ")" * 50_000)


def deep_blocks(root: Path) -> None:
    (root / "deep.py").write_text(
        "".join(" " * n + "if x:\n" for n in range(300)) + " " * 300 + "y"
    )


def long_sum(root: Path) -> None:
    (root / "sum.py").write_text("x = " + "1 + " * 1_200 + "1\n")


def deep_lists(root: Path) -> None:
    (root / "deep.js").write_text("x = " + "[" * 30_000 + "]" * 30_000)


def huge(root: Path) -> None:
    (root / "huge.py").write_bytes(b"# x\n" * 3_000_000)


def binary(root: Path) -> None:
    (root / "binary.py").write_bytes(bytes(range(256)) * 99)


def zeros(root: Path) -> None:
    (root / "zeros.py").write_bytes(b"import os\n\0os.system('x')\n")


def wide_text(root: Path) -> None:
    (root / "wide.js").write_bytes("eval(location.hash)\n".encode("utf-16"))


def latin(root: Path) -> None:
    (root / "latin.py").write_bytes(b"x = '\xe9'\n")


def hidden_code(root: Path) -> None:
    (root / "hidden.py").write_bytes(b"# coding: utf-7\n+AGU-val(input())\n")


def leaving_link(root: Path) -> None:
    (root / "out.py").symlink_to("/etc/hostname")


def pipe(root: Path) -> None:
    os.mkfifo(root / "pipe.py")


def odd_bytes(root: Path) -> None:
    (root / os.fsdecode(b"\xff.py")).write_text(WEAK)


def other_git(root: Path) -> None:
    (root / ".git").write_text("gitdir: /tmp/elsewhere\n")


def nested_repository(root: Path) -> None:
    subprocess.run(["git", "init", "--quiet", root], check=True)
    (root / "inner").mkdir()
    (root / "inner" / "weak.py").write_text(WEAK)
    subprocess.run(["git", "init", "--quiet", root / "inner"], check=True)


Build = Callable[[Path], None]
FOUND: tuple[Build, ...] = (
    switches,
    odd_names,
    test_folder,
    ignored_by_git,
    data_bombs,
    wide,
)
LOST: tuple[Build, ...] = (
    deep_brackets,
    deep_blocks,
    long_sum,
    huge,
    binary,
    zeros,
    latin,
    hidden_code,
    leaving_link,
    pipe,
    odd_bytes,
    other_git,
    nested_repository,
)
test_folder.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def look(
    tmp_path: Path, request_for: RequestFactory, context: Context
) -> Callable[..., GateResult]:
    def run(build: Build, weak: str) -> GateResult:
        root = tmp_path / "tree"
        root.mkdir()
        (root / "weak.py").write_text(weak)
        build(root)
        request = replace(request_for(CODE, root, deadline=240), cache_key=b"k" * 32)
        from gatekeeper.evidence.attempts import attempt_all

        def work() -> Any:
            return CODE.judge(CODE.collect(request), request.settings, context)

        judged = attempt_all({"code": work}, 280, str)["code"].value
        assert not [*tmp_path.rglob("WAS-RUN")]
        return conclude(Outcome("code", 0.0, judged), (), NOW)

    return run


@pytest.mark.parametrize("build", FOUND, ids=lambda build: build.__name__)
def test_the_weakness_is_found_all_the_same(
    look: Callable[..., GateResult], build: Build, catalog: Catalog
) -> None:
    result = look(build, WEAK)
    places = {finding.where.path for finding in result.findings if finding.blocking}
    assert {Path(path or "").name for path in places} >= {"weak.py"}
    assert result.verdict in {Verdict.FAIL, Verdict.ERROR}
    _require_clean_output(result, catalog)


@pytest.mark.parametrize("build", LOST, ids=lambda build: build.__name__)
def test_what_cannot_be_looked_at_is_an_error_that_names_it(
    look: Callable[..., GateResult], build: Build, catalog: Catalog
) -> None:
    result = look(build, "PRICE = 3\n")
    assert result.verdict is Verdict.ERROR
    assert all(failure.next_step for failure in result.failures)
    _require_clean_output(result, catalog)


def _require_clean_output(result: GateResult, catalog: Catalog) -> None:
    """No format lets a name or a line of code speak to a terminal or to a workflow."""
    told = report(
        Subject("acme/shop", None),
        PolicySource("built-in", None, "sha256:0"),
        [Outcome("code", 0.0, _judgement(result))],
        (),
        NOW,
    )
    for form in FORMATS.values():
        text = form.render(told, Options(catalog))
        assert not {"\x1b", "\x07", "\r"} & set(text)
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def _judgement(result: GateResult) -> Any:
    from gatekeeper.core.model import Judgement

    return Judgement(result.checked, result.findings, result.failures)
