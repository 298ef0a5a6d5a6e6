"""What was judged before is not judged again, and nothing forged, late or other is taken for it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

import pytest

from gatekeeper.scan.code import reuse
from gatekeeper.scan.code.content import sha256
from gatekeeper.scan.code.facts import Hit, ScannerRun, Unseen
from gatekeeper.scan.gate import CODE
from gatekeeper.scan.results import FILE, Results
from gatekeeper.scan.scanners.interface import Engine, SourceFile, Task

WEAK = "import subprocess\nsubprocess.run(input(), shell=True)\n"
KEY = b"k" * 32


@dataclass
class Pretend:
    """A scanner that notes what it is asked, and does what a test wants."""

    root: object
    identity: str = "one"
    name: str = "pretend"
    asked: tuple[str, ...] = ()
    failed: tuple[Unseen, ...] = ()
    silent: tuple[str, ...] = ()
    meanwhile: object = None

    def engine(self, task):
        return Engine("1", "Python 3", self.identity)

    def scan(self, task):
        self.asked = task.paths
        if self.meanwhile:
            self.meanwhile()
        hits = tuple(
            Hit("r", path, 1, 1, 1, "c0ffee")
            for path in task.paths
            if "weak" in (self.root / path).read_text()
        )
        scanned = tuple(path for path in task.paths if path not in self.silent)
        return ScannerRun("pretend", "1", "Python 3", task.paths, scanned, self.failed, hits)


@pytest.fixture
def look(tmp_path):
    root = tmp_path / "tree"
    root.mkdir()
    (root / "a.py").write_text("weak")
    (root / "b.py").write_text("strong")

    def run(scanner, key=KEY):
        names = sorted(path.name for path in root.iterdir())
        files = [SourceFile(name, "python", sha256(root / name)) for name in names]
        task = Task(root, tuple(names), root, tmp_path, 0.0)
        scanner.asked = ()
        return reuse.run(scanner, task, files, Results(tmp_path / "cache", key))

    return run


@pytest.fixture
def scanner(tmp_path):
    return Pretend(tmp_path / "tree")


def test_the_second_time_nothing_is_asked_and_the_same_is_told(look, scanner):
    first = look(scanner)
    assert scanner.asked == ("a.py", "b.py")
    second = look(scanner)
    assert scanner.asked == ()
    assert second.cached == ("a.py", "b.py")
    assert second.hits == first.hits != ()
    assert replace(second, scanned=first.scanned, cached=()) == first


def test_only_what_changed_is_asked_again(look, scanner, tmp_path):
    look(scanner)
    (tmp_path / "tree" / "b.py").write_text("weak")
    told = look(scanner)
    assert scanner.asked == ("b.py",)
    assert [hit.path for hit in told.hits] == ["a.py", "b.py"]


def test_the_same_content_elsewhere_is_asked_anew(look, scanner, tmp_path):
    look(scanner)
    (tmp_path / "tree" / "b.py").rename(tmp_path / "tree" / "c.py")
    look(scanner)
    assert scanner.asked == ("c.py",)


@pytest.mark.parametrize("what", ["engine", "name", "our code"])
def test_what_the_answer_depends_on_is_part_of_its_name(look, scanner, monkeypatch, what):
    look(scanner)
    if what == "our code":
        monkeypatch.setattr(reuse, "_code", lambda: "changed")
    else:
        setattr(scanner, {"engine": "identity", "name": "name"}[what], "two")
    look(scanner)
    assert scanner.asked == ("a.py", "b.py")


def test_what_was_not_wholly_seen_is_never_kept(look, scanner):
    scanner.failed = (Unseen("a.py", "took too long"),)
    scanner.silent = ("b.py",)
    look(scanner)
    look(scanner)
    assert scanner.asked == ("a.py", "b.py")


def test_a_file_that_changes_under_the_scanner_is_not_kept(look, scanner, tmp_path):
    file = tmp_path / "tree" / "a.py"
    scanner.meanwhile = lambda: file.write_text("strong")
    assert look(scanner).hits == ()
    file.write_text("weak")
    scanner.meanwhile = None
    assert look(scanner).hits != ()


def test_without_a_key_everything_is_asked(look, scanner):
    look(scanner, b"")
    look(scanner, b"")
    assert scanner.asked == ("a.py", "b.py")


@pytest.fixture
def judged(request_for, context, tmp_path):
    root = tmp_path / "real"
    root.mkdir()
    (root / "weak.py").write_text(WEAK)

    def run(key=KEY):
        request = replace(request_for(CODE, root, settings={"scanners": ["bandit"]}), cache_key=key)
        return CODE.judge(CODE.collect(request), request.settings, context)

    return run


def test_a_poisoned_cache_of_a_real_scanner_turns_no_finding_into_a_pass(judged, tmp_path):
    first = judged()
    again = judged()
    assert again.findings == first.findings
    assert again.checked == (f"{first.checked[0]}, 1 of them as before",)
    with sqlite3.connect(tmp_path / "cache" / FILE) as database:
        database.execute("UPDATE entry SET body = CAST('{\"hits\": []}' AS BLOB)")
    poisoned = judged()
    assert poisoned.findings == first.findings
    assert poisoned.checked == first.checked


def test_a_cache_of_somebody_elses_key_is_not_believed(judged):
    judged(b"x" * 32)
    assert "as before" not in judged().checked[0]
