"""What a tree needs is found wherever it is said, and nothing of the tree is ever run."""

from __future__ import annotations

import json
import tarfile

import pytest

from gatekeeper.core.model import Verdict
from gatekeeper.scan.code.settings import Exclusion
from gatekeeper.scan.dependencies.paths import graph
from gatekeeper.scan.dependencies.tree import surveyed
from gatekeeper.scan.scanners import pip_audit
from tests.scan.dependencies.osv_server import serving
from tests.scan.dependencies.test_collect import advisory


@pytest.fixture
def written(tmp_path):
    def write(files):
        for name, text in files.items():
            path = tmp_path / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "tree"

    return write


def pins(found):
    return [(pin.name, pin.version, pin.path) for pin in found.pins]


def told(found):
    return [(item.name, item.rule, item.blocks) for item in found.unpinned]


PINS = "flask==2.0.1\nclick==8.1.7 --hash=sha256:aa  # why\n"
LOOSE = "flask>=2\n"


@pytest.mark.parametrize("name", ["deps/pins.txt", "constraints.txt", "a.pip", "third/party.list"])
def test_a_file_that_holds_nothing_but_pins_is_read_whatever_its_name(written, name):
    found = surveyed(written({name: PINS}))
    assert pins(found) == [("flask", "2.0.1", name), ("click", "8.1.7", name)]


def test_a_text_that_no_build_installs_from_is_no_lock_of_a_project(written):
    project = '[project]\nname = "x"\ndependencies = ["flask"]\n'
    files = {"pyproject.toml": project, "harmless.txt": PINS}
    (problem,) = surveyed(written(files)).problems
    assert "pyproject.toml has no lock file" in problem.reason
    build = {"Dockerfile": "RUN pip install -r harmless.txt\n"}
    assert surveyed(written(build)).problems == ()


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "a text\n", "flask==2.0.1\nand more words\n", LOOSE, "a == b\n"]
)
def test_other_texts_are_no_locks(written, text):
    found = surveyed(written({"notes.txt": text}))
    assert (found.files, found.is_empty) == ((), True)


@pytest.mark.parametrize(
    ("build", "command"),
    [
        ("Dockerfile", "RUN pip install -r deps/needs.txt\n"),
        ("Dockerfile.prod", "COPY deps/needs.txt /tmp/\nRUN pip install -r /tmp/needs.txt\n"),
        ("docker/web.dockerfile", "RUN pip3.12 install --no-cache-dir \\\n  -r deps/needs.txt\n"),
        ("ci/build.sh", 'python -m pip install --requirement="../deps/needs.txt"\n'),
        (".github/workflows/ci.yml", "- run: uv pip install -r $GITHUB_WORKSPACE/deps/needs.txt\n"),
        (".gitlab-ci.yml", "script: [pip install -c deps/needs.txt flask]\n"),
        ("Makefile", "deps:\n\tpip-sync deps/needs.txt\n"),
        ("Makefile", "deps:\n\tuv pip sync --system deps/needs.txt\n"),
        ("tox.ini", "[testenv]\ndeps = -r{toxinidir}/deps/needs.txt\n"),
    ],
)
def test_what_a_build_installs_from_is_read(written, build, command):
    found = surveyed(written({build: command, "deps/needs.txt": LOOSE}))
    assert [(item.name, item.path) for item in found.unpinned] == [("flask", "deps/needs.txt")]


@pytest.mark.parametrize(
    "command",
    [
        "RUN pip install -r /opt/elsewhere.txt\n",
        "RUN pip install -r ${NEEDS}\n",
        "RUN pip install -r needs.txt\n",
    ],
)
def test_a_file_that_the_tree_does_not_have_is_told(written, command):
    found = surveyed(written({"Dockerfile": command, "requirements.txt": PINS}))
    assert [(rule, blocks) for _, rule, blocks in told(found)] == [("unread-requirements", False)]


@pytest.mark.parametrize(
    "command",
    ["RUN pip install flask==2.0.1\n", "RUN pip-compile -c needs.txt\n", "grep -r needs.txt\n"],
)
def test_other_commands_name_no_file(written, command):
    assert surveyed(written({"Dockerfile": command, "needs.txt": LOOSE})).unpinned == ()


def script(needs, more=""):
    return (
        f"#!/usr/bin/env python3\n# /// script\n# dependencies = {needs}\n{more}# ///\nimport x\n"
    )


def test_the_needs_of_a_script_are_judged(written):
    found = surveyed(
        written(
            {
                "tools/run.py": script('["flask==2.0.1", "click>=8"]'),
                "bin/start": script('["django==4.2.1"]', "# requires-python = '>=3.11'\n"),
            }
        )
    )
    assert sorted(pins(found)) == [
        ("django", "4.2.1", "bin/start"),
        ("flask", "2.0.1", "tools/run.py"),
    ]
    assert told(found) == [("click", "unpinned-dependency", True)]
    assert found.unpinned[0].line == 2


def test_a_script_with_a_lock_is_judged_by_that(written):
    lock = '[[package]]\nname = "click"\nversion = "8.1.7"\n'
    found = surveyed(written({"run.py": script('["click>=8"]'), "run.py.lock": lock}))
    assert (pins(found), told(found)) == ([("click", "8.1.7", "run.py.lock")], [])


@pytest.mark.parametrize(
    ("lock", "loose"),
    [
        ("", ["click", "flask"]),
        ('[[package]]\nname = "click"\nversion = "7.0"\n', ["click", "flask"]),
        ('[[package]]\nname = "click"\nversion = "8.1.7"\n', ["flask"]),
    ],
)
def test_a_lock_that_does_not_hold_what_its_script_asks_for_hides_nothing(written, lock, loose):
    needs = script('["click>=8", "flask>=2"]')
    found = surveyed(written({"run.py": needs, "run.py.lock": lock}))
    assert [item.name for item in found.unpinned] == loose


@pytest.mark.parametrize(
    "text",
    [
        script('"flask"'),
        script("[3]"),
        script('["flask =="]'),
        script('["flask'),
        script("[]") * 2,
    ],
)
def test_a_script_that_cannot_be_read_is_a_problem(written, text):
    (problem,) = surveyed(written({"run.py": text})).problems
    assert problem.reason.startswith("run.py has script metadata that cannot be read")


def test_what_builds_a_project_is_judged_where_it_is_pinned_and_else_told(written):
    requires = '["hatchling==1.27.0", "setuptools>=61", "evil @ https://example.com/evil.zip"]'
    found = surveyed(written({"pyproject.toml": f"[build-system]\nrequires = {requires}\n"}))
    assert pins(found) == [("hatchling", "1.27.0", "pyproject.toml")]
    assert told(found) == [
        ("setuptools", "unpinned-build-requirement", False),
        ("evil", "unpinned-dependency", True),
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "setup(setup_requires=['wheel==0.40', 'cython'])"},
        {"setup.cfg": "[options]\nsetup_requires =\n    wheel==0.40\n    cython\n"},
    ],
)
def test_what_setuptools_builds_with_is_judged_too(written, files):
    found = surveyed(written({**files, "requirements.txt": PINS}))
    assert ("wheel", "0.40") in [(pin.name, pin.version) for pin in found.pins]
    assert told(found) == [("cython", "unpinned-build-requirement", False)]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"setup.py": "setup(install_requires=read())"}, "computes `install_requires`"),
        ({"setup.py": "setup(install_requires=['a'] + b)"}, "computes `install_requires`"),
        ({"setup.py": "setup(extras_require=EXTRAS)"}, "computes `extras_require`"),
        ({"setup.py": "setup(**settings)"}, "passes on arguments"),
        ({"setup.py": "from setuptools import setup as s\ns()"}, "calls no `setup`"),
        (
            {"pyproject.toml": '[project]\nname = "x"\ndynamic = ["dependencies"]\n'},
            "leaves `dependencies` to its build tool",
        ),
    ],
)
def test_needs_that_only_a_run_would_tell_are_a_finding(written, files, reason):
    found = surveyed(written({**files, "requirements.txt": PINS}))
    (item,) = found.unpinned
    assert (item.rule, item.blocks) == ("computed-dependencies", True)
    assert item.reason.startswith(reason)


@pytest.mark.parametrize("text", ["setup()", "setup(name='x', install_requires=['flask'])"])
def test_a_setup_that_is_written_down_is_none(written, text):
    assert surveyed(written({"setup.py": text, "requirements.txt": PINS})).unpinned == ()


DYNAMIC = """\
[project]
name = "x"
dynamic = ["dependencies"]
[tool.setuptools.dynamic]
dependencies = { file = ["needs.in"] }
"""


@pytest.mark.parametrize(
    ("needs", "missing"), [("flask>=2\n", ""), ("django\n", "`django`"), ("flask>=3", "`flask>=3`")]
)
def test_needs_in_a_file_are_held_against_the_lock(written, needs, missing):
    files = {"pyproject.toml": DYNAMIC, "needs.in": needs, "requirements.txt": PINS}
    found = surveyed(written(files))
    said = f"pyproject.toml asks for {missing}, which no lock file holds"
    assert [problem.reason for problem in found.problems] == ([said] if missing else [])
    assert found.unpinned == ()


def test_a_file_of_needs_that_is_missing_is_a_problem(written):
    assert surveyed(written({"pyproject.toml": DYNAMIC, "requirements.txt": PINS})).problems


@pytest.mark.parametrize(
    ("path", "ecosystem"),
    [
        ("native/Cargo.toml", "cargo"),
        ("go.mod", "go"),
        ("Gemfile", "rubygems"),
        ("composer.json", "packagist"),
        ("pom.xml", "maven"),
        ("src/App.csproj", "nuget"),
    ],
)
def test_packages_of_other_ecosystems_are_said(written, path, ecosystem):
    (item,) = surveyed(written({path: ""})).unjudged
    assert (item.path, item.ecosystem) == (path, ecosystem)


def test_what_is_not_judged_is_no_pass_until_the_policy_says_why(written, tree, judged):
    (tree / "requirements.txt").write_text("flask==2.2.5\n")
    (tree / "Cargo.toml").write_text("")
    result = judged(tree)
    assert result.verdict is Verdict.ERROR
    assert "Cargo.toml: its packages are of cargo" in result.reason
    assert "`unjudged`" in result.next_steps[0]
    reason = "audited by the extension's own workflow"
    accepted = judged(tree, unjudged={"cargo": reason})
    assert accepted.verdict is Verdict.PASS
    assert f"1 file with packages of cargo not judged here, by policy: {reason}" in accepted.checked


def test_files_are_left_out_only_by_policy_and_visibly(written, tree, judged):
    (tree / "requirements.txt").write_text("flask==2.2.5\n")
    (tree / "tests").mkdir()
    (tree / "tests" / "requirements.txt").write_text("flask==2.0.1\n")
    assert judged(tree).verdict is Verdict.FAIL
    reason = "a fixture that nobody installs"
    result = judged(tree, exclude=[{"path": "tests/**", "reason": reason}])
    assert result.verdict is Verdict.PASS
    assert f"1 file left out by policy: {reason}" in result.checked


def test_leaving_out_everything_is_no_pass(tree, judged):
    (tree / "requirements.txt").write_text("flask==2.0.1\n")
    result = judged(tree, exclude=[{"path": "*", "reason": "nothing here counts"}])
    assert result.verdict is Verdict.ERROR


def test_an_exclusion_has_a_reason():
    with pytest.raises(ValueError, match="reason"):
        Exclusion.model_validate({"path": "*"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "uv.lock",
            '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n'
            'dependencies = [{ name = "flask" }]\n'
            '[[package]]\nname = "flask"\nversion = "2.0.1"\ndependencies = [{ name = "click" }]\n'
            '[[package]]\nname = "click"\nversion = "8.1.7"\n',
        ),
        (
            "poetry.lock",
            '[[package]]\nname = "flask"\nversion = "2.0.1"\n'
            '[package.dependencies]\nClick = ">=8"\n'
            '[[package]]\nname = "click"\nversion = "8.1.7"\n',
        ),
        (
            "pdm.lock",
            '[[package]]\nname = "flask"\nversion = "2.0.1"\ndependencies = ["click>=8"]\n'
            '[[package]]\nname = "click"\nversion = "8.1.7"\n',
        ),
        (
            "pylock.toml",
            '[[packages]]\nname = "flask"\nversion = "2.0.1"\ndependencies = [{ name = "click" }]\n'
            '[[packages]]\nname = "click"\nversion = "8.1.7"\n',
        ),
        (
            "requirements.txt",
            "flask==2.0.1\n    # via -r needs.in\nclick==8.1.7 \\\n    --hash=sha256:aa\n"
            "    # via\n    #   flask\n",
        ),
        (
            "requirements.txt",
            "flask==2.0.1  # via shop (pyproject.toml)\nclick==8.1.7  # via flask\n",
        ),
    ],
)
def test_the_path_that_brings_a_package_in_is_known(written, name, text):
    found = surveyed(written({name: text}))
    (click,) = [pin for pin in found.pins if pin.name == "click"]
    path = graph(found.pins).path_to(click)
    assert path[-2:] == ("flask", "click")
    assert path == (("shop", "flask", "click") if name == "uv.lock" else ("flask", "click"))


def test_packages_that_ask_for_each_other_in_a_circle_have_a_path(written):
    text = "a==1  # via c\nb==1  # via a\nc==1  # via b\n"
    found = surveyed(written({"requirements.txt": text}))
    assert graph(found.pins).path_to(found.pins[0])[-1] == "a"


def test_a_finding_tells_the_path(tree, judged):
    (tree / "requirements.txt").write_text("shop==1\nflask==2.0.1  # via shop\n")
    (finding,) = judged(tree).findings
    assert finding.message.endswith("; brought in by shop → flask")


def test_what_is_known_to_be_exploited_blocks_whatever_the_threshold(tree, judged):
    record = advisory(database_specific={"severity": "LOW", "kev": True, "epss": 0.931})
    (tree / "advisories" / "demo.json").write_text(json.dumps(record))
    (tree / "requirements.txt").write_text("flask==2.0.1\n")
    result = judged(tree, fail_on="critical")
    assert result.verdict is Verdict.FAIL
    assert "known to be exploited; EPSS 93.1%" in result.findings[0].message


def test_no_program_of_the_tree_is_run_however_it_offers_itself(tree, judged, monkeypatch):
    """A hostile sdist, build backend, plugin, pip.conf and PIP_* variables: none leaves a trace."""
    trace = tree.parent / "was-run"
    run = f"open({str(trace)!r}, 'a').close()\n"
    for name in (
        "setup.py",
        "conftest.py",
        "sitecustomize.py",
        "pip.py",
        "packaging.py",
        "cvss.py",
    ):
        (tree / name).write_text(f"{run}from setuptools import setup\nsetup(name='evil')\n")
    (tree / "backend").mkdir()
    (tree / "backend" / "evil.py").write_text(f"{run}def build_wheel(*_): {run}")
    (tree / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\n"
        'build-backend = "evil"\nbackend-path = ["backend"]\n'
        '[project]\nname = "evil"\ndynamic = ["version", "dependencies"]\n'
        '[tool.uv]\ncache-keys = [{ file = "setup.py" }]\n'
    )
    with tarfile.open(tree / "evil-1.0.tar.gz", "w:gz") as archive:
        archive.add(tree / "setup.py", "evil-1.0/setup.py")
    (tree / "pip.conf").write_text(f"[global]\nfind-links = {tree}\nno-index = true\n")
    for name, value in {
        "PIP_CONFIG_FILE": str(tree / "pip.conf"),
        "PIP_FIND_LINKS": str(tree),
        "PIP_REQUIREMENT": str(tree / "requirements.txt"),
        "PYTHONPATH": str(tree),
        "PYTHONSTARTUP": str(tree / "setup.py"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tree)
    (tree / "requirements.txt").write_text(
        "evil==1.0\n./evil-1.0.tar.gz\n-e .\n--find-links .\nflask==2.2.5\n"
    )
    before = sorted(tree.rglob("*"))
    result = judged(tree)
    with serving(tree / "advisories") as url:
        asked = pip_audit.audit([("evil", "1.0")], osv_url=url, environment={}, seconds=60)
    assert [one.name for one in asked] == ["evil"]
    assert not trace.exists()
    assert sorted(tree.rglob("*")) == before
    assert result.verdict is Verdict.FAIL
