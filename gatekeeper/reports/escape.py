r"""Text from evidence is untrusted: nothing of it may act on the reader's terminal or page.

What cannot be seen is made visible (`\x1b`, `\u202e`) and never dropped: a reader should notice
that somebody tried.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_SUSPECT = re.compile(r"[^\n\x20-\x7e]")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_NONCHARACTERS = frozenset({0xFFFE, 0xFFFF, *range(0xFDD0, 0xFDF0)})  # XML refuses some
_COMMAND = re.compile(r"::(?=[a-zA-Z])|##(?=\[)")
_SPECIAL = re.compile(r"""[\\`*_\[\]#|~$&<>]|^[+\-=]""")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What a host turns into a mention, a reference or a link even where markdown is escaped.
_AUTOLINK = re.compile(r"@(?=\w)|#(?=\d)|(?<=[a-zA-Z]):(?=//)|\bwww\.|\bgh-(?=\d)", re.IGNORECASE)
_BREAK = "\u200b"
LIMIT = 2_000


def visible(text: str) -> str:
    """Write controls, bidi overrides, zero-width characters and surrogates as escapes.

    The same goes for what begins a workflow command on a line of a build's log: a layout may
    wrap a line just there.
    """
    shown = replace_hidden(text.replace("\n", "\\n"), lambda char: repr(char)[1:-1])
    return _COMMAND.sub(lambda found: f"\\x{ord(found[0][0]):02x}{found[0][1:]}", shown)


def replace_hidden(text: str, replacement: Callable[[str], str]) -> str:
    """Replace each hidden character but the newline."""
    return _SUSPECT.sub(
        lambda found: replacement(found[0]) if _hidden(found[0]) else found[0], text
    )


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN or ord(char) in _NONCHARACTERS


def one_line(text: str, limit: int = LIMIT) -> str:
    """Return the text as one visible line; what is over `limit` characters is counted instead."""
    line = visible(" ".join(text.split()))
    if len(line) <= limit:
        return line
    return f"{line[:limit]}… (and {len(line) - limit} characters more)"


def markdown(text: str, limit: int = LIMIT) -> str:
    """Return one line that GitHub's markdown shows exactly as it stands, without a link.

    Text between single backticks stays code; everything else is escaped.
    """
    parts = one_line(text, limit).split("`")
    if len(parts) % 2 == 0:  # an odd backtick: none of them is a pair to be sure of
        return _prose("`".join(parts))
    return "".join(
        code_span(part) if index % 2 else _prose(part) for index, part in enumerate(parts)
    )


def _prose(text: str) -> str:
    unlinked = _AUTOLINK.sub(lambda found: found[0] + _BREAK, text)
    plain = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), unlinked)
    return _NUMBERED.sub(r"\1\\\2", plain)


def code_span(text: str, limit: int = LIMIT) -> str:
    """Return one line as inline code that also holds inside a table cell."""
    line = one_line(text, limit).strip()
    if not line:
        return ""
    if re.search(r"[|`\\]", line):
        # markdown's own code cannot hold a backtick plainly, nor a bar inside a table
        return f"<code>{''.join(map(_entity, line))}</code>"
    return f"`{line}`"


def _entity(char: str) -> str:
    return char if char.isalnum() or char == " " else f"&#{ord(char)};"
