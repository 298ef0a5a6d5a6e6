"""Real pip-audit against a folder of advisories."""

from __future__ import annotations

import json
import tarfile

import pytest

from gatekeeper.core.errors import ToolError
from gatekeeper.core.model import Verdict
from gatekeeper.scan import processes
from gatekeeper.scan.scanners import pip_audit

CLOSED = "http://127.0.0.1:9/v1/query"


def advisory(name="flask", fixed="2.2.5", **more):
    return {
        "id": f"DEMO-{name}",
        "modified": "2026-11-22T08:00:00Z",
        "aliases": [f"CVE-2026-{len(name)}"],
        "summary": "a leak",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": name},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}
                ],
            }
        ],
        "database_specific": {"severity": "CRITICAL"},
        **more,
    }


def test_a_known_vulnerability_fails_whatever_the_lock_and_version(tree, judged):
    (tree / "requirements.txt").write_text("flask==2.0.1\nclick==8.1.7\n")
    (tree / "dev").mkdir()
    lock = '[[package]]\nname = "flask"\nversion = "VERSION"\n'
    (tree / "dev" / "poetry.lock").write_text(lock.replace("VERSION", "1.1.4"))
    (tree / "uv.lock").write_text(lock.replace("VERSION", "2.2.5"))
    result = judged(tree)
    assert result.verdict is Verdict.FAIL
    assert {str(f.where) for f in result.findings} == {"requirements.txt:1", "dev/poetry.lock:1"}
    assert result.findings[0].severity.label == "critical"
    assert result.checked[0].startswith("4 versions in 3 lock files with gatekeeper")


def test_fixed_versions_pass(tree, judged):
    (tree / "requirements.txt").write_text("flask==2.2.5\n")
    assert judged(tree).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "files", [{}, {"setup.cfg": "[flake8]\n"}, {"pyproject.toml": "[tool.ruff]\n"}]
)
def test_a_tree_without_dependencies_is_an_error_that_says_what_is_missing(tree, judged, files):
    for name, text in files.items():
        (tree / name).write_text(text)
    result = judged(tree)
    assert result.verdict is Verdict.ERROR
    assert result.reason.startswith("no lock file and no project file was found")
    assert "commit a lock file, or leave `dependencies` out" in result.next_steps[0]


def test_a_problem_of_the_tree_is_not_told_as_an_absence(tree, judged):
    (tree / "pyproject.toml").write_text("[project\n")
    assert "was found" not in judged(tree).reason


def test_a_tree_that_only_asks_for_unpinned_ones_fails(tree, judged):
    (tree / "requirements.txt").write_text("flask\n")
    assert judged(tree).verdict is Verdict.FAIL


def test_a_folder_of_advisories_that_is_missing_is_an_error(tree, judged):
    (tree / "requirements.txt").write_text("flask==2.2.5\n")
    result = judged(tree, advisories="missing")
    assert result.verdict is Verdict.ERROR
    assert "no folder `missing`" in result.reason


def test_a_folder_that_leads_out_of_the_tree_is_an_error(tree, judged):
    (tree / "requirements.txt").write_text("flask==2.2.5\n")
    (tree / "elsewhere").symlink_to(tree.parent)
    assert judged(tree, advisories="elsewhere").verdict is Verdict.ERROR


def test_a_lock_file_that_is_a_link_out_of_the_tree_is_an_error(tree, judged):
    (tree / "requirements.txt").write_text("flask==2.2.5\n")
    (tree.parent / "outside.lock").write_text("")
    (tree / "uv.lock").symlink_to(tree.parent / "outside.lock")
    result = judged(tree)
    assert result.verdict is Verdict.ERROR
    assert "uv.lock" in result.reason


def link_file(tree):
    (tree / "notes.md").write_text("flask==2.0.1\n")
    (tree / "requirements.txt").symlink_to("notes.md")


def link_folder(tree):
    (tree / "deps").mkdir()
    (tree / "deps" / "base.txt").write_text("flask==2.0.1\n")
    (tree / "requirements").symlink_to("deps")


def link_lock(tree):
    (tree / "data.toml").write_text('[[package]]\nname = "flask"\nversion = "2.0.1"\n')
    (tree / "uv.lock").symlink_to("data.toml")


@pytest.mark.parametrize("hide", [link_file, link_folder, link_lock])
def test_a_lock_behind_a_link_is_read(tree, judged, hide):
    (tree / "dev-requirements.txt").write_text("click==8.1.7\n")
    hide(tree)
    assert judged(tree).verdict is Verdict.FAIL


def test_a_project_behind_a_link_needs_a_lock(tree, judged):
    (tree / "a").mkdir()
    (tree / "b").mkdir()
    (tree / "b" / "dev-requirements.txt").write_text("click==8.1.7\n")
    (tree / "project.data").write_text('[project]\nname = "x"\ndependencies = ["flask"]\n')
    (tree / "a" / "pyproject.toml").symlink_to("../project.data")
    result = judged(tree)
    assert result.verdict is Verdict.ERROR
    assert result.reason.startswith("a/pyproject.toml has no lock file")


def test_a_link_to_a_folder_that_is_listed_tells_nothing_twice(tree, judged):
    (tree / "a").mkdir()
    (tree / "a" / "requirements.txt").write_text("flask==2.0.1\n")
    (tree / "b").symlink_to("a")
    (tree / "self").symlink_to(".")
    assert [str(finding.where) for finding in judged(tree).findings] == ["a/requirements.txt:1"]


def test_a_folder_that_cannot_be_listed_may_hold_locks(tree, judged):
    (tree / "requirements.txt").write_text("flask==2.2.5\n")
    (tree.parent / "elsewhere").mkdir()
    (tree / "deps").symlink_to(tree.parent / "elsewhere")
    result = judged(tree)
    assert result.verdict is Verdict.ERROR
    assert result.reason.startswith("deps: a link that leaves the tree")


def test_a_folder_that_is_installed_must_be_part_of_the_tree(tree, judged):
    for name in ("listed/inner", "node_modules/hidden"):
        (tree / name).mkdir(parents=True)
        (tree / name / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tree / "requirements.txt").write_text("-e .\n./listed\n-e ./listed/inner\nflask==2.2.5\n")
    assert judged(tree).verdict is Verdict.PASS
    (tree / "dev-requirements.txt").write_text("-e ./node_modules/hidden\n")
    result = judged(tree)
    assert result.verdict is Verdict.ERROR
    assert result.reason.startswith("./node_modules/hidden is installed")


def test_a_build_with_a_local_label_is_judged_as_its_release(tree, judged):
    (tree / "advisories" / "demo.json").write_text(json.dumps(listed("2.0.1")))
    (tree / "requirements.txt").write_text("flask==2.0.1+cu118\n")
    assert judged(tree).verdict is Verdict.FAIL


def listed(*versions, **more):
    record = advisory()
    record["affected"][0] |= {"ranges": [], "versions": [*versions], **more}
    return record


def test_nothing_of_the_tree_is_run(tree, judged, tmp_path):
    trace = tmp_path / "was-run"
    setup = f"open({str(trace)!r}, 'w').close()\nfrom setuptools import setup\nsetup(name='evil')\n"
    package = tree / "evil"
    package.mkdir()
    (package / "setup.py").write_text(setup)
    with tarfile.open(tree / "evil-1.0.tar.gz", "w:gz") as archive:
        archive.add(package, "evil-1.0")
    for module in ("pip_audit", "json", "sitecustomize", "usercustomize"):
        (tree / f"{module}.py").write_text(f"open({str(trace)!r}, 'w').close()\n")
    (tree / "requirements.txt").write_text(
        "./evil-1.0.tar.gz\nevil @ file:./evil-1.0.tar.gz\n-e ./evil\nflask==2.2.5\n"
    )
    result = judged(tree)
    assert not trace.exists()
    assert [f.rule for f in result.findings] == ["unpinned-dependency"] * 2
    assert result.verdict is Verdict.FAIL


def test_a_service_that_cannot_be_reached_is_an_error_with_a_next_step():
    with pytest.raises(ToolError, match="cannot be reached") as caught:
        pip_audit.audit([("flask", "2.0.1")], osv_url=CLOSED, environment={}, seconds=60)
    assert "api.osv.dev" in caught.value.next_step


def told(*packages):
    return json.dumps({"dependencies": packages}).encode()


CLEAN = {"name": "flask", "version": "2.0.1", "vulns": []}
FLAWED = {**CLEAN, "vulns": [{"id": "X", "fix_versions": [], "description": "", "aliases": []}]}


@pytest.fixture
def answering(monkeypatch):
    """Let pip-audit say something and return what is made of it."""

    def ask(status, output, said=""):
        done = processes.Completed(status, output, said)
        monkeypatch.setattr(processes, "run", lambda *_, **__: done)
        return pip_audit.audit([("flask", "2.0.1")], osv_url=None, environment={}, seconds=60)

    return ask


@pytest.mark.parametrize(
    ("status", "output"),
    [
        (0, b""),
        (0, b"No known vulnerabilities found"),
        (0, b"{}"),
        (0, told()),
        (0, told({**CLEAN, "version": "9.9"})),
        (0, told({"name": "flask", "version": "2.0.1"})),
        (0, told({"name": "Flask", "version": "2.0.1", "vulns": []})),
        (0, told(CLEAN, {**CLEAN, "name": "django"})),
        (0, told(CLEAN)[:-2]),
        (0, told(FLAWED)),
        (1, told(CLEAN)),
        (-9, told(CLEAN)),
        (2, told(FLAWED)),
    ],
)
def test_an_answer_that_does_not_speak_of_what_was_asked_is_not_believed(answering, status, output):
    with pytest.raises(ToolError):
        answering(status, output)


@pytest.mark.parametrize("output", [told(CLEAN), told({"name": "flask", "skip_reason": "unknown"})])
def test_a_whole_answer_is_believed(answering, output):
    assert [answer.name for answer in answering(0, output)] == ["flask"]
    assert [answer.advisories[0].id for answer in answering(1, told(FLAWED))] == ["X"]


@pytest.mark.parametrize(
    "warning", ["Unsupported OSV schema version: 2.0.0", "OSV vuln entry 'X' is missing 'affected'"]
)
def test_an_advisory_that_pip_audit_passes_over_is_an_error(answering, warning):
    said = f"WARNING:pip_audit._service.osv:{warning}\nNo known vulnerabilities found"
    with pytest.raises(ToolError, match="left out an advisory"):
        answering(0, told(CLEAN), said)


def test_versions_of_one_name_are_asked_for_apart():
    assert pip_audit.layers([("a", "1"), ("a", "2"), ("b", "1"), ("a", "1")]) == [
        {"a": "1", "b": "1"},
        {"a": "2"},
    ]
