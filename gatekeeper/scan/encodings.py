"""Would a tool that reads bytes as UTF-8 see the code that the language's own reader runs?"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping

from gatekeeper.scan.scanners.interface import in_words

_READABLE = frozenset({"utf-8", "utf-8-sig", "iso8859-1", "ascii", "cp1252"})
# with what editors add to them, e.g. `utf-8-unix`, Python takes these for UTF-8 and Latin-1
_EDITORS = ("utf-8-", "latin-1-", "iso-8859-1-", "iso-latin-1-")
_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-.\w]+)")
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = {"U+2028": "\u2028".encode(), "U+2029": "\u2029".encode()}


def misread(source: bytes, language: str) -> str:
    """Return why such a tool would see other code; empty when it would not."""
    if source.startswith(_WIDE):
        return "written in UTF-16, which it does not read"
    if _LONE_RETURN.search(source):
        # to the language a new line begins there, to the tool a comment goes on
        return "ends lines with a carriage return alone"
    return _OF.get(language, _script)(source)


def _python(source: bytes) -> str:
    encodings = filter(None, map(_declared, source.split(b"\n", 2)[:2]))
    odd = next((name for name in encodings if name not in _READABLE), None)
    return f"written in {in_words(odd)}, which it does not read" if odd else ""


def _declared(line: bytes) -> str:
    """Return the codec that a line declares as PEP 263 says, or what it names in its stead."""
    found = _CODING.match(line)
    if not found:
        return ""
    name = found[1].decode("ascii").lower().replace("_", "-")
    try:
        return "utf-8" if name.startswith(_EDITORS) else codecs.lookup(name).name
    except LookupError:
        return name


def _script(source: bytes) -> str:
    named = next((name for name, mark in _SEPARATORS.items() if mark in source), None)
    return f"ends lines with {named}" if named else ""


_OF: Mapping[str, Callable[[bytes], str]] = {"python": _python}
