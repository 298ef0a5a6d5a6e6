"""Real scanners on small trees: what they see, say, and do not let the tree tell them."""

from __future__ import annotations

import json
import time

import pytest

from gatekeeper.core.errors import ToolError
from gatekeeper.scan import processes, workers
from gatekeeper.scan.code.coverage import unseen
from gatekeeper.scan.encodings import misread
from gatekeeper.scan.interpreters import OWN
from gatekeeper.scan.scanners import SCANNERS, bandit, load, pip_audit, semgrep, semgrep_runs
from gatekeeper.scan.scanners.interface import Contexts, SourceFile, Task, in_words
from gatekeeper.scan.scanners.semgrep_rules import bundle, compiled

WEAK = """\
import subprocess

import requests


def call(command):
    subprocess.run(command, shell=True)  # nosec  # nosemgrep
    requests.get("https://example.com", verify=False, timeout=5)  # nosec  # nosemgrep
"""
HOSTILE = {
    "weak.py": WEAK,
    "tests/test_weak.py": WEAK,
    "node_modules/weak.py": WEAK,
    "-weak.py": WEAK,
    "a b.py": WEAK,
    "script.pyw": WEAK,
    "UPPER.PY": WEAK,
    "run": "#!/usr/bin/env python3\n" + WEAK,
    "large.py": WEAK + "# filler\n" * 150_000,
    ".semgrepignore": "*.py\nrun\n",
    ".gitignore": "*.py\n",
    ".bandit": "[bandit]\nexclude: /\nskips: B602,B501\n",
    "setup.cfg": "[bandit]\nskips: B602,B501\n",
    "pyproject.toml": '[tool.bandit]\nskips = ["B602", "B501"]\nexclude_dirs = ["."]\n',
    "bandit.yaml": "skips: [B602, B501]\n",
    ".semgrep/settings.yml": "anonymous_user_id: x\n",
    "json.py": "raise SystemExit('imported from the scanned tree')\n",
    "bandit.py": "raise SystemExit('imported from the scanned tree')\n",
    "sitecustomize.py": "raise SystemExit('imported from the scanned tree')\n",
}
WEAK_FILES = {"weak.py", "tests/test_weak.py", "node_modules/weak.py", "-weak.py", "a b.py"}
WEAK_FILES |= {"run", "large.py", "script.pyw", "UPPER.PY"}
UNPARSABLE = "session.verify = False\n\nclass (:\n    pass\n"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("hostile").resolve()
    for name, text in HOSTILE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "broken.py").write_text(UNPARSABLE)
    (root / "latin.py").write_bytes(b"x = '\xe9'\n")
    (root / "returns.py").write_bytes(b"import os\n# a comment\ros.system('x')\n")
    (root / "hidden.py").write_bytes(b"# coding: utf-7\nimport os\n+AG8-s.system('x')\n")
    return root


@pytest.fixture(scope="module", params=sorted(SCANNERS))
def run(request, tree, tmp_path_factory, rules_dir):
    paths = sorted(
        path.relative_to(tree).as_posix()
        for path in tree.rglob("*")
        if path.suffix.lower() in {".py", ".pyw"} or path.name == "run"
    )
    cache = tmp_path_factory.mktemp("cache")
    task = Task(tree, tuple(paths), rules_dir, cache, time.monotonic() + 200)
    return load(request.param).scan(task)


def test_nothing_in_the_tree_switches_a_scanner_off(run):
    found = {hit.path for hit in run.hits if hit.line in {7, 8, 9}}
    assert found >= WEAK_FILES - {"run"}  # whose first line moves the others down
    assert "run" in {hit.path for hit in run.hits}


def test_every_file_is_seen_or_accounted_for(run):
    assert set(run.wanted) == set(run.scanned) | {item.path for item in run.failed}
    assert [item for item in unseen(run) if "does not say why" in item.reason] == []


def test_an_unparsable_file_is_told_with_its_line(run):
    (told,) = [item for item in run.failed if item.path == "broken.py"]
    assert told.reason.startswith("could not be parsed")
    assert told.line is not None


def test_code_in_an_encoding_that_hides_it_is_not_called_seen(run):
    if run.scanner == "semgrep":
        (told,) = [item for item in run.failed if item.path == "hidden.py"]
        assert "utf-7" in told.reason
    else:  # Python itself decodes it for the others
        assert "hidden.py" in {told.path for told in (*run.hits, *run.cleared)}


def test_a_comment_that_ends_with_a_lone_carriage_return_hides_nothing(run):
    if run.scanner == "semgrep":
        (told,) = [item for item in run.failed if item.path == "returns.py"]
        assert "carriage return" in told.reason
    else:
        assert "returns.py" in {told.path for told in (*run.hits, *run.cleared)}


def test_rule_ids_are_those_of_the_catalog(run, catalog):
    assert {hit.rule for hit in run.hits} <= set(catalog.rules)


def test_all_scanners_want_python_and_nothing_else():
    for name in SCANNERS:
        assert load(name).name == name
        assert load(name).wants(SourceFile("a.py", "python"))
        assert not load(name).wants(SourceFile("a.rb", "ruby"))


def test_a_password_in_the_source_is_not_repeated_by_bandit(tmp_path, rules_dir):
    (tmp_path / "a.py").write_text("password = 'hunter2-horse'\n")
    task = Task(tmp_path, ("a.py",), rules_dir, tmp_path / "cache", time.monotonic() + 60)
    (hit,) = bandit.SCANNER.scan(task).hits
    assert hit.rule == "bandit-B105"
    assert "hunter2" not in hit.message


KILLERS = {
    "kills": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "exits": "import os; os._exit(3)",
    "hangs": "import time; time.sleep(600)",
}
REASONS = {"kills": "it crashed", "exits": "it crashed", "hangs": "took too long"}


@pytest.mark.parametrize("kind", sorted(KILLERS))
def test_a_file_that_takes_the_worker_down_is_lost_alone(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(workers, "_PATIENCE", 5)
    for name in "abcd":
        (tmp_path / f"{name}.py").write_text(WEAK)
    deadly = f"{{'b.py': lambda: exec({KILLERS[kind]!r})}}.get(name, dict)()"
    code = f"from gatekeeper.scan.worker import serve; serve(lambda root, name: {deadly} or {{}})"
    monkeypatch.setattr(workers, "_program", lambda _: code)
    task = Task(tmp_path, ("a.py", "b.py", "c.py", "d.py"), None, None, time.monotonic() + 60)
    tool = workers.Workers("any", "any", OWN, workers.FileAnswer)
    told = {answer.path: answer.failed for answer in workers.looked_at(tool, task)}
    assert told.pop("b.py").startswith(REASONS[kind])
    assert told == {"a.py": "", "c.py": "", "d.py": ""}


def test_a_worker_that_does_not_even_start_is_an_error_that_says_so(tmp_path):
    (tmp_path / "a.py").write_text(WEAK)
    task = Task(tmp_path, ("a.py",), None, None, time.monotonic() + 60)
    tool = workers.Workers("any", "no.such.module", OWN, workers.FileAnswer)
    with pytest.raises(ToolError, match=r"any broke down .*ModuleNotFoundError"):
        workers.looked_at(tool, task)


def answer(**changes):
    body = {"paths": {"scanned": []}, "results": [], "errors": [], **changes}
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("status", "output"),
    [
        (2, b"Traceback"),
        (0, b""),
        (7, answer()),
        (0, answer(errors=[{"type": "SemgrepError", "message": "rule parse error"}])),
    ],
)
def test_a_semgrep_that_breaks_down_is_not_believed(
    monkeypatch, tmp_path, rules_dir, status, output
):
    (tmp_path / "a.py").write_text("")
    monkeypatch.setattr(
        processes, "run", lambda *_, **__: processes.Completed(status, output, "it broke")
    )
    task = Task(tmp_path, ("a.py",), rules_dir, tmp_path / "cache", time.monotonic() + 60)
    with pytest.raises(ToolError):
        semgrep.SCANNER.scan(task)


def test_a_semgrep_that_names_fewer_files_than_it_was_given_leaves_them_unseen(
    monkeypatch, tmp_path, rules_dir
):
    (tmp_path / "a.py").write_text("")
    monkeypatch.setattr(processes, "run", lambda *_, **__: processes.Completed(0, answer(), ""))
    task = Task(tmp_path, ("a.py",), rules_dir, tmp_path / "cache", time.monotonic() + 60)
    assert [item.path for item in unseen(semgrep.SCANNER.scan(task))] == ["a.py"]


def test_a_time_out_is_an_error_and_ends_the_tool():
    with pytest.raises(ToolError, match="did not finish"):
        processes.run("sleep", ["sleep", "60"], timeout=0.2)


def test_a_missing_tool_is_an_error_with_a_next_step():
    with pytest.raises(ToolError) as caught:
        processes.run("nothing", ["/no/such/program"], timeout=5)
    assert caught.value.next_step


def test_a_poisoned_cache_of_rules_is_not_believed(tmp_path, rules_dir):
    target = bundle(rules_dir, tmp_path)
    target.write_text('{"rules": []}')
    assert len(json.loads(bundle(rules_dir, tmp_path).read_text())["rules"]) > 12


def test_a_cache_of_rules_that_is_no_text_is_made_anew(tmp_path, rules_dir):
    target = bundle(rules_dir, tmp_path)
    target.write_bytes(b"\xff\xfe")
    assert len(json.loads(bundle(rules_dir, tmp_path).read_text())["rules"]) > 12


def test_a_cache_that_cannot_be_written_is_an_error_with_a_next_step(tmp_path, rules_dir):
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="cannot be kept") as caught:
        bundle(rules_dir, tmp_path / "file" / "cache")
    assert "GATEKEEPER_CACHE_DIR" in caught.value.next_step


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"x = 1\n", ""),
        (b"x = 1\r\n# y\r\n", ""),
        (b"# coding: utf8\n", ""),
        (b"#!/usr/bin/python\n# -*- coding: latin1 -*-\n# \xe9\n", ""),
        (b"# -*- coding: utf-8-unix -*-\n", ""),
        (b"\n\n# coding: utf-7\n", ""),
        (b"# coding: shift_jis \x82\xa0\n", "shift_jis"),
        (b"# \xe9\n# vim: set fileencoding=utf_7 :\n", "utf-7"),
        (b"# coding: no-such-codec\n", "no-such-codec"),
        (b"# hidden\rimport os\n", "carriage return"),
    ],
)
def test_what_semgrep_would_read_otherwise_than_python_is_told(source, said):
    reason = misread(source, "python")
    assert said in reason
    assert bool(said) == bool(reason)


def test_shared_parts_are_filled_in_and_unknown_ones_refused():
    parts = b"web: [{pattern: a}, {pattern: b}]"
    rule = b"rules: [{id: x, pattern-sources: [{use: web}, {pattern: c}]}]"
    (built,) = json.loads(compiled({"parts.yaml": parts, "x.yml": rule}))["rules"]
    assert [item["pattern"] for item in built["pattern-sources"]] == ["a", "b", "c"]
    with pytest.raises(ToolError):
        compiled({"x.yml": rule})
    with pytest.raises(ToolError):
        compiled({"x.yml": b"rules: []"})


def test_context_digests_name_the_code_and_not_its_place(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\ny  =   2\n\ny = 2\n")
    contexts = Contexts(tmp_path)
    assert contexts.digest("a.py", 2, 2) == contexts.digest("a.py", 4, 4)
    assert contexts.digest("a.py", 1, 1) != contexts.digest("a.py", 2, 2)


def test_control_characters_are_written_out():
    assert in_words("a\x1b[31m\n::error::") == "a\\x1b[31m\\n::error::"


PINS = [("flask", "2.2.2")]


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("bandit", bandit.SCANNER.scan),
        ("semgrep", semgrep.SCANNER.scan),
        ("pip-audit", lambda _: pip_audit.audit(PINS, osv_url=None, environment={}, seconds=60)),
    ],
)
def test_a_tool_that_is_not_installed_is_named_with_what_to_do(
    name, use, tmp_path, rules_dir, monkeypatch
):
    monkeypatch.setattr(bandit, "find_spec", lambda _: None)
    monkeypatch.setattr(pip_audit, "find_spec", lambda _: None)
    monkeypatch.setattr(semgrep_runs.sysconfig, "get_path", lambda _: str(tmp_path))
    (tmp_path / "a.py").write_text("x = 1\n")
    task = Task(tmp_path, ("a.py",), rules_dir, tmp_path / "cache", time.monotonic() + 60)
    with pytest.raises(ToolError, match=f"^{name} is not installed$") as refusal:
        use(task)
    assert refusal.value.next_step == f"install gatekeeper again: it brings {name}"
