"""Co-author trailers, in the spellings that people and tools use."""

from __future__ import annotations

import pytest

from gatekeeper.review.trailers import Trailer, co_authors

JO = Trailer("Jo Smith", "jo@example.com")


@pytest.mark.parametrize(
    "line",
    [
        "Co-authored-by: Jo Smith <jo@example.com>",
        "co-authored-by:Jo Smith <JO@EXAMPLE.COM>",
        "CO-AUTHORED-BY : Jo Smith < jo@example.com >",
        "  Co-Authored-By: Jo Smith <jo@example.com>  ",
        "* Co-authored-by: Jo Smith <jo@example.com>",
        "> Co-authored-by: Jo Smith <jo@example.com>",
        "Co-authored-by: Jo Smith jo@example.com",
        "Coauthored-by: Jo Smith <jo@example.com>",
        "Co_authored_by: Jo Smith <jo@example.com>",
        "Co-authored-by: Jo Smith <jo@example.com> (she)",
        "Co-authored-by: Jo Smith <jo@example.com> (@jo)",
        "Co-authored-by: Jo Smith\n  <jo@example.com>",
        "Co-authored-by:\n\tJo Smith <jo@example.com>",
        "Co-authored-by: Jo Smith <jo@example.com>\n  on leave: away@example.com",
    ],
)
def test_every_spelling_names_the_co_author(line: str) -> None:
    assert co_authors(f"Fix it\n\n{line}\n") == (JO,)
    assert co_authors(f"Fix it\r\n\r\n{line}\r\n\r\nand more text\r\n") == (JO,)


def test_each_co_author_is_named_once_wherever_they_stand() -> None:
    line = "Co-authored-by: Jo Smith <jo@example.com>"
    assert co_authors(f"{line}\n\ntext\n\n{line}\nCo-authored-by: Al <al@example.com>") == (
        JO,
        Trailer("Al", "al@example.com"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "Co-authored-by: Jo Smith <jo@example.com>, Al <al@example.com>",
        "Co-authored-by: Jo Smith <jo@example.com>; Al <al@example.com>",
        "Co-authored-by: Jo Smith jo@example.com & Al al@example.com",
        "Co-authored-by: Jo Smith <jo@example.com>\n Co-authored-by: Al <al@example.com>",
        "Co-authored-by: Jo Smith <jo@example.com>\n  Co-authored-by: Al\n   <al@example.com>",
    ],
)
def test_everybody_whom_one_trailer_names_is_a_co_author(line: str) -> None:
    assert co_authors(f"Fix it\n\n{line}\n") == (JO, Trailer("Al", "al@example.com"))


def test_a_trailer_without_an_address_still_names_somebody() -> None:
    assert co_authors("Fix\n\nCo-authored-by: Jo Smith") == (Trailer("Jo Smith", None),)


@pytest.mark.parametrize(
    "message", ["", "Fix", "We co-authored-by hand", "Co-authored-by:", "Signed-off-by: A <a@b.c>"]
)
def test_other_text_names_nobody(message: str) -> None:
    assert co_authors(message) == ()
