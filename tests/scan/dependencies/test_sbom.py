"""The bill of materials: valid against its schema, whole, and the same bytes each time."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from gatekeeper.cli import main
from tests.scan.dependencies.test_collect import advisory

AT = "2027-01-31T12:00:00Z"
UV = """\
version = 1

[[package]]
name = "shop"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "flask" }]

[[package]]
name = "flask"
version = "2.0.1"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "click" }]
wheels = [{ url = "https://example.com/flask-2.0.1-py3-none-any.whl", hash = "sha256:DIGEST" }]

[[package]]
name = "click"
version = "8.1.7"
source = { registry = "https://pypi.org/simple" }
""".replace("DIGEST", "ab" * 32)


@pytest.fixture
def sbom(capsys, monkeypatch, tmp_path):
    """Run the command and return its exit code, standard output and standard error."""
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GATEKEEPER_CACHE_KEY", "k" * 32)

    def run(root, *args):
        code = main.run(["sbom", str(root), *args])
        return Done(code, *capsys.readouterr())

    return run


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "uv.lock").write_text(UV)
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\ndependencies = ["flask"]\n')
    return root


def test_a_bill_is_valid_whole_and_always_the_same(project, sbom):
    first, second = (sbom(project, "--timestamp", AT) for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(first.stdout) is None
    bill = json.loads(first.stdout)
    assert bill["metadata"]["timestamp"] == "2027-01-31T12:00:00+00:00"
    flask = next(one for one in bill["components"] if one["name"] == "flask")
    assert flask["purl"] == "pkg:pypi/flask@2.0.1"
    assert flask["externalReferences"][0]["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    links = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert links == {
        "project:shop": ["pkg:pypi/flask@2.0.1"],
        "pkg:pypi/flask@2.0.1": ["pkg:pypi/click@8.1.7"],
        "pkg:pypi/click@8.1.7": [],
    }


def test_digests_of_requirements_are_told_and_credentials_are_not(project, sbom):
    pin = f"django==4.2.1 --hash=sha256:{'cd' * 32} --hash=sha256:{'ef' * 32} --hash=odd:12\n"
    (project / "requirements.txt").write_text(pin)
    lock = UV.replace("https://example.com/", "https://user:s3cret@example.com/")
    (project / "uv.lock").write_text(lock)
    done = sbom(project, "--timestamp", AT)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(done.stdout) is None
    assert "s3cret" not in done.stdout
    found = {one["name"]: one for one in json.loads(done.stdout)["components"]}
    (file,) = found["django"]["externalReferences"]
    assert (file["url"], len(file["hashes"])) == ("https://pypi.org/simple/django/", 2)


def test_another_tree_has_another_serial_number(project, sbom):
    first = json.loads(sbom(project, "--timestamp", AT).stdout)
    (project / "requirements.txt").write_text("django==4.2.1\n")
    second = json.loads(sbom(project, "--timestamp", AT).stdout)
    assert first["serialNumber"] != second["serialNumber"]


def test_what_is_missing_from_a_bill_is_told_in_it_and_by_the_exit_code(project, tmp_path, sbom):
    (project / "requirements.txt").write_text("django>=4\n")
    (project / "poetry.lock").write_text("not toml")
    target = tmp_path / "bill.json"
    done = sbom(project, "--output", str(target))
    assert (done.returncode, done.stdout) == (3, "")
    assert "requirements.txt: django `>=4` is not one exact version" in done.stderr
    told = json.loads(target.read_text())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(target.read_text()) is None
    assert len([it for it in told["metadata"]["properties"] if it["name"] == "gatekeeper:gap"]) == 2


def test_what_is_known_of_the_versions_is_told(project, sbom):
    (project / "advisories").mkdir()
    record = advisory(severity=[{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:N/I:N/A:C"}])
    (project / "advisories" / "flask.json").write_text(json.dumps(record))
    policy = "version: 1\ngates: {dependencies: {advisories: advisories}}\n"
    (project / "gatekeeper.yml").write_text(policy)
    done = sbom(project, "--vulnerabilities", "--timestamp", AT)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(done.stdout) is None
    (weakness,) = json.loads(done.stdout)["vulnerabilities"]
    assert weakness["id"] == "CVE-2026-5"
    assert weakness["ratings"][0]["severity"] == "critical"
    assert weakness["affects"] == [{"ref": "pkg:pypi/flask@2.0.1"}]


def test_a_tree_without_dependencies_has_no_bill(tmp_path, sbom):
    root = tmp_path / "empty"
    root.mkdir()
    done = sbom(root)
    assert (done.returncode, done.stdout) == (3, "")
    assert "nothing to list" in done.stderr
    assert sbom(root, "--timestamp", "soon").returncode == 2
