"""What is new in a change, and how a new weakness might be made to look old: real repositories."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.gate import Options
from gatekeeper.core.model import Judgement, Subject, Verdict
from gatekeeper.core.pipeline import NOTHING_CHECKED, Outcome
from gatekeeper.scan.code import baseline, collect
from gatekeeper.scan.gate import CODE

WEAK = "import subprocess\n\n\ndef ping(host):\n    subprocess.run('ping ' + host, shell=True)\n"
SAFE = "PRICE = 3\n"
COPY = "\n\ndef pong(host):\n    subprocess.run('ping ' + host, shell=True)\n"
NEW_ONLY = {"scanners": ["bandit"], "new_only": True, "fail_on": "high"}
FILLER = "".join(f"x{number} = {number}\n" for number in range(40))


@dataclass
class Scene:
    """A repository with a weak file and a safe one, and what is judged on top of that."""

    root: Path
    request_for: Any
    context: Any
    cache: Path
    base: str = ""

    def git(self, *args: object) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        command = ["git", "-C", str(self.root), *who, *map(str, args)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, **files: str) -> None:
        for name, text in files.items():
            path = self.root / name.replace("__", "/").replace("_py", ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def judge(self, settings: dict[str, Any] | None = None, **more: Any) -> Judgement:
        """Judge the files as they are against the base."""
        given = {"options": Options(diff=self.base), "subject": self.subject()} | more
        request = self.request_for(CODE, self.root, settings=settings or NEW_ONLY, **given)
        request = replace(request, cache_key=b"k" * 32, cache=self.cache)
        evidence = CODE.collect(request)
        return CODE.judge(evidence, request.settings, self.context)

    def subject(self) -> Subject:
        return Subject("acme/shop", self.git("rev-parse", "HEAD"), dirty=True)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Share what bandit says of the same content: these tests ask what is made of it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def scene(tmp_path: Path, cache: Path, request_for: Any, context: Any) -> Scene:
    root = tmp_path / "shop"
    root.mkdir()
    made = Scene(root, request_for, context, cache)
    made.git("init", "--quiet")
    made.write(old_py=WEAK, safe_py=SAFE)
    made.base = made.commit()
    return made


def ages(judged: Judgement, path: str = "") -> list[tuple[str, bool | None, bool]]:
    """Return path, new and blocking of the calls with a shell."""
    return [
        (finding.where.path or "", finding.new, finding.blocking)
        for finding in judged.findings
        if finding.rule == "bandit-B602" and path in (finding.where.path or "")
    ]


def test_what_was_there_is_shown_and_blocks_no_more(scene: Scene) -> None:
    scene.write(safe_py=SAFE + "PAID = 4\n")
    judged = scene.judge()
    assert judged.failures == ()
    assert ages(judged) == [("old.py", False, False)]
    assert f"compared with {scene.base[:12]}: 1 of 2 files changed" in judged.checked


def test_what_is_new_blocks(scene: Scene) -> None:
    scene.write(safe_py=SAFE, fresh_py=WEAK)
    assert ages(scene.judge()) == [("fresh.py", True, True), ("old.py", False, False)]


def test_both_block_where_the_policy_does_not_say_otherwise(scene: Scene) -> None:
    scene.write(fresh_py=WEAK)
    judged = scene.judge({"scanners": ["bandit"], "fail_on": "high"})
    assert ages(judged) == [("fresh.py", True, True), ("old.py", False, True)]


def test_a_finding_whose_lines_moved_is_not_new(scene: Scene) -> None:
    scene.write(old_py="'''Pings.'''\n\n" + WEAK.replace("host", "host", 1) + "\n\nDONE = True\n")
    assert ages(scene.judge()) == [("old.py", False, False)]


def test_a_renamed_file_keeps_the_names_of_its_findings(scene: Scene) -> None:
    before = scene.judge(options=Options())
    scene.git("mv", "old.py", "moved.py")
    scene.write(moved_py=WEAK + "\n\nDONE = True\n")
    after = scene.judge()
    assert ages(after) == [("moved.py", False, False)]
    assert {f.fingerprint for f in after.findings} == {f.fingerprint for f in before.findings}
    assert "2 files changed, 1 of them renamed" not in after.checked
    assert any("1 of them renamed" in line for line in after.checked)


SMUGGLED = {
    "a copy below": {"old_py": WEAK + COPY},
    "a copy above": {"old_py": "import subprocess\n" + COPY + WEAK},
    "a copy in another file": {"safe_py": SAFE + WEAK},
    "a copy under another name": {"other_py": WEAK},
    "the file overwritten by the safe one's name": {"safe_py": WEAK},
}


@pytest.mark.parametrize("how", SMUGGLED)
def test_a_copy_of_what_was_there_is_new(scene: Scene, how: str) -> None:
    scene.write(**SMUGGLED[how])
    found = ages(scene.judge())
    assert [new for _, new, _ in found].count(True) == 1
    assert [blocking for _, _, blocking in found].count(True) == 1


def test_an_unchanged_line_that_becomes_weak_is_new(scene: Scene) -> None:
    """The call stands where it stood; what flows into it came with the change."""
    text = (
        "import subprocess\n\n\ndef run():\n    subprocess.run(\n        'ls ' + x,\n        {}\n"
    )
    text += "    )\n"
    scene.write(call_py=text.format("shell=False,"))
    scene.base = scene.commit()
    scene.write(call_py=text.format("shell=True,"))
    assert ages(scene.judge(), "call.py") == [("call.py", True, True)]


def test_a_weakness_that_comes_out_of_an_excluded_folder_is_new(scene: Scene) -> None:
    scene.write(tests__sample_py=WEAK)
    scene.base = scene.commit()
    scene.git("mv", "tests/sample.py", "live.py")
    excluded = [{"path": "tests/**", "reason": "samples for the tests"}]
    assert ages(scene.judge(NEW_ONLY | {"exclude": excluded}), "live.py") == [
        ("live.py", True, True)
    ]


def test_a_text_that_becomes_a_program_is_new(scene: Scene) -> None:
    (scene.root / "notes.txt").write_text(WEAK)
    scene.base = scene.commit()
    scene.git("mv", "notes.txt", "notes.py")
    assert ages(scene.judge(), "notes.py") == [("notes.py", True, True)]


def test_a_base_that_cannot_be_parsed_makes_nothing_old(scene: Scene) -> None:
    scene.write(bad_py=WEAK + "def broken(:\n")
    scene.base = scene.commit()
    scene.write(bad_py=WEAK)
    assert ages(scene.judge(), "bad.py") == [("bad.py", True, True)]


@pytest.mark.parametrize("how", ["assume-unchanged", "skip-worktree", "attribute", "replace"])
def test_what_the_checkout_claims_about_itself_makes_nothing_old(scene: Scene, how: str) -> None:
    if how == "attribute":
        scene.write(**{".gitattributes": "*.py -diff filter=same\n"})
        scene.git("config", "filter.same.clean", "git show HEAD:safe.py")
    elif how == "replace":
        scene.write(safe_py=WEAK)
        scene.git(
            "replace",
            scene.git("rev-parse", f"{scene.base}:safe.py"),
            scene.git("hash-object", "-w", "safe.py"),
        )
    else:
        scene.git("update-index", f"--{how}", "safe.py")
    scene.write(safe_py=WEAK)
    assert ages(scene.judge(), "safe.py") == [("safe.py", True, True)]


def test_of_many_unchanged_files_only_what_is_known_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "_FEW", 0)
    scene.cache = scene.root.parent / "cache of its own"
    scene.write(fresh_py=WEAK)
    judged = scene.judge()
    assert ages(judged) == [("fresh.py", True, True)]
    assert judged.checked[0].startswith("1 file with bandit")
    assert judged.checked[1].endswith("2 files the same as there, not looked at again")
    scene.judge(options=Options())
    known = scene.judge()
    assert ages(known) == [("fresh.py", True, True), ("old.py", False, False)]
    assert known.checked[0].startswith("3 files with bandit")


def test_a_change_without_code_passes_where_only_new_findings_count(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collect, "_FEW", 0)
    scene.cache = scene.root.parent / "cache of its own"
    (scene.root / "README").write_text("hello")
    judged = scene.judge()
    assert (judged.failures, judged.findings) == ((), ())
    assert "0 of 2 files changed; 2 files the same as there" in judged.checked[0]


def test_code_that_no_scanner_wants_is_not_checked_by_comparing_it(scene: Scene) -> None:
    scene.git("rm", "-q", "old.py", "safe.py")
    (scene.root / "app.ts").write_text("eval(x)\n")
    from gatekeeper.core.pipeline import conclude
    from tests.conftest import NOW

    result = conclude(Outcome("code", 0.0, scene.judge()), (), NOW)
    assert result.verdict is Verdict.ERROR
    assert result.failures == (NOTHING_CHECKED,)


def test_without_anything_to_compare_with_everything_counts(scene: Scene) -> None:
    judged = scene.judge(options=Options())
    assert ages(judged) == [("old.py", None, True)]


def test_an_empty_change_is_an_error(scene: Scene) -> None:
    clean = Subject("acme/shop", scene.base)
    with pytest.raises(EvidenceError, match="nothing was changed"):
        scene.judge(subject=clean)


def test_a_base_after_the_head_is_an_empty_change(scene: Scene) -> None:
    later = scene.commit()
    scene.git("checkout", "--quiet", scene.base)
    pull = Subject("acme/shop", scene.base, pull_request=7, base=later)
    with pytest.raises(EvidenceError, match="nothing was changed"):
        scene.judge(subject=pull, options=Options())


def test_of_a_pull_request_new_is_what_came_since_it_forked(scene: Scene) -> None:
    """What the base mended after the fork is not new in a change that never touched it."""
    scene.write(old_py=SAFE)
    mended = scene.commit()
    scene.git("checkout", "--quiet", "--detach", scene.base)
    scene.write(fresh_py=WEAK)
    head = scene.commit()
    pull = Subject("acme/shop", head, pull_request=7, base=mended)
    assert ages(scene.judge(subject=pull, options=Options())) == [
        ("fresh.py", True, True),
        ("old.py", False, False),
    ]


def test_a_folder_of_the_checkout_is_compared_with_the_same_folder(scene: Scene) -> None:
    scene.write(sub__old_py=WEAK)
    scene.base = scene.commit()
    scene.write(sub__old_py=WEAK + "\nDONE = True\n", sub__fresh_py=WEAK)
    inside = replace(scene, root=scene.root / "sub")
    assert ages(inside.judge()) == [("fresh.py", True, True), ("old.py", False, False)]


# --- baseline


def written(scene: Scene, judged: Judgement) -> dict[str, Any]:
    """Write the baseline of a judgement and return the settings that name it."""
    path = scene.root / baseline.DEFAULT
    path.parent.mkdir(exist_ok=True)
    path.write_text(baseline.text(judged.findings))
    return {"scanners": ["bandit"], "fail_on": "high", "baseline": baseline.DEFAULT}


def test_what_the_baseline_holds_blocks_no_more_and_a_copy_of_it_does(scene: Scene) -> None:
    settings = written(scene, scene.judge(options=Options()))
    assert ages(scene.judge(settings, options=Options())) == [("old.py", False, False)]
    scene.write(old_py=WEAK + COPY)
    assert sorted(ages(scene.judge(settings, options=Options()))) == [
        ("old.py", False, False),
        ("old.py", True, True),
    ]


def test_a_baseline_that_matches_nothing_is_told(scene: Scene) -> None:
    settings = written(scene, scene.judge(options=Options()))
    scene.write(old_py=SAFE)
    (line,) = [
        line for line in scene.judge(settings, options=Options()).checked if "baseline" in line
    ]
    assert "2 of them match nothing any more, the first bandit-B404 in old.py" in line


def test_with_a_baseline_everything_blocks_where_the_policy_says_so(scene: Scene) -> None:
    settings = written(scene, scene.judge(options=Options())) | {"new_only": False}
    assert ages(scene.judge(settings, options=Options())) == [("old.py", False, True)]


@pytest.mark.parametrize(
    "spoil",
    ["missing", "not JSON", "another version", "a fingerprint of 31 digits", "a link", "empty"],
)
def test_a_baseline_that_is_none_is_an_error(scene: Scene, spoil: str) -> None:
    settings = written(scene, scene.judge(options=Options()))
    path = scene.root / baseline.DEFAULT
    text = path.read_text()
    if spoil in {"missing", "a link"}:
        path.unlink()
    if spoil == "a link":
        (scene.root.parent / "outside.json").write_text(text)
        path.symlink_to(scene.root.parent / "outside.json")
    if spoil == "not JSON":
        path.write_text(text[:-20])
    if spoil == "empty":
        path.write_text("")
    if spoil == "another version":
        path.write_text(text.replace('"version": 1', '"version": 2'))
    if spoil == "a fingerprint of 31 digits":
        name = json.loads(text)["findings"][0]["fingerprint"]
        path.write_text(text.replace(name, name[1:]))
    with pytest.raises(EvidenceError, match="baseline"):
        scene.judge(settings, options=Options())


def test_of_a_pull_request_the_baseline_is_the_bases(scene: Scene) -> None:
    """A change that brings a weakness and its entry in the baseline is not served by that."""
    settings = written(scene, scene.judge(options=Options()))
    base = scene.commit()
    scene.write(fresh_py=WEAK)
    written(scene, scene.judge(options=Options()))
    pull = Subject("acme/shop", scene.commit(), pull_request=7, base=base)
    assert ages(scene.judge(settings, subject=pull, options=Options())) == [
        ("fresh.py", True, True),
        ("old.py", False, False),
    ]
    bare = Subject("acme/shop", pull.commit, pull_request=7, base=scene.base)
    with pytest.raises(EvidenceError, match=r"no baseline .* at the base"):
        scene.judge(settings, subject=bare, options=Options())
