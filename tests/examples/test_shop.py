from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SERVE = """
from shop import create_app
page = create_app().test_client().get("/search/safe?q=Tea")
assert page.status_code == 200 and page.json[0]["name"] == "Teapot", page.data
"""


def python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=folder, capture_output=True, text=True
    )


def test_every_file_of_the_shop_is_python(example: Path) -> None:
    files = [*example.glob("shop/*.py"), *example.glob("history/*/shop/*.py")]
    assert len(files) > 8
    for file in files:
        compile(file.read_text(encoding="utf-8"), str(file), "exec")


def test_the_shop_serves_a_page(example: Path) -> None:
    done = python(SERVE, example)
    assert done.returncode == 0, done.stderr


def test_every_weakness_stands_beside_a_safe_twin(example: Path) -> None:
    for file in example.glob("shop/*.py"):
        text = file.read_text(encoding="utf-8")
        weak, safe = len(re.findall("^# weak:", text, re.M)), len(re.findall("^# safe", text, re.M))
        # the one in suggest.py has its twin in the version that was reviewed
        assert weak <= safe or file.name == "suggest.py"


def test_the_reviewed_version_has_no_weakness(example: Path) -> None:
    for file in example.glob("history/*/shop/*.py"):
        assert "weak:" not in file.read_text(encoding="utf-8")
        assert "LIKE ?" in file.read_text(encoding="utf-8")
