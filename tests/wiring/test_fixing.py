"""Replacements go into exactly the files that were scanned, and nowhere else."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatekeeper.core.digest import digest
from gatekeeper.core.errors import EvidenceError
from gatekeeper.core.model import (
    Finding,
    GateResult,
    Place,
    PolicySource,
    Replacement,
    Report,
    Severity,
    Subject,
    Verdict,
)
from gatekeeper.wiring.fixing import plan

WEAK = "import yaml\r\nü = yaml.load('€', Loader=yaml.Loader)  # ü\r\nx = 1\r\n"


def at(
    path: Path, name: str, start: tuple[int, int], end: tuple[int, int], text: str
) -> Replacement:
    return Replacement(name, start, end, text, digest(path.read_bytes()))


def report(*replacements: Replacement) -> Report:
    findings = tuple(
        Finding("r", "t", "m", Severity.HIGH, Place(path=one.path), "a" * 32, replacement=one)
        for one in replacements
    )
    result = GateResult("code", Verdict.FAIL, 1.0, "", findings=findings)
    policy = PolicySource("built-in", None, "sha256:0")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Report(Verdict.FAIL, 1, now, Subject("shop", None), policy, (result,))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop" / "a.py"
    path.parent.mkdir()
    path.write_bytes(WEAK.encode())
    path.chmod(0o755)
    return path


SAFE = ((2, 20), (2, 38), "Loader=yaml.SafeLoader")


def test_a_replacement_keeps_line_ends_encoding_and_mode(file: Path) -> None:
    planned = plan(file.parent, report(at(file, "a.py", *SAFE)))
    assert file.read_bytes() == WEAK.encode()
    (fix,) = planned.fixes
    fix.write()
    expected = WEAK.replace("Loader=yaml.Loader", "Loader=yaml.SafeLoader")
    assert file.read_bytes() == expected.encode()
    assert file.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in file.parent.iterdir()] == ["a.py"]


def test_a_text_of_several_lines_takes_the_files_line_ends(file: Path) -> None:
    (fix,) = plan(file.parent, report(at(file, "a.py", (3, 1), (3, 6), "y = 2\nz = 3"))).fixes
    assert fix.after.endswith("y = 2\r\nz = 3\r\n")


def test_of_two_that_touch_the_second_waits(file: Path) -> None:
    one, other = at(file, "a.py", *SAFE), at(file, "a.py", (2, 5), (2, 39), "0")
    planned = plan(file.parent, report(one, other, one))
    assert planned.fixes[0].count == 1
    assert "touch each other" in planned.left[0]
    apart = plan(file.parent, report(one, at(file, "a.py", (3, 5), (3, 6), "2")))
    assert apart.fixes[0].count == 2


def test_a_file_that_changed_since_the_scan_is_left(file: Path) -> None:
    old = at(file, "a.py", *SAFE)
    file.write_bytes(WEAK.encode() + b"# more\r\n")
    planned = plan(file.parent, report(old))
    assert (planned.fixes, "not the file that was scanned" in planned.left[0]) == ((), True)


def test_a_file_that_changes_before_it_is_written_is_left(file: Path) -> None:
    (fix,) = plan(file.parent, report(at(file, "a.py", *SAFE))).fixes
    file.write_bytes(b"x = 1\n")
    with pytest.raises(EvidenceError, match="has changed meanwhile"):
        fix.write()
    assert file.read_bytes() == b"x = 1\n"


@pytest.mark.parametrize("name", ["../victim.py", "link.py", "folder/victim.py", "/etc/passwd"])
def test_nothing_outside_the_tree_or_behind_a_link_is_written(file: Path, name: str) -> None:
    root, victim = file.parent, file.parent.parent / "victim.py"
    victim.write_bytes(WEAK.encode())
    (root / "link.py").symlink_to(victim)
    (root / "folder").symlink_to(victim.parent)
    planned = plan(root, report(at(victim, name, *SAFE)))
    assert planned.fixes == ()
    assert "is no plain file of this tree" in planned.left[0]


def test_a_hard_link_is_cut_and_the_other_file_stays(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    os.link(file, other)
    (fix,) = plan(file.parent, report(at(file, "a.py", *SAFE))).fixes
    fix.write()
    assert other.read_bytes() == WEAK.encode()


def test_a_file_in_another_encoding_and_a_place_that_is_none_are_left(file: Path) -> None:
    file.write_bytes("ü = 1\n".encode("latin-1"))
    assert "not UTF-8" in plan(file.parent, report(at(file, "a.py", (1, 1), (1, 2), "x"))).left[0]
    file.write_bytes(b"x\n")
    for start, end in (((9, 1), (9, 2)), ((1, 2), (1, 1)), ((1, 1), (1, 99))):
        assert (
            "no such place" in plan(file.parent, report(at(file, "a.py", start, end, ""))).left[0]
        )
