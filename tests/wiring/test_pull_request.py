"""A pull request is judged by its base's policy, on its head's files, and by nothing it brings."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.cli import main
from gatekeeper.review.recorded import write_recording
from tests.review import build
from tests.test_git import sh

STRICT = "version: 1\nstages: {merge: [review]}\ngates: {review: {approvals: 2}}\n"
LOOSE = "version: 1\nstages: {merge: [review]}\ngates: {review: {approvals: 1}}\n"


@dataclass
class Scene:
    """A clone whose branch `feature` loosens the policy, and a recording of its pull request."""

    root: Path
    base: str
    head: str

    @property
    def recorded(self) -> Path:
        return self.root.parent / "recorded"

    def record(self, **changes: Any) -> None:
        commit = replace(build.commit("a"), oid=self.head, parents=(self.base,), tree=self.tree)
        approval = build.review(build.DANA, commit=self.head)
        pull = build.approved(
            commits=(commit,), reviews=(approval,), base_oid=self.base, head_oid=self.head
        )
        write_recording(self.recorded, replace(pull, **changes))

    @property
    def tree(self) -> str:
        return sh(self.root, "rev-parse", f"{self.head}^{{tree}}").strip()

    def check(self, *extra: object) -> tuple[int, dict[str, Any]]:
        output = self.root.parent / "report.json"
        output.unlink(missing_ok=True)
        given = (self.root, "--pr", 42, "--evidence", self.recorded, "--quiet", *extra)
        words = ["check", *map(str, given), "--format", "json", "--output", str(output)]
        code = main.run(words)
        return code, json.loads(output.read_text()) if output.exists() else {}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    root = tmp_path / "shop"
    root.mkdir()
    sh(root, "init")
    sh(root, "remote", "add", "origin", "https://github.com/acme/shop.git")
    (root / "gatekeeper.yml").write_text(STRICT)
    (root / "sub").mkdir()
    (root / "sub" / "app.py").write_text("print(1)\n")
    sh(root, "add", ".")
    sh(root, "commit", "-m", "base")
    base = sh(root, "rev-parse", "HEAD").strip()
    sh(root, "checkout", "-b", "feature")
    (root / "gatekeeper.yml").write_text(LOOSE)
    (root / "sub" / "gatekeeper.yml").write_text(LOOSE)
    sh(root, "add", ".")
    sh(root, "commit", "-m", "loosen the policy")
    made = Scene(root, base, sh(root, "rev-parse", "HEAD").strip())
    made.record()
    return made


def test_the_policy_is_the_bases_and_not_the_one_the_change_brings(scene: Scene) -> None:
    code, report = scene.check()
    assert code == 1
    assert report["policy"]["revision"] == scene.base
    assert "1 of 2" in report["results"][0]["reason"]
    assert report["subject"]["commit"] == scene.head


def test_naming_the_changes_own_policy_in_any_way_reads_the_bases(scene: Scene) -> None:
    link = scene.root.parent / "outside.yml"
    link.symlink_to(scene.root / "gatekeeper.yml")
    for named in (
        scene.root / "gatekeeper.yml",
        scene.root / "sub" / ".." / "gatekeeper.yml",
        link,
    ):
        code, report = scene.check("--policy", named)
        assert (code, report["policy"]["revision"]) == (1, scene.base), named


def test_a_subfolder_is_judged_by_the_bases_policy_too(scene: Scene) -> None:
    inside = Scene(scene.root / "sub", scene.base, scene.head)
    (inside.root.parent / "recorded").symlink_to(scene.recorded)
    code, _ = inside.check()
    assert code == 2  # the base has no sub/gatekeeper.yml; the one of the change does not count
    (scene.root / "recorded").unlink()
    code, report = scene.check("--policy", scene.root / "sub" / ".." / "gatekeeper.yml")
    assert report["policy"]["path"] == "gatekeeper.yml"


def test_a_policy_outside_the_checkout_is_the_callers_choice(scene: Scene) -> None:
    outside = scene.root.parent / "central.yml"
    outside.write_text(LOOSE)
    code, report = scene.check("--policy", outside)
    assert (code, report["policy"]["revision"]) == (0, None)


def test_a_base_without_a_policy_is_refused(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    sh(scene.root, "checkout", "--orphan", "bare", scene.base)
    sh(scene.root, "rm", "--cached", "gatekeeper.yml")
    sh(scene.root, "commit", "-m", "without a policy")
    scene.base = sh(scene.root, "rev-parse", "HEAD").strip()
    sh(scene.root, "checkout", "--force", "feature")
    scene.record()
    assert scene.check()[0] == 2
    assert "a change cannot bring its own policy" in " ".join(capsys.readouterr().err.split())


def test_a_base_that_this_clone_lacks_is_an_error(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.record(base_oid="d" * 40)
    assert scene.check()[0] == 3
    assert "does not have dddddddddddd, the base of #42" in " ".join(
        capsys.readouterr().err.split()
    )


@pytest.mark.parametrize("base", ["the head itself", "a commit after it"])
def test_a_base_that_holds_the_head_already_is_refused(scene: Scene, base: str) -> None:
    if base == "a commit after it":
        sh(scene.root, "commit", "--allow-empty", "-m", "later")
    scene.base = sh(scene.root, "rev-parse", "HEAD").strip()
    scene.record()
    assert scene.check() == (3, {})


def test_a_shallow_clone_says_so(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    clone = scene.root.parent / "clone" / "shop"
    clone.parent.mkdir()
    sh(scene.root.parent, "clone", "--depth=1", f"file://{scene.root}", str(clone))
    sh(clone, "remote", "set-url", "origin", "https://github.com/acme/shop.git")
    shallow = Scene(clone, scene.base, scene.head)
    (clone.parent / "recorded").symlink_to(scene.recorded)
    assert shallow.check()[0] == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "this clone is shallow" in said
    assert "fetch-depth: 0" in said


@pytest.mark.parametrize("spoil", ["other commit", "changed", "untracked"])
def test_a_gate_that_reads_files_reads_only_the_heads(
    scene: Scene, spoil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if spoil == "other commit":
        sh(scene.root, "checkout", "--detach", scene.base)
    elif spoil == "changed":
        (scene.root / "sub" / "app.py").write_text("print(2)\n")
    else:
        (scene.root / "new.py").write_text("")
    code, report = scene.check("--gate", "code")
    assert (code, report) == (3, {})
    assert "#42" in capsys.readouterr().err
    code, report = scene.check("--gate", "review")
    assert (code, report["verdict"]) == (1, "FAIL")


def test_a_recording_of_another_repository_is_no_evidence(scene: Scene) -> None:
    scene.record(repository="acme/other")
    code, report = scene.check()
    assert (code, report["verdict"]) == (3, "ERROR")


def test_a_recording_of_another_number_is_no_evidence(scene: Scene) -> None:
    scene.recorded.joinpath("pull-42.json").rename(scene.recorded / "pull-43.json")
    words = ["check", str(scene.root), "--pr", "43", "--evidence", str(scene.recorded), "--quiet"]
    assert main.run(words) == 3


@pytest.mark.parametrize("form", ["text", "json", "sarif", "markdown", "junit"])
def test_replay_prints_the_same_report_byte_for_byte(
    scene: Scene, form: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    bundle = scene.root.parent / "bundle"
    given = ("--pr", "42", "--evidence", str(scene.recorded), "--quiet", "--format", form)
    assert main.run(["check", str(scene.root), *given, "--record", str(bundle)]) == 1
    first = capfdbinary.readouterr().out
    assert main.run(["replay", str(bundle), "--format", form, "--quiet"]) == 1
    assert capfdbinary.readouterr().out == first != b""


def test_a_bundle_whose_report_was_forged_is_refused(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even with every digest made right again: the evidence does not give that report."""
    from gatekeeper.core.digest import canonical, digest
    from gatekeeper.evidence.records import dump

    bundle = scene.root.parent / "bundle"
    scene.check("--record", bundle)
    report = (bundle / "report.json").read_text().replace('"FAIL"', '"PASS"')
    (bundle / "report.json").write_text(report)
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest.pop("digest")
    manifest["files"]["report.json"] = digest(report.encode())
    forged = dump({**manifest, "digest": digest(canonical(manifest))})
    (bundle / "manifest.json").write_text(forged)
    capsys.readouterr()
    assert main.run(["replay", str(bundle)]) == 3
    said = capsys.readouterr()
    assert "gives another report" in " ".join(said.err.split())
    assert not said.out
