from __future__ import annotations

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gatekeeper.reports.escape import LIMIT, code_span, markdown, one_line, visible
from tests.reports.strategies import text

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def letters(shown: str) -> str:
    return "".join(char for char in shown if char not in "\u200b`" and not char.isspace())


def words_of(tokens: list[Token]) -> str:
    kinds = {"text", "code_inline", "text_special"}
    return letters("".join(token.content for token in flat(tokens) if token.type in kinds))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\u202eb", r"a\u202eb"),
        ("\x9b2J", r"\x9b2J"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\U000e0041", r"\U000e0041"),
        ("lone \ud800", r"lone \ud800"),
        ("ä 漢字 🙂 [bold]", "ä 漢字 🙂 [bold]"),
    ],
)
def test_what_is_hidden_becomes_visible_and_the_rest_stays(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_lines_become_one_line() -> None:
    assert one_line(" a\r\n::error::\tb\n") == r"a \x3a:error:: b"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("::error::x", r"\x3a:error\x3a:x"),
        ("##[set-output name=a]b", r"\x23#[set-output name=a]b"),
        ("rows[::2]", "rows[::2]"),
    ],
)
def test_a_workflow_command_is_shown_and_not_given(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_a_flood_is_cut_and_counted() -> None:
    shown = one_line("x" * (LIMIT + 7))
    assert shown.endswith("… (and 7 characters more)")


@given(text)
def test_one_line_is_one_printable_line(raw: str) -> None:
    shown = one_line(raw)
    assert len(shown.splitlines()) <= 1
    assert all(char.isprintable() or char.isspace() or ord(char) > 0x377 for char in shown)
    assert one_line(shown) == shown


@given(text)
def test_markdown_shows_exactly_the_text_and_builds_nothing(raw: str) -> None:
    tokens = PARSER.parse(f"before {markdown(raw)}")
    kinds = {token.type for token in flat(tokens)}
    allowed = {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    assert kinds <= {*allowed, "code_inline", "html_inline"}
    html = {token.content for token in flat(tokens) if token.type == "html_inline"}
    assert html <= {"<code>", "</code>"}
    assert words_of(tokens) == letters(f"before {one_line(raw)}")


@given(text)
def test_markdown_is_a_paragraph_even_at_the_start_of_a_line(raw: str) -> None:
    opened = [token.type for token in PARSER.parse(markdown(raw)) if token.nesting == 1]
    assert opened in ([], ["paragraph_open"])


@pytest.mark.parametrize(
    "raw", ["1. a", "123456789) a", "- a", "+ a", "# a", "> a", "=== ", "    a"]
)
def test_what_begins_a_block_begins_none(raw: str) -> None:
    tokens = PARSER.parse(markdown(raw))
    assert [token.type for token in tokens if token.nesting == 1] == ["paragraph_open"]
    assert words_of(tokens) == letters(raw)


@given(text, text)
def test_a_table_row_keeps_its_cells(first: str, second: str) -> None:
    row = f"| a | b |\n|---|---|\n| {markdown(first)} | {code_span(second)} |\n"
    cells = [token for token in PARSER.parse(row) if token.type == "td_open"]
    assert len(cells) == 2


@given(text)
def test_a_code_span_shows_exactly_the_text(raw: str) -> None:
    assert words_of(PARSER.parse(f"before {code_span(raw)}")) == letters(f"before {one_line(raw)}")


@pytest.mark.parametrize(
    "raw", ["@everyone", "a@b.example", "see #12", "https://evil.test", "WWW.evil.test", "gh-7"]
)
def test_the_host_makes_no_mention_reference_or_link_of_text(raw: str) -> None:
    assert "\u200b" in markdown(raw)
    assert markdown(raw).replace("\u200b", "").replace("\\", "") == raw


def test_paired_backticks_stay_code_and_an_odd_one_does_not() -> None:
    assert markdown("run `a | b` now") == "run <code>a &#124; b</code> now"
    assert markdown("run `ls -l` now") == "run `ls -l` now"
    assert markdown("a ` b") == "a \\` b"
