"""Which characters a text that a regular expression matches cannot hold."""

# ruff: noqa: ARG005 - the functions of a table are all called alike
from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any

# Without all of these characters a text cannot do the harm.
DANGEROUS = {
    "sql": "'\"`;()-/*=<>|#\\ %",
    "cmd": ";&|$`()<>\n\\'\"*?[]{}~ -",
    "code": "()[]{}.,'\"=:;\n +-*/%@",
    "path": "/\\",
    "ldap": "*()\\&|=,",
    "xpath": "'\"[]/@|()=*:, ",
    "xss": "<>\"'&",
    "redirect": "/\\:.",
    "ssrf": "/\\:.@#?",
    "template": "{}%$#",
    "header": "\r\n",
    "log": "\r\n",
    "trust": "<>\"'&;`$(){}[]\\/\n",
    "mail": "\r\n",
    "nosql": "{}$\"'",
    "deserialize": "\n()[]{}!:<>",
    "xxe": "<&",
    "regex": "+*{}()[]|^$\\?.",
}
_WITHIN_ASCII = [chr(code) for code in range(128)]


@lru_cache(maxsize=256)
def harmless_for(pattern: str, how: str) -> frozenset[str]:
    """Return the weaknesses that text cannot cause when `re.HOW(pattern, text)` matches."""
    allowed = _allowed(pattern, how)
    if allowed is None:
        return frozenset()
    return frozenset(name for name, bad in DANGEROUS.items() if not allowed.intersection(bad))


def _allowed(pattern: str, how: str) -> frozenset[str] | None:
    """Return the ASCII characters that may be in a text that matches wholly, or None."""
    try:
        parsed = _parsed(pattern)
    except (re.error, RecursionError, OverflowError):
        return None
    items = list(parsed)
    if parsed.state.flags & re.MULTILINE or not _anchored(items, how):
        return None
    found: set[str] = set()
    return frozenset(found) if all(_collect(item, found) for item in items) else None


def _parsed(pattern: str) -> Any:
    # Python's own parser of regular expressions, which has no public name
    parse: Callable[[str], Any] = import_module("re._parser").parse
    return parse(pattern)


def _anchored(items: list[Any], how: str) -> bool:
    begins = how in {"match", "fullmatch"} or _is_at(
        items[:1], {"AT_BEGINNING", "AT_BEGINNING_STRING"}
    )
    ends = how == "fullmatch" or _is_at(items[-1:], {"AT_END", "AT_END_STRING"})
    return begins and ends


def _is_at(items: list[Any], names: set[str]) -> bool:
    return bool(items) and str(items[0][0]) == "AT" and str(items[0][1]) in names


def _collect(item: Any, found: set[str]) -> bool:
    """Add the characters of a part; False when that cannot be told."""
    kind, content = str(item[0]), item[1]
    collector = _PARTS.get(kind)
    return collector is not None and collector(content, found)


def _literal(content: Any, found: set[str]) -> bool:
    found.add(chr(content))
    return True


def _one_of(content: Any, found: set[str]) -> bool:
    return all(_collect(part, found) for part in content)


def _range(content: Any, found: set[str]) -> bool:
    low, high = content
    found.update(char for char in _WITHIN_ASCII if low <= ord(char) <= high)
    return True


def _category(content: Any, found: set[str]) -> bool:
    tests = {"CATEGORY_DIGIT": r"\d", "CATEGORY_WORD": r"\w", "CATEGORY_SPACE": r"\s"}
    pattern = tests.get(str(content))
    if pattern is None:
        return False
    found.update(char for char in _WITHIN_ASCII if re.match(pattern, char))
    return True


def _all(parts: Iterable[Any], found: set[str]) -> bool:
    return all(_collect(part, found) for part in parts)


_PARTS: dict[str, Callable[[Any, set[str]], bool]] = {
    "LITERAL": _literal,
    "IN": _one_of,
    "RANGE": _range,
    "CATEGORY": _category,
    "AT": lambda content, found: True,
    "MAX_REPEAT": lambda content, found: _all(content[2], found),
    "MIN_REPEAT": lambda content, found: _all(content[2], found),
    "POSSESSIVE_REPEAT": lambda content, found: _all(content[2], found),
    "SUBPATTERN": lambda content, found: _all(content[3], found),
    "BRANCH": lambda content, found: all(_all(part, found) for part in content[1]),
}


@lru_cache(maxsize=256)
def kept_by(pattern: str, new: str) -> frozenset[str]:
    """Return the weaknesses that `re.sub(pattern, new, text)` leaves no characters for."""
    try:
        items = list(_parsed(pattern))
    except (re.error, RecursionError, OverflowError):
        return frozenset()
    content = _negated(items)
    found: set[str] = set(new)
    if content is None or "\\" in new or not all(_collect(part, found) for part in content):
        return frozenset()
    return frozenset(name for name, bad in DANGEROUS.items() if not found.intersection(bad))


def _negated(items: list[Any]) -> list[Any] | None:
    """Return what a pattern of one negated class of characters leaves alone."""
    if len(items) == 1 and str(items[0][0]) == "MAX_REPEAT":
        low, _, inner = items[0][1]
        items = list(inner) if low == 1 else []
    if len(items) != 1 or str(items[0][0]) != "IN":
        return None
    parts = list(items[0][1])
    return parts[1:] if str(parts[0][0]) == "NEGATE" else None
