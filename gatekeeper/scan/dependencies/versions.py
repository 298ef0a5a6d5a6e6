"""Versions of PEP 440, and which of several come after one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from packaging.version import Version


def parsed(text: str) -> Version | None:
    """Return the version, or None when the text is none of PEP 440, or of too many digits."""
    from packaging.version import Version

    try:
        return Version(text)
    except ValueError:
        return None


def released(text: str) -> str | None:
    """Return the release that a version is a build of, as PEP 440 writes it, or None.

    A local label (`2.0.1+cu118`) sorts after its release, and no advisory lists it: left on, it
    would take the build out of every advisory on the release.
    """
    version = parsed(text)
    return version.public if version else None


def later(
    version: str, candidates: Iterable[str], parse: Callable[[str], Any] = parsed
) -> list[str]:
    """Return the candidates that come after a version, ascending, each once.

    None that cannot be compared.
    """
    here = parse(version)
    if here is None:
        return []
    known = ((at, text) for text in dict.fromkeys(candidates) if (at := parse(text)) is not None)
    return [text for at, text in sorted(known) if at > here]
