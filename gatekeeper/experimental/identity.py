"""Who is who: names are compared so that one person cannot easily appear as two. Pure."""

from __future__ import annotations

import re
import unicodedata

from gatekeeper.core.errors import UsageError

_ADDRESS = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_MARKS = "@.+-_"
# letters to Unicode, and blank on a screen
_FILLERS = "\u115f\u1160"
_MAX = 100


def identity(actor: str) -> str:
    """Return what two spellings of one person share.

    Only letters, digits and the marks within a name or an address count: not case, compatibility
    forms, blanks, whatever cannot be seen, or marks at the ends such as a leading `@`. Of
    `Name <address>` only the address does.
    """
    visible = "".join(c for c in actor if unicodedata.category(c) != "Cf")
    text = unicodedata.normalize("NFKC", visible).casefold()
    found = _ADDRESS.search(text)
    return "".join(filter(_counts, found[1] if found else text)).strip(_MARKS)


def _counts(character: str) -> bool:
    return (character.isalnum() and character not in _FILLERS) or character in _MARKS


def named(actor: str) -> str:
    """Return the actor as recorded. Raises UsageError for one that names nobody."""
    text = actor.strip()
    if not identity(text) or len(text) > _MAX or not text.isprintable():
        raise UsageError("the actor names nobody", "say who acts: --actor NAME")
    return text
