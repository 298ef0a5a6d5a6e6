"""Lock files are read whole, whatever they hold, and nothing in them is run."""

from __future__ import annotations

import json

import pytest

from gatekeeper.scan.dependencies.locks import FORMATS, format_of
from gatekeeper.scan.dependencies.locks.interface import UnreadableError
from gatekeeper.scan.dependencies.locks.lines import logical_lines


def read(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return format_of(name).read(root, name)


def pins(found):
    return [(pin.name, pin.version, pin.line) for pin in found.pins]


def loose(found):
    return [(item.name, item.line, item.sourced) for item in found.unpinned]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("requirements.txt", "requirements"),
        ("dev-requirements.txt", "requirements"),
        ("requirements_dev.txt", "requirements"),
        ("a/requirements/base.txt", "requirements"),
        ("requirements/BASE.TXT", "requirements"),
        ("requirements-dev.lock", "requirements"),
        ("uv.lock", "uv.lock"),
        ("poetry.lock", "poetry.lock"),
        ("pdm.lock", "pdm.lock"),
        ("pylock.dev.toml", "pylock.toml"),
        ("pylock.a b+c.toml", "pylock.toml"),
        ("Pipfile.lock", "Pipfile.lock"),
    ],
)
def test_lock_files_are_known_by_name(path, name):
    assert format_of(path).name == name


@pytest.mark.parametrize("path", ["notes.txt", "requirements.in", "Cargo.lock", "README.md"])
def test_other_files_are_not_taken_for_locks(path):
    assert format_of(path) is None


def test_every_marker_hash_and_continuation_is_read(tmp_path):
    found = read(
        tmp_path,
        "requirements.txt",
        "\ufeff# a comment\n"
        "--index-url https://pypi.example.com/simple\n"
        "Flask==2.0.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb  # why\n"
        "pywin32==306; sys_platform == 'win32'\n"
        "zope.interface[test]===5.0 --config-settings x=y\n"
        "urllib3==1.26.5,!=1.26.4\n",
    )
    assert pins(found) == [
        ("flask", "2.0.1", 3),
        ("pywin32", "306", 6),
        ("zope-interface", "5.0", 7),
        ("urllib3", "1.26.5", 8),
    ]
    assert found.unpinned == ()


@pytest.mark.parametrize(
    ("line", "name", "sourced"),
    [
        ("flask", "flask", False),
        ("flask>=2", "flask", False),
        ("flask==2.*", "flask", False),
        ("flask @ https://example.com/flask.whl", "flask", True),
        ("git+https://example.com/x.git#egg=acme-lib", "acme-lib", True),
        ("-e git+https://example.com/x.git#egg=acme_lib", "acme-lib", True),
        ("./evil-1.0.tar.gz", "./evil-1.0.tar.gz", True),
        ("../elsewhere", "../elsewhere", True),
        ("flask==2.0.1 and more", "flask==2.0.1 and more", True),
    ],
)
def test_what_names_no_exact_version_is_told(tmp_path, line, name, sourced):
    found = read(tmp_path, "requirements.txt", f"{line}\n")
    assert found.pins == ()
    assert loose(found) == [(name, 1, sourced)]


@pytest.mark.parametrize("line", [".", "-e .", "-e .[dev]", "./inner", "--editable=inner"])
def test_the_trees_own_folders_are_no_dependencies(tmp_path, line):
    (tmp_path / "inner").mkdir()
    found = read(tmp_path, "requirements.txt", f"{line}\n")
    assert (found.pins, found.unpinned, len(found.own)) == ((), (), 1)


def test_nested_files_are_followed_once_and_count_where_they_stand(tmp_path):
    (tmp_path / "base.txt").write_text("-r a/requirements.txt\nflask==2.0.1\n")
    found = read(tmp_path, "a/requirements.txt", "-r ../base.txt\n-r ../base.txt\n")
    assert [(pin.path, pin.name) for pin in found.pins] == [("base.txt", "flask")]


@pytest.mark.parametrize(
    "target", ["../../etc/passwd", "/etc/passwd", "https://example.com/r.txt", "missing.txt"]
)
def test_a_nested_file_that_cannot_be_read_is_a_problem(tmp_path, target):
    found = read(tmp_path, "requirements.txt", f"-r {target}\nflask==2.0.1\n")
    assert target in found.problems[0].reason
    assert pins(found) == [("flask", "2.0.1", 2)]


def test_a_link_out_of_the_tree_is_not_followed(tmp_path):
    root = tmp_path / "tree"
    root.mkdir()
    (tmp_path / "outside.txt").write_text("flask==2.0.1\n")
    (root / "inside.txt").symlink_to(tmp_path / "outside.txt")
    assert read(root, "requirements.txt", "-r inside.txt\n").problems


def test_every_constraint_is_a_pin_for_what_is_asked_for_may_need_it(tmp_path):
    (tmp_path / "limits.txt").write_text("flask==2.0.1\nwerkzeug==2.0.1\nloose>=1\n")
    found = read(tmp_path, "requirements.txt", "-c limits.txt\nflask\ndjango\n")
    assert [(pin.name, pin.path) for pin in found.pins] == [
        ("flask", "limits.txt"),
        ("werkzeug", "limits.txt"),
    ]
    assert loose(found) == [("django", 3, False)]


@pytest.mark.parametrize(
    "line",
    [
        "-rhidden.txt",
        "--requirement=hidden.txt",
        "--requirem hidden.txt",
        "--constr hidden.txt",
        "--pre -r hidden.txt",
        "-i https://pypi.example.com/simple -c hidden.txt",
        "-r 'hidden.txt'",
        '-r hid"den".txt',
        "-r hidden\\.txt",
        "--pre \\\n    -r hidden.txt",
        "--no-index -r none.txt -r hidden.txt",
    ],
)
def test_a_nested_file_is_found_however_its_option_is_written(tmp_path, line):
    (tmp_path / "hidden.txt").write_text("flask==2.0.1\n")
    (tmp_path / "none.txt").write_text("")
    (tmp_path / 'hid"den".txt').write_text("")
    assert ("flask", "2.0.1", 1) in pins(read(tmp_path, "requirements.txt", f"{line}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "--no-such-option",
        "--require hidden.txt",
        "-\\\nr hidden.txt",
        "--pre flask==2.0.1",
        "-r",
        "-r 'hidden.txt",
        "-r ${FOLDER}.txt",
        "--pre " * 2000,
    ],
)
def test_an_option_that_is_not_understood_is_a_problem(tmp_path, line):
    (tmp_path / "${FOLDER}.txt").write_text("")
    found = read(tmp_path, "requirements.txt", f"{line}\n")
    assert [problem.reason.split()[0] for problem in found.problems] in (
        ["requirements.txt:1"],
        ["requirements.txt:1:"],
    )


@pytest.mark.parametrize(
    "line",
    [
        "--hash=sha256:aa",
        "-f https://example.com/wheels --no-binary :all:",
        "--extra-index-url https://user:secret@example.com/simple --trusted-host example.com",
        "--prefer-binary --require-hashes --use-feature=fast-deps",
    ],
)
def test_options_of_the_index_and_the_installer_name_nothing(tmp_path, line):
    found = read(tmp_path, "requirements.txt", f"{line}\nflask==2.0.1\n")
    assert (pins(found), found.unpinned, found.problems) == ([("flask", "2.0.1", 2)], (), ())


def test_credentials_of_an_address_are_not_repeated(tmp_path):
    found = read(tmp_path, "requirements.txt", "git+https://user:secret@example.com/x.git\n")
    assert loose(found) == [("git+https://example.com/x.git", 1, True)]


@pytest.mark.parametrize("first", [b"# coding: utf-7", b"#!x\n# -*- coding: utf_7 -*-"])
def test_a_declared_encoding_that_hides_lines_is_refused(tmp_path, first):
    (tmp_path / "requirements.txt").write_bytes(first + b"\n#+AAo-flask==2.0.1\n")
    with pytest.raises(UnreadableError, match=r"utf.7"):
        FORMATS[0].read(tmp_path, "requirements.txt")


def test_a_declared_encoding_that_is_ours_is_read(tmp_path):
    found = read(tmp_path, "requirements.txt", "# -*- coding: UTF-8 -*-\nflask==2.0.1\n")
    assert pins(found) == [("flask", "2.0.1", 2)]


def test_files_that_include_each_other_without_end_are_unreadable(tmp_path):
    for number in range(2000):
        (tmp_path / f"{number}.txt").write_text(f"-r {number + 1}.txt\n")
    with pytest.raises(UnreadableError, match="deeply"):
        read(tmp_path, "requirements.txt", "-r 0.txt\n")


def test_a_version_of_too_many_digits_is_none(tmp_path):
    text = "flask==" + "9" * 5000
    assert loose(read(tmp_path, "requirements.txt", text))[0][1] == 1
    lock = f'[[package]]\nname = "flask"\nversion = "{text[7:]}"\n'
    assert loose(read(tmp_path, "uv.lock", lock)) == [("flask", 1, False)]


def test_a_local_label_names_a_build_of_the_release(tmp_path):
    lock = '[[package]]\nname = "torch"\nversion = "2.0.1+cu118"\n'
    assert pins(read(tmp_path, "requirements.txt", "torch==2.0.1+cu118\n"))[0][1] == "2.0.1"
    assert pins(read(tmp_path, "poetry.lock", lock))[0][1] == "2.0.1"


def test_a_file_that_ends_in_a_continuation_loses_no_line():
    assert list(logical_lines("a==1 \\\n")) == [(1, "a==1")]


UV = """\
version = 1

[[package]]
name = "shop"
version = "0.1.0"
source = { editable = "." }

[[package]]
name = "Flask"
version = "2.0.1"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "acme"
version = "1.0"
source = { git = "https://example.com/acme.git#abc" }
"""


def test_uv_lock(tmp_path):
    found = read(tmp_path, "uv.lock", UV)
    assert pins(found) == [("flask", "2.0.1", 8)]
    assert loose(found) == [("acme", 13, True)]
    assert found.own == ("shop",)


def test_a_folder_outside_the_tree_is_not_our_own(tmp_path):
    found = read(tmp_path, "uv.lock", UV.replace('editable = "."', 'editable = "../other"'))
    assert ("shop", 3, True) in loose(found)


def test_poetry_lock(tmp_path):
    text = (
        '[[package]]\nname = "flask"\nversion = "2.0.1"\n\n'
        '[[package]]\nname = "acme"\nversion = "1.0"\n\n'
        '[package.source]\ntype = "git"\nurl = "https://example.com"\n'
    )
    found = read(tmp_path, "poetry.lock", text)
    assert pins(found) == [("flask", "2.0.1", 1)]
    assert loose(found) == [("acme", 5, True)]


def test_pylock_and_pdm_lock(tmp_path):
    text = (
        '[[KEY]]\nname = "flask"\nversion = "2.0.1"\n\n'
        '[[KEY]]\nname = "acme"\nversion = "1.0"\nvcs = {type = "git", url = "x"}\n'
    )
    for name, key in (("pylock.toml", "packages"), ("pdm.lock", "package")):
        found = read(tmp_path, name, text.replace("KEY", key))
        assert (pins(found), loose(found)) == ([("flask", "2.0.1", 1)], [("acme", 5, True)])


def test_pipfile_lock(tmp_path):
    body = {
        "_meta": {},
        "default": {"flask": {"version": "==2.0.1"}, "acme": {"git": "https://example.com"}},
        "develop": {"pytest": {"version": "==8.0.0"}},
    }
    found = read(tmp_path, "Pipfile.lock", json.dumps(body, indent=1))
    assert [(name, version) for name, version, _ in pins(found)] == [
        ("flask", "2.0.1"),
        ("pytest", "8.0.0"),
    ]
    assert [(name, sourced) for name, _, sourced in loose(found)] == [("acme", True)]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("uv.lock", 'source = { git = "https://example.com/flask", virtual = "." }'),
        ("uv.lock", 'source = { registry = "https://example.com", url = "https://example.com" }'),
        ("uv.lock", 'source = "https://example.com/flask"'),
        ("poetry.lock", 'source = { type = ["directory"], url = "." }'),
        ("poetry.lock", "source = []"),
        ("pylock.toml", 'directory = { path = "." }\nvcs = { type = "git", url = "x" }'),
        ("pylock.toml", "directory = { path = '../x' }"),
    ],
)
def test_a_second_source_is_not_hidden_by_the_first(tmp_path, name, source):
    key = "packages" if name == "pylock.toml" else "package"
    found = read(tmp_path, name, f'[[{key}]]\nname = "flask"\nversion = "2.2.5"\n{source}\n')
    assert (found.pins, found.own, loose(found)) == ((), (), [("flask", 1, True)])


@pytest.mark.parametrize(
    "files",
    [
        'wheels = [{ url = "https://example.com/a/Flask-2.0.1-py3-none-any.whl" }]',
        'wheels = [{ url = "https://example.com/django-2.2.5-py3-none-any.whl" }]',
        'wheels = [{ name = "flask-2.2.5-py3-none-any.whl", path = "flask-2.0-py3-none-any.whl" }]',
        'sdist = { url = "https://example.com/Flask-2.0.1.tar.gz?x=flask-2.2.5.tar.gz" }',
        'sdist = { path = "django-2.2.5.zip" }',
        'files = [{ url = "https://example.com/flask%2D2.0.1-py3-none-any.whl" }]',
    ],
)
@pytest.mark.parametrize("name", ["uv.lock", "pdm.lock", "pylock.toml"])
def test_a_lock_that_installs_another_release_than_it_says_is_a_problem(tmp_path, name, files):
    key = "packages" if name == "pylock.toml" else "package"
    found = read(tmp_path, name, f'[[{key}]]\nname = "flask"\nversion = "2.2.5"\n{files}\n')
    assert found.pins == ()
    assert "another release" in found.problems[0].reason


def test_files_of_the_release_are_none_of_another(tmp_path):
    text = (
        '[[package]]\nname = "Zope.Interface"\nversion = "5.0+local"\n'
        'sdist = { url = "https://example.com/zope_interface-5.0.0.tar.gz#x" }\n'
        'wheels = [{ url = "https://example.com/zope.interface-5.0%2Blocal-py3-none-any.whl" },'
        ' { url = "https://example.com/download" }]\n'
    )
    assert pins(read(tmp_path, "uv.lock", text)) == [("zope-interface", "5.0", 1)]


def test_a_list_of_packages_under_another_name_is_not_passed_over(tmp_path):
    with pytest.raises(UnreadableError, match="`distribution`"):
        read(tmp_path, "uv.lock", '[[distribution]]\nname = "flask"\nversion = "2.0.1"\n')


@pytest.mark.parametrize("name", ["flask==2.2.5 #", "a\\nflask", "", "-r x"])
def test_a_name_that_is_none_is_a_problem(tmp_path, name):
    found = read(tmp_path, "uv.lock", f'[[package]]\nname = "{name}"\nversion = "2.0.1"\n')
    assert (found.pins, len(found.problems)) == ((), 1)


@pytest.mark.parametrize("kind", ["git", "path", "file", "hg", "url"])
def test_a_version_beside_another_source_is_no_pin_of_an_index(tmp_path, kind):
    body = {"default": {"flask": {"version": "==2.2.5", kind: "https://example.com/flask"}}}
    found = read(tmp_path, "Pipfile.lock", json.dumps(body, indent=1))
    assert (found.pins, loose(found)) == ((), [("flask", 3, True)])


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"])
@pytest.mark.parametrize(
    "text", ["package = [[", "package = 3\npackages = 3", "package=[1]\npackages=[1]"]
)
def test_a_broken_toml_lock_is_unreadable(tmp_path, name, text):
    with pytest.raises(UnreadableError):
        read(tmp_path, name, text)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"default": {"flask": 3}}',
        "[" * 5000,
        '{"default": {"a": {"version": "==1"}, "a": {"version": "==2"}}}',
        '{"default": {"a": {"version": "==1"}}, "default": {}}',
        '{"default": {"a==1 #": {"version": "==1"}}}',
        '{"default": {"a==1 #": {"git": "x"}}}',
    ],
)
def test_a_broken_pipfile_lock_is_unreadable(tmp_path, text):
    with pytest.raises(UnreadableError):
        read(tmp_path, "Pipfile.lock", text)


def test_a_lock_that_is_not_text_is_unreadable(tmp_path):
    (tmp_path / "requirements.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableError):
        FORMATS[0].read(tmp_path, "requirements.txt")
