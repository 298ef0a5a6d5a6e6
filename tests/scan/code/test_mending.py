"""The smallest change that mends a place, and the whole way from a rule to a mended file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatekeeper.cli import main
from gatekeeper.scan.code.mending import mend

WEAK = """\
from flask import Flask

app = Flask(__name__)
app.run(host="127.0.0.1", debug=True)
"""


@pytest.mark.parametrize(
    ("source", "start", "end", "fix", "expected"),
    [
        (b"f(a, debug=True)\n", (1, 1), (1, 17), "f(a, debug=False)", ((1, 12), (1, 15), "Fals")),
        (b"x\n  f(\n1)\n", (2, 3), (3, 3), "f(\n2)", ((3, 1), (3, 2), "2")),
        (b"aaa", (1, 1), (1, 4), "aa", ((1, 3), (1, 4), "")),
        (b"aa", (1, 1), (1, 3), "aaa", ((1, 3), (1, 3), "a")),
        (b"a", (1, 1), (1, 2), "b", ((1, 1), (1, 2), "b")),
    ],
)
def test_only_what_differs_is_changed(
    source: bytes,
    start: tuple[int, int],
    end: tuple[int, int],
    fix: str,
    expected: tuple[tuple[int, int], tuple[int, int], str],
) -> None:
    found = mend(source, start, end, fix)
    assert found is not None
    assert (found.start, found.end, found.text) == expected


@pytest.mark.parametrize(
    ("source", "end", "fix"),
    [
        (b"a", (1, 2), "a"),
        ("ü a".encode(), (1, 3), "b"),
        (b"a", (9, 2), "b"),
        (b"a", (1, 9), "b"),
        (b"a\r\nb\r\n", (2, 2), "c"),
    ],
)
def test_what_changes_nothing_or_is_unsure_is_no_change(
    source: bytes, end: tuple[int, int], fix: str
) -> None:
    assert mend(source, (1, 1), end, fix) is None


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "shop"
    root.mkdir()
    (root / "app.py").write_text(WEAK)
    (root / "gatekeeper.yml").write_text(
        "version: 1\nstages: {merge: [code]}\ngates: {code: {scanners: [semgrep]}}\n"
    )
    return root


def test_a_fix_is_shown_then_written_then_judged_again(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sarif = tmp_path / "report.sarif"
    assert main.run(["check", str(shop), "--format", "sarif", "--output", str(sarif)]) == 1
    results = json.loads(sarif.read_text())["runs"][0]["results"]
    (change,) = results[0]["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "app.py"
    assert change["replacements"][0]["insertedContent"] == {"text": "Fals"}

    assert main.run(["fix", str(shop), "--quiet"]) == 1
    told = capsys.readouterr()
    assert '+app.run(host="127.0.0.1", debug=False)' in told.out
    assert "nothing was written" in told.err
    assert (shop / "app.py").read_text() == WEAK

    assert main.run(["fix", str(shop), "--yes", "--quiet", "--format", "json"]) == 0
    assert (shop / "app.py").read_text() == WEAK.replace("True", "False")
    out = capsys.readouterr().out
    assert json.loads(out[out.index("\n{") :])["verdict"] == "PASS"
    assert main.run(["fix", str(shop), "--quiet"]) == 0
    assert "no finding has a replacement" in capsys.readouterr().err
