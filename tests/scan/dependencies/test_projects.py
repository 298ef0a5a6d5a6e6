"""Every project needs a lock, and one that holds what the project asks for."""

from __future__ import annotations

import pytest

from gatekeeper.scan.dependencies.facts import Pin, Unpinned
from gatekeeper.scan.dependencies.locks import format_of
from gatekeeper.scan.dependencies.projects import Locked, survey

PROJECT = '[project]\nname = "shop"\ndependencies = ["flask>=2"]\n'


def surveyed(root, files, known=(), own=()):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    locks = [name for name in files if format_of(name)]
    return survey(root, tuple(files), Locked(locks, known, frozenset(own)))


def test_a_project_without_a_lock_is_a_problem_with_a_next_step(tmp_path):
    (problem,) = surveyed(tmp_path, {"pyproject.toml": PROJECT}).said.problems
    assert "no lock file" in problem.reason
    assert "uv lock" in problem.next_step


def test_a_lock_that_does_not_hold_what_is_asked_for_is_a_problem(tmp_path):
    (problem,) = surveyed(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": ""}).said.problems
    assert "`flask`" in problem.reason


def test_a_lock_beside_or_above_covers_a_project(tmp_path):
    text = "flask==2.0.1\n"
    for lock in ("requirements.txt", "a/requirements.txt", "a/requirements/base.txt"):
        root = tmp_path / lock.replace("/", "-")
        root.mkdir()
        files = {"a/pyproject.toml": PROJECT, lock: text}
        found = format_of(lock)
        surveyed(root, files)
        known = found.read(root, lock).pins
        assert surveyed(root, files, known).said.problems == ()


@pytest.mark.parametrize(
    ("own", "problems"), [((), 1), (("flask",), 0), (("./packages/flask",), 0), (("./other",), 1)]
)
def test_only_what_a_lock_takes_from_the_tree_need_not_stand_in_it(tmp_path, own, problems):
    inner = '[project]\nname = "Flask"\n'
    files = {"pyproject.toml": PROJECT, "packages/flask/pyproject.toml": inner, "uv.lock": ""}
    assert len(surveyed(tmp_path, files, own=own).said.problems) == problems


def test_a_lock_in_another_folder_covers_nothing(tmp_path):
    files = {"a/pyproject.toml": PROJECT, "b/requirements.txt": "flask==2.0.1\n"}
    assert surveyed(tmp_path, files).said.problems


@pytest.mark.parametrize(
    ("text", "idle"),
    [
        ('[project]\nname = "x"\n', ("pyproject.toml",)),
        ("[tool.ruff]\nline-length = 100\n", ()),
    ],
)
def test_a_project_that_asks_for_nothing_needs_no_lock(tmp_path, text, idle):
    found = surveyed(tmp_path, {"pyproject.toml": text})
    assert (found.said.problems, found.without_dependencies) == ((), idle)


def test_a_project_whose_needs_cannot_be_told_needs_a_lock(tmp_path):
    (problem,) = surveyed(tmp_path, {"setup.py": "raise SystemExit('never run')"}).said.problems
    assert "no lock file" in problem.reason


def test_a_project_file_that_cannot_be_read_is_a_problem(tmp_path):
    assert surveyed(tmp_path, {"pyproject.toml": "[project\n"}).said.problems


ASKING = [
    '[project]\nname = "x"\n[project.optional-dependencies]\nweb = ["flask"]\n',
    '[project]\nname = "x"\ndynamic = ["optional-dependencies"]\n',
    '[dependency-groups]\ndev = ["flask", {include-group = "test"}]\ntest = []\n',
    '[tool.uv]\ndev-dependencies = ["flask"]\n',
    '[tool.pdm.dev-dependencies]\ndev = ["flask"]\n',
    '[tool.poetry.dev-dependencies]\nflask = "*"\n',
    '[tool.poetry.group.dev.dependencies]\nflask = "*"\n',
    '[tool.flit.metadata]\nrequires = ["flask"]\n',
]
SETUP = [
    "[options]\ninstall_requires =\n    flask>=2\n",
    "[options]\ninstall_requires = flask; click\n",
    "[options]\ninstall_requires = file: needs.txt\n",
    "[options.extras_require]\nweb = flask\n",
]


@pytest.mark.parametrize(
    ("name", "text"),
    [*(("pyproject.toml", text) for text in ASKING), *(("setup.cfg", text) for text in SETUP)],
)
def test_whatever_a_project_asks_for_needs_a_lock(tmp_path, name, text):
    (problem,) = surveyed(tmp_path, {name: text}).said.problems
    assert "no lock file" in problem.reason


@pytest.mark.parametrize("text", ["[flake8]\nmax-line-length = 99\n", "[metadata]\nname = x\n"])
def test_a_setup_cfg_that_asks_for_nothing_says_nothing(tmp_path, text):
    found = surveyed(tmp_path, {"setup.cfg": text})
    assert (found.said.problems, found.without_dependencies) == ((), ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project]\ndependencies = "flask"\n'),
        ("pyproject.toml", '[project]\ndependencies = {flask = "2"}\n'),
        ("pyproject.toml", '[project]\ndependencies = ["flask =="]\n'),
        ("pyproject.toml", '[project]\ndynamic = "dependencies"\n'),
        ("pyproject.toml", "project = 3\n"),
        ("pyproject.toml", "[tool.poetry]\ndependencies = 3\n"),
        ("pyproject.toml", "[tool.poetry.group]\ndev = 3\n"),
        ("pyproject.toml", "[dependency-groups]\ndev = [3]\n"),
        ("Pipfile", "packages = 3\n"),
        ("Pipfile", "[packages\n"),
        ("setup.cfg", "flask\n"),
        ("setup.cfg", "[options]\ninstall_requires = flask ==\n"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_a_problem(tmp_path, name, text):
    (problem,) = surveyed(tmp_path, {name: text}).said.problems
    assert problem.next_step == "mend the file"


HELD = (Pin("flask", "2.2.5", "uv.lock", 1), Unpinned("acme", "uv.lock", 2, "comes from a git"))


@pytest.mark.parametrize(
    ("needs", "missing"),
    [
        ('"flask==2.0.1"', "`flask==2.0.1`"),
        ('"flask>=3"', "`flask>=3`"),
        ('"flask>=2,<3"', ""),
        ('"flask==2.2.5+local"', ""),
        ('"flask>=2", "flask==2.0.1"', "`flask==2.0.1`"),
        ('"flask>=2", "flask==2.0.1; python_version < \'3\'"', ""),
        ("\"flask==2.0.1; python_version > '3'\"", "`flask==2.0.1`"),
        ('"flask @ git+https://example.com/flask"', "`flask @ …`"),
        ('"acme @ git+https://example.com/acme"', ""),
        ('"acme==1"', ""),
    ],
)
def test_a_lock_holds_versions_that_the_project_admits(tmp_path, needs, missing):
    text = f'[project]\nname = "shop"\ndependencies = [{needs}]\n'
    found = surveyed(tmp_path, {"pyproject.toml": text, "uv.lock": ""}, HELD)
    assert [problem.reason.split()[3:] for problem in found.said.problems] == (
        [[*f"{missing}, which no lock file holds".split()]] if missing else []
    )


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ('"2.0.1"', "`flask==2.0.1`"),
        ('"==2.0.1"', "`flask==2.0.1`"),
        ('{ version = ">=3" }', "`flask>=3`"),
        ('{ git = "https://example.com/flask" }', "`flask @ …`"),
        ('">=2,<3"', ""),
        ('"^2.0"', ""),
        ('"*"', ""),
        ('[{ version = "2.0", python = "<3.8" }, { version = "2.2.5" }]', ""),
    ],
)
@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("Pipfile", "packages"),
        ("Pipfile", "dev-packages"),
        ("Pipfile", "docs"),
        ("pyproject.toml", "tool.poetry.dependencies"),
        ("pyproject.toml", "tool.poetry.group.dev.dependencies"),
    ],
)
def test_versions_of_poetry_and_pipenv_are_held_against_the_lock(
    tmp_path, name, table, told, missing
):
    files = {name: f"[{table}]\nflask = {told}\n", "uv.lock": ""}
    found = surveyed(tmp_path, files, HELD)
    assert [problem.reason for problem in found.said.problems] == (
        [f"{name} asks for {missing}, which no lock file holds"] if missing else []
    )


def test_the_settings_of_a_pipfile_ask_for_nothing(tmp_path):
    text = '[[source]]\nurl = "x"\n[requires]\npython_version = "3.12"\n[packages]\n'
    found = surveyed(tmp_path, {"Pipfile": text})
    assert (found.said.problems, found.without_dependencies) == ((), ("Pipfile",))


def test_a_project_may_ask_for_its_own_extras(tmp_path):
    text = '[project]\nname = "Shop"\n[project.optional-dependencies]\nall = ["shop[web]"]\n'
    assert surveyed(tmp_path, {"pyproject.toml": text, "uv.lock": ""}).said.problems == ()


def setup(**arguments):
    passed = ", ".join(f"{key}={value}" for key, value in arguments.items())
    return f"from setuptools import setup\nsetup({passed})\n"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (setup(install_requires='["flask==2.0.1"]'), "`flask==2.0.1`"),
        (setup(install_requires='("flask==2.0.1", "click")'), "`click`, `flask==2.0.1`"),
        (setup(install_requires='"flask==2.0.1\\nclick # why"'), "`click`, `flask==2.0.1`"),
        (setup(install_requires='[["flask==2.0.1"], "# why"]'), "`flask==2.0.1`"),
        (setup(tests_require='["flask==2.0.1"]'), "`flask==2.0.1`"),
        (setup(extras_require='{"a": ["click"], "b": "flask==2.0.1"}'), "`click`, `flask==2.0.1`"),
        (setup(extras_require='{":os_name == \'nt\'": ["flask==2.0.1"]}'), "`flask==2.0.1`"),
        ("import setuptools\nsetuptools.setup(install_requires=['click'])\n", "`click`"),
        ("NEEDS = ['click']\nsetup(install_requires=NEEDS)\n", "`click`"),
        ("NEEDS: list = ['click']\nsetup(install_requires=NEEDS)\n", "`click`"),
        ("if True:\n    setup(install_requires=['click'], **more)\n", "`click`"),
        ("'\\d'\nsetup(install_requires=['click'])\n", "`click`"),
        (setup(install_requires='["flask>=2"]'), ""),
        (setup(name='"x"', extras_require='{"all": ["X[web]"]}'), ""),
        (
            setup(
                install_requires='["flask"]',
                extras_require='{"a:os_name == \'nt\'": "flask==2.0.1"}',
            ),
            "",
        ),
        # what is computed is not known
        (setup(install_requires="read('needs.txt')"), ""),
        (setup(install_requires='["click"] + MORE'), ""),
        (setup(install_requires="None"), ""),
        (setup(install_requires="{[]: 1}"), ""),
        ("NEEDS: list\nsetup(install_requires=NEEDS)\n", ""),
        ("NEEDS = ['click']\nother(install_requires=NEEDS)\n", ""),
    ],
)
def test_what_a_setup_py_asks_for_in_so_many_words_is_held_against_the_lock(
    tmp_path, text, missing
):
    found = surveyed(tmp_path, {"setup.py": text, "uv.lock": ""}, HELD)
    assert [problem.reason for problem in found.said.problems] == (
        [f"setup.py asks for {missing}, which no lock file holds"] if missing else []
    )
    assert found.without_dependencies == ()


def test_a_setup_py_needs_a_lock_whatever_it_says_since_it_may_ask_for_more(tmp_path):
    for text in (setup(), setup(install_requires="[]"), setup(install_requires="['flask']")):
        (problem,) = surveyed(tmp_path, {"setup.py": text}).said.problems
        assert "no lock file" in problem.reason


def test_projects_of_one_tree_may_ask_for_each_other_in_setup_py(tmp_path):
    files = {
        "a/setup.py": setup(name="'a'", install_requires="['b']"),
        "b/setup.py": setup(name="'b'"),
        "uv.lock": "",
    }
    assert surveyed(tmp_path, files, own=("./a", "./b")).said.problems == ()
    assert len(surveyed(tmp_path, files, own=("./a",)).said.problems) == 1


DEEP = 50_000


@pytest.mark.parametrize(
    "text",
    [
        "print 'Python 2'\n",
        "setup(\n",
        "setup()\0",
        setup(install_requires='["flask =="]'),
        setup(install_requires="[3]", tests_require='["flask", "=="]'),
        "x = " + "[" * DEEP + "]" * DEEP,
        "x = " + "-" * DEEP + "1",
        "x = a" + ".a" * DEEP,
        "x = " + "1+" * DEEP + "1",
        "x = a" + "()" * DEEP,
        "x = 1\n" * DEEP,
    ],
)
def test_a_setup_py_that_cannot_be_read_is_a_problem(tmp_path, text):
    (problem,) = surveyed(tmp_path, {"setup.py": text, "uv.lock": ""}).said.problems
    assert problem.next_step == "mend the file"
