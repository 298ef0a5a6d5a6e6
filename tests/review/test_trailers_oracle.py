"""Co-author trailers beside git's own reading of a message."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatekeeper.review.trailers import co_authors

_ADDRESS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_KEYS = st.sampled_from(["Co-authored-by", "co-authored-by", "CO-AUTHORED-BY", "Signed-off-by"])
_TRAILERS = st.tuples(
    _KEYS,
    st.sampled_from([": ", ":", " : ", ":  "]),
    st.sampled_from(["Jo Smith", "Ümit", "x"]),
    st.sampled_from(["\n  ", " "]),
    st.sampled_from(["jo@example.com", "A.B+c@example.org", "z@z"]),
).map(lambda parts: f"{parts[0]}{parts[1]}{parts[2]}{parts[3]}<{parts[4]}>")
_TEXT = st.sampled_from(["Fix it", "* a list", "Reviewed: yes", "", "a: b", "    indented", "---"])
_MESSAGES = st.lists(st.one_of(_TRAILERS, _TEXT), min_size=1, max_size=7).map(
    lambda lines: "Subject\n\n" + "\n".join(lines) + "\n"
)


def read_by_git(message: str, folder: Path) -> set[str]:
    """Return the co-authors' addresses in the trailers that git finds."""
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse", "--no-divider"],
        input=message.encode(),
        capture_output=True,
        cwd=folder,
        check=True,
    )
    lines = done.stdout.decode().splitlines()
    named = (line for line in lines if line.casefold().startswith("co-authored-by"))
    return {address.casefold() for line in named for address in _ADDRESS.findall(line)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_MESSAGES)
def test_whomever_git_finds_is_found(tmp_path: Path, message: str) -> None:
    ours = {trailer.email for trailer in co_authors(message)}
    assert read_by_git(message, tmp_path) <= ours


def test_git_finds_somebody_at_all(tmp_path: Path) -> None:
    message = "Subject\n\nText\n\nCo-authored-by: Jo <jo@example.com>\n"
    assert read_by_git(message, tmp_path) == {"jo@example.com"}
