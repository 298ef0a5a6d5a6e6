"""Hints for people who mistyped a name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# More names than this help nobody choose.
_SHOWN = 12


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known word, or else all of them when they are few."""
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    if not choices:
        return "none is known here"
    more = f" and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else ""
    return f"known: {', '.join(choices[:_SHOWN])}{more}"
