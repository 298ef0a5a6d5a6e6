"""Cells as the text that a person would read in them."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    import pyarrow as pa

# The noughts of other scripts: nine more digits follow each.
_NOUGHTS = [code for code in range(0x100, 0xF000) if unicodedata.decimal(chr(code), None) == 0]
_DIGITS = {nought + digit: str(digit) for nought in _NOUGHTS for digit in range(10)}
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
_PLAIN = _DIGITS | _DASHES

# Ways to write a character that hide it from a pattern: JSON and HTML escapes, percent signs,
# wide, raised, circled and mathematical forms, digits of other scripts, accents on their own,
# spaces and dashes of other widths, characters without width, the zero bytes of UTF-16, and whole
# numbers with an exponent. Cells with any of them are unfolded first.
FOLDED = (
    r"\\u[0-9A-Fa-f]{4}|&[#A-Za-z]|%[0-9A-Fa-f]{2}|[0-9]\.[0-9]+[eE]\+?1[0-9]"
    r"|[\x00\x{00A0}\x{00AD}\x{00B2}\x{00B3}\x{00B9}\x{0300}-\x{036F}\x{061C}\x{180E}"
    r"\x{2000}-\x{2015}\x{202A}-\x{202F}\x{2060}-\x{209F}\x{2212}"
    r"\x{2460}-\x{249B}\x{3000}\x{FE00}-\x{FE0F}\x{FE50}-\x{FE6F}\x{FEFF}-\x{FFEF}"
    r"\x{1D400}-\x{1D7FF}" + "".join(f"\\x{{{n:X}}}-\\x{{{n + 9:X}}}" for n in _NOUGHTS) + "]"
)
_INVISIBLE = re.compile(
    "[\x00\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_EXPONENT = re.compile(r"(?<![0-9.])([0-9])\.([0-9]+)[eE]\+?(1[0-9])(?![0-9])")


def as_text(column: pa.Array) -> tuple[pa.Array, int]:
    """Return the column as strings and how many of its values are no text.

    Those are read all the same, with stand-ins for what cannot be decoded: their ASCII parts may
    still tell.
    """
    import pyarrow as pa

    if pa.types.is_string(column.type) and _is_sound(column):
        return column, 0
    readable = _is_text if pa.types.is_binary(column.type) else _is_utf8
    cells = column.cast(pa.binary()).to_pylist()
    undecodable = sum(not readable(cell) for cell in filter(None, cells))
    return pa.array(map(_decoded, cells), pa.string()), undecodable


def _is_sound(column: pa.Array) -> bool:
    import pyarrow as pa

    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_text(cell: bytes) -> bool:
    """Tell whether a byte string is UTF-8; zero bytes in one speak of another format."""
    return b"\0" not in cell and _is_utf8(cell)


def _is_utf8(cell: bytes) -> bool:
    try:
        cell.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(cell: bytes | None) -> str | None:
    return None if cell is None else cell.decode("utf-8", "replace")


def unfolded(cells: pa.Array) -> pa.Array:
    """Return the cells, in another order, with the folded ones written out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    folded = pc.match_substring_regex(cells, FOLDED)
    plain = pa.array(map(unfold, cells.filter(folded).to_pylist()), pa.string())
    return pa.concat_arrays([cells.filter(pc.invert(folded)), plain])


def unfold(text: str) -> str:
    """Write out escapes and look-alike forms, and drop characters that cannot be seen."""
    text = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    text = html.unescape(unquote(text, errors="replace"))
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_PLAIN)
    text = _EXPONENT.sub(_written_out, text)
    return text.encode("utf-8", "replace").decode("utf-8")  # half an escaped pair is no character


def _written_out(number: re.Match[str]) -> str:
    """Return `4.716e+15` as its sixteen digits, and what is no whole number as it stands."""
    whole, places, exponent = number[1], number[2].rstrip("0"), int(number[3])
    return whole + places.ljust(exponent, "0") if len(places) <= exponent else number[0]
