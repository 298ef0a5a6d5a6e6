"""CODEOWNERS as GitHub documents it, beside another reader of it."""

from __future__ import annotations

import pytest
from codeowners import CodeOwners as Oracle
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.review.owners.codeowners import CodeOwners, is_team, parse
from gatekeeper.review.owners.patterns import is_supported, matches


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*", "a", True),
        ("*", "a/b/c.py", True),
        ("*.js", "x/y.js", True),
        ("*.js", "x/y.jsx", False),
        ("/build/logs/", "build/logs/a/b", True),
        ("/build/logs/", "x/build/logs/a", False),
        ("/build/logs/", "build/logs", False),
        ("docs/*", "docs/start.md", True),
        ("docs/*", "docs/build/troubleshooting.md", False),
        ("docs/**", "docs/build/troubleshooting.md", True),
        ("apps/", "x/apps/y/z", True),
        ("apps/", "apps", False),
        ("/docs/", "docs/a", True),
        ("**/logs", "build/logs/a", True),
        ("**/logs", "logs", True),
        ("/apps/github", "apps/github", True),
        ("/apps/github", "apps/github/x", True),
        ("/apps/github", "apps/githubs", False),
        ("src/app.py", "src/app.py", True),
        ("src/app.py", "x/src/app.py", False),
        ("app.py", "x/app.py", True),
        ("/*", "a", True),
        ("/*", "a/b", False),
        ("*", ".github/workflows/x.yml", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("README.md", "readme.md", False),
        ("a\\ b/", "a b/c", True),
        ("\\*x", "*x", True),
        ("\\*x", "ax", False),
        ("a.b", "axb", False),
        ("x", "a\nx", False),
        ("/", "a", False),
    ],
)
def test_patterns_match_as_documented(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_the_last_line_that_matches_wins_and_may_name_nobody() -> None:
    file = parse("* @org/all\n/pay/ @dana erin@example.com\n/pay/docs/\n*.md @bob # hello @eve\n")
    owners = {path: _owners(file, path) for path in ("a", "pay/a", "pay/docs/a", "pay/a.md")}
    assert owners == {
        "a": ("@org/all",),
        "pay/a": ("@dana", "erin@example.com"),
        "pay/docs/a": (),
        "pay/a.md": ("@bob",),
    }


def _owners(file: CodeOwners, path: str) -> tuple[str, ...] | None:
    line = file.line_for(path)
    return line.owners if line else None


@pytest.mark.parametrize(
    "line",
    [
        "!docs/ @dana",
        "[Section] @dana",
        "docs/[ab].md @dana",
        "docs/ dana",
        "docs/ @dana and @erin",
        "docs/ @",
        "docs/ @org/",
        "^[Optional] @dana",
    ],
)
def test_a_line_that_github_cannot_read_is_skipped_and_told(line: str) -> None:
    file = parse(f"* @erin\n{line}\n")
    assert _owners(file, "docs/a.md") == ("@erin",)
    assert file.skipped == (2,)


@pytest.mark.parametrize("text", ["", "\n\n", "# only @a comment\n", "   \t\n", "\ufeff"])
def test_a_file_without_a_line_owns_nothing(text: str) -> None:
    file = parse(text)
    assert (file.lines, file.skipped) == ((), ())
    assert file.line_for("a") is None


def test_line_ends_and_blanks_of_every_kind_are_read() -> None:
    file = parse("\ufeffa  \t@x\r\n  b @y\rc\tz@example.com\r\n")
    assert [(line.number, line.pattern, line.owners) for line in file.lines] == [
        (1, "a", ("@x",)),
        (2, "b", ("@y",)),
        (3, "c", ("z@example.com",)),
    ]


def test_escapes_keep_spaces_in_a_pattern() -> None:
    (line,) = parse("my\\ docs/a\\ b.md @dana").lines
    assert line.pattern == "my\\ docs/a\\ b.md"
    assert matches(line.pattern, "my docs/a b.md")


def test_a_team_is_written_with_a_slash() -> None:
    assert is_team("@acme/pay")
    assert not is_team("@dana")
    assert not is_team("a/b@example.com")


_NAMES = st.sampled_from(["a", "b", "docs", "*", "**", "*.md", "x?", "a*b", ".github"])
_PATTERNS = st.tuples(
    st.sampled_from(["", "/"]), st.lists(_NAMES, min_size=1, max_size=4), st.sampled_from(["", "/"])
).map(lambda parts: f"{parts[0]}{'/'.join(parts[1])}{parts[2]}")
_PATHS = st.lists(
    st.sampled_from(["a", "b", "docs", "x1", "a.md", "aab", ".github"]), min_size=1, max_size=5
).map("/".join)


@given(_PATTERNS, _PATHS)
def test_both_readers_agree_on_a_pattern(pattern: str, path: str) -> None:
    assert is_supported(pattern)
    assert matches(pattern, path) == bool(Oracle(f"{pattern} @dana").of(path))


@given(
    st.lists(st.tuples(_PATTERNS, st.sampled_from(["", " @dana", " @org/t @erin"])), max_size=6),
    _PATHS,
)
def test_both_readers_agree_on_a_file(lines: list[tuple[str, str]], path: str) -> None:
    text = "\n".join(pattern + owners for pattern, owners in lines)
    theirs = tuple(name for _, name in Oracle(text).of(path))
    assert (_owners(parse(text), path) or ()) == theirs
